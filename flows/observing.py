"""What an attempt at a day does and how long it takes, noted as it happens.

Nothing here changes what a day makes: the figures go to the log and to ``operations/``.
"""

from __future__ import annotations

import logging
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

import pyarrow as pa

from infra.logs import Scalar, log_about
from infra.operations import StageRecord
from infra.operations.records import StageOutcome

logger = logging.getLogger(__name__)

_MAXRSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024
"""Bytes in a unit of ``ru_maxrss``, which Linux counts in KiB."""


@dataclass
class StageNotes:
    """What a stage says of itself while it runs."""

    outcome: StageOutcome = "made"
    tries: int = 1
    rows_in: dict[str, int] = field(default_factory=dict)
    rows_out: dict[str, int] = field(default_factory=dict)

    def read(self, tables: Mapping[str, pa.Table]) -> None:
        """Note the rows that go in."""
        self.rows_in = rows_of(tables)

    def made(self, tables: Mapping[str, pa.Table]) -> None:
        """Note the rows that come out."""
        self.rows_out = rows_of(tables)


_running: ContextVar[StageNotes | None] = ContextVar("running", default=None)


class Watch:
    """The stages of one attempt, in the order they ran."""

    def __init__(self, as_of: date) -> None:
        self.as_of = as_of
        self.started = datetime.now(UTC)
        self.about: dict[str, Scalar] = {"as_of": as_of.isoformat()}
        """What the attempt's log lines are about."""
        self.stages: list[StageRecord] = []
        self._began = time.perf_counter()

    @property
    def run_id(self) -> str | None:
        """The run's id, once its inputs are known."""
        found = self.about.get("run_id")
        return None if found is None else str(found)

    def knows(self, run_id: str) -> None:
        """Note which run this is; it may turn out to be another one."""
        self.about["run_id"] = run_id

    @property
    def seconds(self) -> float:
        """How long the attempt has taken so far."""
        return time.perf_counter() - self._began

    @contextmanager
    def stage(self, name: str) -> Iterator[StageNotes]:
        """Measure a stage, and close it with one line in the log."""
        notes = StageNotes()
        before, began = _peak_bytes(), time.perf_counter()
        running = _running.set(notes)
        with log_about({"stage": name}):
            try:
                yield notes
            except Exception:
                notes.outcome = "failed"
                raise
            finally:
                _running.reset(running)
                seconds = time.perf_counter() - began
                self._close(name, notes, seconds, _peak_bytes() - before)

    def skip(self, name: str, why: str) -> None:
        """Note a stage that does not run, and why."""
        record = StageRecord(name=name, outcome="skipped", seconds=0.0, peak_growth_bytes=0)
        self.stages.append(record)
        figures = {"stage": name, "outcome": record.outcome}
        logger.info("%s: skipped, %s", name, why, extra=figures)

    def _close(self, name: str, notes: StageNotes, seconds: float, growth: int) -> None:
        record = StageRecord(
            name=name,
            outcome=notes.outcome,
            seconds=round(seconds, 3),
            peak_growth_bytes=growth,
            tries=notes.tries,
            rows_in=notes.rows_in,
            rows_out=notes.rows_out,
        )
        self.stages.append(record)
        rows = ", ".join(f"{table} {count}" for table, count in sorted(notes.rows_out.items()))
        figures = {
            "outcome": record.outcome,
            "seconds": record.seconds,
            "peak_growth_bytes": growth,
            "tries": record.tries,
            "rows_in": sum(record.rows_in.values()),
            "rows_out": sum(record.rows_out.values()),
        }
        said = f": {rows}" if rows else ""
        logger.info("%s: %s in %.1f s%s", name, record.outcome, seconds, said, extra=figures)


def count_retry() -> None:
    """Note that the running stage begins again."""
    notes = _running.get()
    if notes is not None:
        notes.tries += 1


def rows_of(tables: Mapping[str, pa.Table]) -> dict[str, int]:
    """Return the rows of each table."""
    return {name: len(table) for name, table in sorted(tables.items())}


def _peak_bytes() -> int:
    """Return the most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT
