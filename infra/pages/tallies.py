"""Counts that several pages show, taken from whole tables by Arrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

RETURN_PERIODS = (
    ("week", 7),
    ("fortnight", 14),
    ("month", 28),
    ("two_months", 56),
    ("quarter", 91),
)
"""Periods after the as-of day in which something may be shown again: name, last day."""


def rows_of(tables: Mapping[str, pa.Table], name: str, **equal: Any) -> pa.Table | None:
    """Return the rows of a table that have the given values; None if there is no such table."""
    table = tables.get(name)
    if table is None:
        return None
    for column, value in equal.items():
        table = table.filter(pc.equal(table[column], value))
    return table


def records(table: pa.Table | None) -> list[dict[str, Any]]:
    """Return the rows of a small table as mappings; none for no table."""
    return [] if table is None else cast("list[dict[str, Any]]", table.to_pylist())


def count_by(table: pa.Table, column: str) -> dict[str, int]:
    """Count rows by value, most first, ties by value."""
    grouped = table.group_by(column).aggregate([([], "count_all")])
    return _counted(grouped, column, "count_all")


def people_by(table: pa.Table, column: str) -> dict[str, int]:
    """Count different people by value, most first, ties by value."""
    pairs = table.select([column, "user_id"]).group_by([column, "user_id"]).aggregate([])
    return count_by(pairs, column)


def people_in(table: pa.Table) -> int:
    """Count different people."""
    return cast("int", pc.count_distinct(table["user_id"]).as_py())


def rows_a_person(recommendations: pa.Table) -> dict[int, int]:
    """Count people by the length of their list."""
    lengths = recommendations.group_by("user_id").aggregate([([], "count_all")])
    counts = lengths.group_by("count_all").aggregate([([], "count_all")])
    # Both columns are called count_all: the first is the length, the second the people.
    length, people = counts.columns
    return dict(sorted(zip(length.to_pylist(), people.to_pylist(), strict=True), reverse=True))


def with_return_period(withheld: pa.Table, as_of: date) -> pa.Table:
    """Add the column ``period``: when the row may be shown again, seen from the as-of day.

    Periods are those of ``RETURN_PERIODS``, then ``later``, and ``never`` for no return day.
    """
    returns = withheld["may_return_on"]
    period = pa.array(["later"] * len(withheld), pa.string())
    for name, days in reversed(RETURN_PERIODS):
        last = pa.scalar(as_of + timedelta(days=days), pa.date32())
        soon = pc.fill_null(pc.less_equal(returns, last), fill_value=False)
        period = pc.if_else(soon, name, period)
    return withheld.append_column("period", pc.if_else(pc.is_null(returns), "never", period))


def top_needs(calendar: pa.Table, count: int) -> list[str]:
    """Return the need groups with the most expected buyers over all weeks."""
    totals = calendar.group_by("need_group").aggregate([("expected_buyers", "sum")])
    order = [("expected_buyers_sum", "descending"), ("need_group", "ascending")]
    return cast("list[str]", totals.sort_by(order)["need_group"].to_pylist()[:count])


def names_of(items: pa.Table | None) -> dict[str, str]:
    """Return item names by id; empty without the table of items."""
    if items is None:
        return {}
    ids, names = items["item_id"].to_pylist(), items["name"].to_pylist()
    return dict(zip(ids, names, strict=True))


def sorted_by(table: pa.Table, order: Sequence[tuple[str, str]], first: int) -> pa.Table:
    """Return the first rows in an order."""
    return table.sort_by(list(order)).slice(0, first)


def _counted(grouped: pa.Table, column: str, count: str) -> dict[str, int]:
    ordered = grouped.sort_by([(count, "descending"), (column, "ascending")])
    return dict(zip(ordered[column].to_pylist(), ordered[count].to_pylist(), strict=True))
