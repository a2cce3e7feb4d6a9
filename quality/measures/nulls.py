"""How often each column is empty, and whether that is more often than before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

from quality.measures.delivered import Delivered
from quality.measures.distributions import Past
from quality.measures.tally import Tally
from quality.measures.weeks import week_of_day

_LEAST_RISE = 0.01
_ONCE_IN_A_THOUSAND = 3.09
"""Φ⁻¹(0.999)."""

Filled = dict[str, int]
"""``rows``, and by optional column the rows where it is not null."""


@dataclass(frozen=True, kw_only=True)
class Nulls:
    """Rows of one column and how many of them are null, beside the rows compared with."""

    rows: int
    nulls: int
    usual_rows: int = 0
    usual_share: float | None = None
    """Nulls of the usual rows; None where there are none."""
    weeks: tuple[Nulls, ...] = ()
    """Each past week beside the others."""

    @property
    def share(self) -> float:
        """Nulls of the rows; 0 where there are no rows."""
        return self.nulls / self.rows if self.rows else 0.0

    @property
    def multiple(self) -> float | None:
        """Null share over the usual one; None where no null is usual."""
        return self.share / self.usual_share if self.usual_share else None

    def are_unusual(self, multiple: float) -> bool:
        """Say whether there are many more nulls than before, beyond chance.

        Many more: the null share has grown to ``multiple`` of the usual one, or the filled share
        has shrunk to its inverse, by at least a hundredth of the rows. Beyond chance: the two
        shares differ by more than 3.09 standard errors, which samples of one distribution do
        once in a thousand. A past week that was as empty makes it usual; see ``weeks``.

        Source:
            The two-proportion z test with pooled variance; Fleiss, Levin and Paik, "Statistical
            Methods for Rates and Proportions", 3rd edition, 2003, section 3.2.
        """
        if self.usual_share is None or not self.rows or not self.usual_rows:
            return False
        now, before = self.share, self.usual_share
        is_much = now >= multiple * before or (1 - now) * multiple <= 1 - before
        if now - before < _LEAST_RISE or not is_much:
            return False
        pooled = (self.nulls + before * self.usual_rows) / (self.rows + self.usual_rows)
        error = sqrt(pooled * (1 - pooled) * (1 / self.rows + 1 / self.usual_rows))
        if now - before <= _ONCE_IN_A_THOUSAND * error:
            return False
        return not any(w.share >= now and w.are_unusual(multiple) for w in self.weeks)


def count_nulls(
    delivered: Delivered, tally: Tally, past: Past, *, has_usual: bool
) -> dict[str, Nulls]:
    """Count the nulls of every column.

    Args:
        delivered: The delivery.
        tally: Of the table; a mandatory column has no nulls in accepted rows.
        past: What the last run wrote about the columns; empty for tables that know a time, which
            are compared with the weeks before.
        has_usual: Whether there is something to compare with.
    """
    weeks = _filled_by_week(delivered, tally)
    recent = weeks.pop(0, {"rows": 0})
    past_weeks = weeks if has_usual else {}
    return {
        column.name: _before(past[column.name], _nulls(recent, column.name))
        if column.name in past
        else _among_weeks(recent, list(past_weeks.values()), column.name)
        for column in tally.table.columns
    }


def _before(row: Mapping[str, Any], now: Nulls) -> Nulls:
    return replace(now, usual_rows=row["rows"], usual_share=row["null_share"])


def _among_weeks(recent: Filled, weeks: Sequence[Filled], column: str) -> Nulls:
    held = [_nulls(week, column) for week in weeks]
    rows, nulls = sum(week.rows for week in held), sum(week.nulls for week in held)
    if not rows:
        return _nulls(recent, column)
    others = [
        replace(
            week,
            usual_rows=rows - week.rows,
            usual_share=(nulls - week.nulls) / (rows - week.rows),
        )
        for week in held
        if 0 < week.rows < rows
    ]
    return replace(
        _nulls(recent, column), usual_rows=rows, usual_share=nulls / rows, weeks=tuple(others)
    )


def _nulls(filled: Filled, column: str) -> Nulls:
    rows = filled["rows"]
    # A mandatory column is not counted: accepted rows have it.
    return Nulls(rows=rows, nulls=rows - filled.get(column, rows))


def _filled_by_week(delivered: Delivered, tally: Tally) -> dict[int, Filled]:
    """Return each week's rows and, by optional column, those where it is not null; 0 is recent."""
    week, since = "0", "true"
    if tally.time:
        week, since = week_of_day(delivered), f"day >= DATE '{delivered.usual_from}'"
    names = [column.name for column in tally.table.columns if column.optional]
    sums = ", ".join(f"sum({count})::BIGINT" for count in ["rows", *(f"filled_{n}" for n in names)])
    rows = delivered.connection.execute(
        f"SELECT {week} AS week, {sums} FROM {tally.relation} WHERE {since} GROUP BY week"
    ).fetchall()
    return {week: dict(zip(["rows", *names], counts, strict=True)) for week, *counts in rows}
