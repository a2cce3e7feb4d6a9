"""Days and moments as rules see them: in the shop's zone, and nothing of the as-of day or later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.reading.sql import literal
from quality.schema import Kind

if TYPE_CHECKING:
    from datetime import date

    from quality.schema import Table

NOT_YET_KNOWN = {"awards": ("delivered_on",)}
"""Columns by table with days that may lie ahead of a row that is known: from the as-of day on such
a day is not known yet, so it is null in the accepted row. Plans are no such days: a launch, or the
end of a trial, is known before it comes."""
_BEGINS = {"users": "joined_on"}
"""Tables without a time of their own, with the day on which a row begins to exist."""


def time_column(table: Table) -> str | None:
    """Return the column that says when a row happened; None for tables that know no time."""
    for column in table.columns:
        if column.kind is Kind.TIMESTAMP and not column.optional:
            return column.name
    return None


def known_before(table: Table, as_of: date, timezone: str) -> tuple[str | None, str]:
    """Return the column that says from when on a row is known, and SQL for the moment it must beat.

    A person who joins on the as-of day or later is no fault of the data but not known yet, as an
    event of that day is: the row is left out and counted.

    Args:
        table: The table; the column is None where rows know no time.
        as_of: The day from whose start on nothing is known.
        timezone: The shop's zone.
    """
    begins = _BEGINS.get(table.name)
    if begins:
        return begins, f"DATE {literal(as_of.isoformat())}"
    return time_column(table), start_of_day(as_of.isoformat(), timezone)


def known_columns(table: Table, as_of: date) -> str:
    """Return SQL for a table's columns, days that were not known yet made null."""
    hidden = NOT_YET_KNOWN.get(table.name, ())
    day = literal(as_of.isoformat())
    return ", ".join(
        f"CASE WHEN {name} < DATE {day} THEN {name} END AS {name}" if name in hidden else name
        for name in table.column_names
    )


def start_of_day(day: str, timezone: str) -> str:
    """Return SQL for the moment a day begins in a zone."""
    return f"(TIMESTAMP {literal(day + ' 00:00:00')} AT TIME ZONE {literal(timezone)})"


def day_of(column: str, timezone: str) -> str:
    """Return SQL for the shop's day of a moment."""
    return f"({column} AT TIME ZONE {literal(timezone)})::DATE"
