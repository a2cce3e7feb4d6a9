"""One run from checked data to an edition: which stages run, what is carried over, what is skipped."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow as pa

from flows import stages as stage
from flows.ledger import VERSION, Ledger, name_run
from flows.publication import Edition
from flows.recall import Past, fingerprint
from flows.settings import Settings, SettingsError
from flows.stages import MAKES, Tables, missing_inputs
from quality.tables import OUTPUTS
from quality.validation import Validation

logger = logging.getLogger(__name__)

STAGES: Final = ("recommend", "recruit", "review", "effect")
"""What follows validation in a whole day, in this order."""


class DayRun:
    """What is known before the data are checked, and what the stages make of it."""

    def __init__(
        self, settings: Settings, day: date, stages: tuple[str, ...], past: Past | None
    ) -> None:
        if unknown := sorted(set(stages) - set(STAGES)):
            raise SettingsError(f"stages must be among {', '.join(STAGES)}, found {unknown}")
        self.settings = settings
        self.day = day
        self.stages = tuple(name for name in STAGES if name in stages)
        self.past = past
        self.histories = past.histories(day) if past else {}
        made = frozenset(name for each in ("validate", *self.stages) for name in MAKES[each])
        # A whole day carries nothing over: what it does not make today would be yesterday's.
        self.carried = past.origins(made) if past and self.stages != STAGES else {}

    def named(self, folder: Path) -> str:
        """Return the run's id."""
        seen = fingerprint(self.histories, self.carried)
        return name_run(folder, self.day, self.stages, self.settings, seen)

    def edition(self, run_id: str, validation: Validation) -> Edition:
        """Run the stages on the accepted rows."""
        made: Tables = {
            "validation_report": validation.report,
            "quarantine": validation.quarantine,
        }
        skipped: list[str] = []
        for name in self.stages:
            missing = missing_inputs(name, validation.tables)
            if name == "effect" and "selection" not in self.histories:
                missing = ["draw of an earlier day"]
            if missing:
                skipped.append(f"{name}: no {', '.join(missing)}")
                logger.info("%s: skipped, no %s", name, ", ".join(missing))
            else:
                made |= self._call(name, validation.tables, made)
        carried = {name: self.past.table(name) for name in self.carried} if self.past else {}
        merchants = self.past.ledger.merchants if self.past else ()
        ledger = Ledger(
            run_id=run_id,
            as_of=self.day,
            shike_version=VERSION,
            verdict=validation.verdict,
            stages=self.stages,
            skipped=tuple(skipped),
            counts=tuple(asdict(count) for count in validation.counts),
            origins={**self.carried, **dict.fromkeys((n for n in made if n in OUTPUTS), run_id)},
            state={},
            merchants=merchants,
        )
        published = {name: table for name, table in made.items() if name in OUTPUTS}
        outputs = {**stage.with_earlier_draws(published, self.histories), **carried}
        return Edition(ledger, self.settings, validation, outputs, self.histories, made)

    def _call(self, name: str, inputs: Mapping[str, pa.Table], made: Tables) -> Tables:
        """Run one stage."""
        day, settings, histories = self.day, self.settings, self.histories
        match name:
            case "recommend":
                return stage.make_recommendations(inputs, day, settings, histories)
            case "recruit":
                states = self._made_or_carried("need_states", made)
                return stage.draw_recipients(inputs, day, settings, histories, states)
            case "review":
                return stage.read_reports(inputs, day, settings, histories)
            case "effect":
                return stage.read_effect(inputs, day, settings, histories)
            case _:
                raise ValueError(f"no stage is called {name!r}")

    def _made_or_carried(self, name: str, made: Tables) -> pa.Table | None:
        if name in made:
            return made[name]
        return self.past.table(name) if self.past and name in self.carried else None
