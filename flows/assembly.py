"""One run from checked data to an edition: which stages run, what is carried over, what is skipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Final

import pyarrow as pa

from flows import stages as stage
from flows.checkpoints import Checkpoints
from flows.code import VERSION
from flows.corrections import Decisions
from flows.errors import SettingsError
from flows.inputs import stage_inputs
from flows.ledger import Ledger, name_run
from flows.lineage import lineage
from flows.observing import StageNotes, Watch
from flows.publication import Edition
from flows.recall import Past, fingerprint
from flows.report_models import ReportModels
from flows.settings import Settings
from flows.stages import MAKES, NEEDS, Tables, missing_inputs
from infra.files import parquet_bytes
from infra.publish.records import sha256
from quality.first_seen import with_first_seen
from quality.rules.outcome import worst_verdict
from quality.scanning import Rows
from quality.spreading import Spread, in_turn
from quality.tables import OUTPUTS
from quality.tables.outputs import VALIDATION_REPORT
from quality.validation import Validation

STAGES: Final = ("recommend", "recruit", "review", "effect")
"""What follows validation in a whole day, in this order."""


class DayRun:
    """What is known before the data are checked, and what the stages make of it."""

    def __init__(
        self,
        settings: Settings,
        day: date,
        stages: tuple[str, ...],
        past: Past | None,
        decided: Decisions,
        models: ReportModels,
        watch: Watch,
    ) -> None:
        if unknown := sorted(set(stages) - set(STAGES)):
            raise SettingsError(f"stages must be among {', '.join(STAGES)}, found {unknown}")
        self.settings = settings
        self.day = day
        self.stages = tuple(name for name in STAGES if name in stages)
        self.past = past
        self.decided = decided
        self.models = models
        self.watch = watch
        self.spread: Spread = in_turn
        """Where the stages' work is done."""
        histories = past.histories(day) if past else {}
        self.histories = {
            name: decided.without_people(name, rows) for name, rows in histories.items()
        }
        made = frozenset(name for each in ("validate", *self.stages) for name in MAKES[each])
        # A whole day carries nothing over: what it does not make today would be yesterday's.
        self.carried = past.origins(made) if past and self.stages != STAGES else {}

    def without_stages(self) -> DayRun:
        """Return the same day, of which only the findings are published."""
        known = self.past, self.decided, self.models
        return DayRun(self.settings, self.day, (), *known, self.watch)

    def named(self, inputs: Mapping[str, str], *, report: pa.Table | None = None) -> str:
        """Return the run's id.

        Args:
            inputs: SHA-256 of every input file, by name.
            report: The findings, where they are more than validating the inputs finds.
        """
        seen = fingerprint(self.histories, self.carried) + self.decided.fingerprint()
        seen += self.models.fingerprint()
        if report is not None:
            seen += sha256(parquet_bytes(report))
        return name_run(inputs, self.day, self.stages, self.settings, seen)

    def edition(
        self,
        inputs: Mapping[str, str],
        validation: Validation,
        checkpoints: Checkpoints,
        *,
        report: pa.Table | None = None,
    ) -> Edition:
        """Run the stages on the accepted rows, those that were not finished before.

        Args:
            inputs: SHA-256 of every input file, by name.
            validation: The checked rows.
            checkpoints: Of this run.
            report: The findings, where they are more than validating the inputs finds.
        """
        made = self._findings(inputs, validation)
        if report is not None:
            made["validation_report"] = report
        skipped = self._run_stages(validation, made, checkpoints) if self.stages else ()
        carried = {name: self._carried(name) for name in self.carried}
        published = {name: table for name, table in made.items() if name in OUTPUTS}
        own = stage.with_earlier_draws(published, self.histories)
        if self.stages:
            # What is carried over was held to its contracts on its own day.
            with self.watch.stage("contracts") as notes:
                notes.read(own)
                found = stage.check_made(
                    own, validation.tables, self.day, self.settings, self.histories
                )
            report = VALIDATION_REPORT.conform(pa.concat_tables([validation.report, found]))
            made["validation_report"] = own["validation_report"] = report
        ledger = Ledger(
            run_id=checkpoints.run_id,
            as_of=self.day,
            shike_version=VERSION,
            verdict=worst_verdict(made["validation_report"]),
            stages=self.stages,
            skipped=skipped,
            counts=tuple(asdict(count) for count in validation.counts),
            origins={**self.carried, **dict.fromkeys(published, checkpoints.run_id)},
            state={},
            merchants=self.past.ledger.merchants if self.past else (),
        )
        return Edition(ledger, self.settings, validation, own | carried, self.histories, made)

    def _run_stages(
        self, validation: Validation, made: Tables, checkpoints: Checkpoints
    ) -> tuple[str, ...]:
        """Add what the stages make, or made before; return those skipped, each with the reason."""
        skipped: list[str] = []
        inputs = stage_inputs(validation.tables)
        rows = {count.table: count.accepted for count in validation.counts}
        for name in self.stages:
            missing = missing_inputs(name, rows)
            if name == "effect" and "selection" not in self.histories:
                missing = ["draw of an earlier day"]
            if missing:
                skipped.append(f"{name}: no {', '.join(missing)}")
                self.watch.skip(name, f"no {', '.join(missing)}")
                continue
            # Recruiting looks at ids itself: it tells who applied under more than one.
            read = inputs.as_delivered if name == "recruit" else inputs.by_person
            with self.watch.stage(name) as notes:
                notes.rows_in = {needed: rows[needed] for needed in NEEDS[name]}
                made |= self._made_before_or_now(name, read, made, checkpoints, notes)
        return tuple(skipped)

    def _made_before_or_now(
        self,
        name: str,
        inputs: Mapping[str, Rows],
        made: Tables,
        checkpoints: Checkpoints,
        notes: StageNotes,
    ) -> Tables:
        """Return what a stage made, running it unless it had finished."""
        finished = checkpoints.load(name)
        if finished is None:
            finished = self._call(name, inputs, made)
            checkpoints.keep(name, finished)
        else:
            notes.outcome = "checkpoint"
        notes.made(finished)
        return finished

    def _call(self, name: str, inputs: Mapping[str, Rows], made: Tables) -> Tables:
        """Run one stage."""
        day, settings, histories = self.day, self.settings, self.histories
        match name:
            case "recommend":
                return stage.make_recommendations(inputs, day, settings, histories, self.spread)
            case "recruit":
                states = self._made_or_carried("need_states", made)
                return stage.draw_recipients(inputs, day, settings, histories, states)
            case "review":
                return stage.read_reports(
                    inputs, day, settings, histories, self.models, self.spread
                )
            case "effect":
                return stage.read_effect(inputs, day, settings, histories)
            case _:
                raise ValueError(f"no stage is called {name!r}")

    def _findings(self, inputs: Mapping[str, str], validation: Validation) -> Tables:
        """Return what validation publishes, and what the next day must know of it."""
        quarantine, seen = with_first_seen(
            validation.quarantine, self.histories.get("quarantine_seen")
        )
        return {
            "validation_report": validation.report,
            "quarantine": quarantine,
            "quarantine_seen": seen,
            "source_scorecard": validation.measures.source_scorecard,
            "column_profile": validation.measures.column_profile,
            "daily_rows": validation.measures.daily_rows,
            "lineage": lineage(validation.by_file, inputs, self.stages),
        }

    def _made_or_carried(self, name: str, made: Tables) -> pa.Table | None:
        if name in made:
            return made[name]
        return self._carried(name) if name in self.carried else None

    def _carried(self, name: str) -> pa.Table:
        """Return a table that the current run published and this one does not make."""
        if self.past is None:
            raise ValueError(f"nothing was published that {name} could be carried over from")
        return self.decided.without_people(name, self.past.table(name))
