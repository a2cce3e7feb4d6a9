"""Measure a judged delivery against its own past and against earlier runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from quality.measures.card import Card
from quality.measures.column_outcomes import drift_outcome, nulls_outcome
from quality.measures.contract import contract_outcome
from quality.measures.delay_outcomes import late_outcome, vanished_outcome
from quality.measures.delays import Delays, compare_days, late_days, recent_rows, rows_by_day
from quality.measures.delivered import Delivered, Earlier
from quality.measures.freshness import earlier_freshness, fresh_outcome
from quality.measures.profiles import Profile, past_of, profile_columns, profile_table
from quality.measures.scorecard import cards_of, scorecard_table
from quality.measures.tally import Tally, tally_rows
from quality.measures.totals import earlier_totals, row_count_outcomes
from quality.measures.volume import DayRows, days_of, volume_outcome
from quality.rules.days import day_of
from quality.rules.outcome import Outcome
from quality.tables.outputs import DAILY_ROWS

if TYPE_CHECKING:
    from quality.validated import TableCount


@dataclass(frozen=True, kw_only=True)
class Measures:
    """What a delivery looks like beside earlier days."""

    daily_rows: pa.Table
    column_profile: pa.Table
    source_scorecard: pa.Table
    outcomes: tuple[Outcome, ...]
    """One of each rule about time for every table it can be asked of; none blocks."""


def measure(delivered: Delivered, earlier: Earlier) -> Measures:
    """Measure every table of a delivery.

    Each table's accepted rows are scanned once for counts and once for a sample of values.

    Args:
        delivered: The delivery; its temporary tables ``tally_<table>`` and ``sample_<table>`` are
            made on the connection.
        earlier: What earlier runs published; runs of the as-of day or later are left out.
    """
    past = earlier.before(delivered.as_of)
    measured = [_Measured(delivered, past, count) for count in delivered.counts]
    totals = {one.name: one.tally.rows for one in measured}
    before = earlier_totals(past, delivered.options.trend_runs)
    return Measures(
        daily_rows=_daily_rows({one.name: one.days for one in measured}),
        column_profile=profile_table([profile for one in measured for profile in one.profiles]),
        source_scorecard=scorecard_table(
            [card for one in measured for card in one.cards], delivered, past
        ),
        outcomes=(
            *row_count_outcomes(totals, before, delivered.options),
            *(outcome for one in measured for outcome in one.outcomes),
        ),
    )


class _Measured:
    """One table, measured."""

    def __init__(self, delivered: Delivered, past: Earlier, count: TableCount) -> None:
        self.name = count.table
        self._delivered = delivered
        self._past = past
        self.tally = tally_rows(delivered, self.name)
        self.days: tuple[DayRows, ...] = days_of(
            self.tally.days, delivered.as_of, delivered.options
        )
        self._columns = past_of(past.column_profile[-1], self.name) if past.days else {}
        self.profiles: list[Profile] = profile_columns(
            delivered, self.tally, self._columns, past.days[-1].isoformat() if past.days else None
        )
        self._delays = self._compared()
        self.cards: list[Card] = cards_of(delivered, self.tally, count, self._delays)

    @property
    def outcomes(self) -> list[Outcome]:
        """What each rule found, in the order of the report."""
        options = self._delivered.options
        timed = self._timed() if self.tally.time else []
        return [
            *timed,
            contract_outcome(self.name, self.profiles, self._columns, options),
            nulls_outcome(self.name, self.profiles, options),
            drift_outcome(self.name, self.profiles, options),
        ]

    def _compared(self) -> Delays | None:
        if not self.tally.time or not self._past.days:
            return None
        then = rows_by_day(self._past.daily_rows[-1], self.name)
        return compare_days(self.tally.days, then, self._delivered.as_of, self._past.days[-1])

    def _timed(self) -> list[Outcome]:
        delivered, now = self._delivered, self.tally.days
        options, as_of = delivered.options, delivered.as_of
        hours = earlier_freshness(self._past, self.name, options.trend_runs)
        late = late_days(self._delays, as_of) if self._delays else {}
        files = _files_of(delivered, self.tally, sorted(late)) if late else []
        recent = recent_rows(now, as_of)
        return [
            volume_outcome(self.name, self.days, options),
            fresh_outcome(self.tally.table, sorted(now), hours, as_of, options),
            late_outcome(self.name, self._delays, recent, files, as_of, options),
            vanished_outcome(self.name, self._delays, options),
        ]


def _files_of(delivered: Delivered, tally: Tally, days: Sequence[date]) -> list[str]:
    """Return the files that hold rows of some days, those with most first."""
    listed = ", ".join(f"DATE '{day}'" for day in days)
    rows = delivered.connection.execute(
        f"SELECT source_file FROM known_{tally.table.name}"
        f" WHERE {day_of(tally.time or '', delivered.options.timezone)} IN ({listed})"
        " GROUP BY source_file ORDER BY count(*) DESC, source_file"
    ).fetchall()
    return [file for (file,) in rows]


def _daily_rows(days: Mapping[str, Sequence[DayRows]]) -> pa.Table:
    rows = [
        {
            "table": name,
            "day": day.day,
            "rows": day.rows,
            "low": day.usual.low if day.usual else None,
            "high": day.usual.high if day.usual else None,
        }
        for name, held in days.items()
        for day in held
    ]
    return DAILY_ROWS.conform(pa.Table.from_pylist(rows, schema=DAILY_ROWS.schema))
