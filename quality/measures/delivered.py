"""What is measured: today's judged delivery, and what earlier runs left to compare it with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from quality.reading.source import Source
from quality.rules.days import start_of_day
from quality.rules.options import ValidationOptions
from quality.tables.outputs import (
    COLUMN_PROFILE,
    DAILY_ROWS,
    SOURCE_SCORECARD,
    VALIDATION_REPORT,
)

if TYPE_CHECKING:
    import duckdb

    from quality.parquet_folder import ParquetFolder
    from quality.validated import TableCount


_REMEMBERED = (DAILY_ROWS, COLUMN_PROFILE, SOURCE_SCORECARD)


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """A delivery whose rows have been judged."""

    connection: duckdb.DuckDBPyConnection
    """Holds ``typed_<table>``, ``known_<table>``, and by source_file and row_number
    ``duplicate_<table>``, ``aside_<table>`` (why) and ``refused_<table>`` (rule_ids)."""
    accepted: ParquetFolder
    """The accepted rows of each table in ``counts``."""
    counts: Sequence[TableCount]
    """Where the rows of each table went; the tables measured are these."""
    sources: Mapping[str, Sequence[Source]]
    """How the files of each table store its columns."""
    consistency_rules: Mapping[str, Collection[str]]
    """Table → ids of the row rules that find rows contradicting another row or table."""
    as_of: date
    options: ValidationOptions

    @property
    def recent_from(self) -> date:
        """The first of the days that are judged."""
        return self.as_of - timedelta(days=self.options.volume_days)

    @property
    def usual_from(self) -> date:
        """The first of the days that the recent ones are compared with."""
        return self.recent_from - timedelta(days=self.options.volume_history_days)

    def start_of(self, day: date) -> str:
        """Return SQL for the moment a day begins in the shop's zone."""
        return start_of_day(day.isoformat(), self.options.timezone)


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What earlier runs published, a table each, oldest first.

    Raises:
        ValueError: If there is not one of each table for each day, or the days do not ascend.
    """

    days: Sequence[date] = ()
    """Their as-of days."""
    daily_rows: Sequence[pa.Table] = ()
    column_profile: Sequence[pa.Table] = ()
    source_scorecard: Sequence[pa.Table] = ()
    reports: Sequence[pa.Table] = ()
    """``validation_report`` of earlier runs, oldest first; they may go back further."""

    def __post_init__(self) -> None:
        if list(self.days) != sorted(set(self.days)):
            raise ValueError(f"days of earlier runs must ascend, got {list(map(str, self.days))}")
        for table in _REMEMBERED:
            found = len(getattr(self, table.name))
            if found != len(self.days):
                raise ValueError(
                    f"{table.name} must be given for each of {len(self.days)} earlier runs, got {found};"
                    " give an empty table where a run has none"
                )

    @classmethod
    def of(cls, histories: Mapping[str, pa.Table]) -> Earlier:
        """Return the runs whose tables stand one after the other, each row with its ``as_of``.

        Args:
            histories: By the name of the table; other tables are passed over, and one that a run
                has no rows of is empty for that run.
        """
        held = {table.name: histories.get(table.name, table.empty()) for table in _REMEMBERED}
        dated = {name: history for name, history in held.items() if "as_of" in history.column_names}
        days = sorted({day for history in dated.values() for day in history["as_of"].to_pylist()})
        reports = histories.get(VALIDATION_REPORT.name)
        return cls(
            days=days,
            reports=_by_day(reports) if reports is not None else (),
            **{name: [_of_day(history, day) for day in days] for name, history in held.items()},
        )

    def before(self, day: date) -> Earlier:
        """Return the runs of earlier days: a day that is run again is not compared with itself."""
        n = sum(past < day for past in self.days)
        return Earlier(
            days=self.days[:n],
            daily_rows=self.daily_rows[:n],
            column_profile=self.column_profile[:n],
            source_scorecard=self.source_scorecard[:n],
            reports=self.reports,
        )


def _by_day(history: pa.Table) -> list[pa.Table]:
    days = sorted(pc.unique(history["as_of"]).to_pylist())
    return [_of_day(history, day) for day in days]


def _of_day(history: pa.Table, day: date) -> pa.Table:
    if "as_of" not in history.column_names:
        return history
    return history.filter(pc.equal(history["as_of"], pa.scalar(day))).drop_columns("as_of")
