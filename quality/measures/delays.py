"""Rows that came after a run about a later day, and rows that were there and are gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import pyarrow as pa

_LATE_WINDOW_DAYS = 28


@dataclass(frozen=True, kw_only=True)
class Delays:
    """How a table's past differs from what the last run saw of it, by day.

    Rows are counted, not matched: a day that gained one row and lost another shows neither.
    """

    late: Mapping[date, int] = field(default_factory=dict)
    """Rows more than on the last run, of each day before it."""
    vanished: Mapping[date, int] = field(default_factory=dict)
    """Rows fewer."""
    earlier_rows: int = 0
    """Rows of those days on the last run."""

    @property
    def late_rows(self) -> int:
        """All late rows."""
        return sum(self.late.values())

    @property
    def vanished_rows(self) -> int:
        """All vanished rows."""
        return sum(self.vanished.values())


def rows_by_day(daily_rows: pa.Table, table: str) -> dict[date, int]:
    """Return a table's rows by day out of the ``daily_rows`` of a run, days without any left out."""
    columns = (daily_rows[name].to_pylist() for name in ("table", "day", "rows"))
    return {day: rows for name, day, rows in zip(*columns, strict=True) if name == table and rows}


def compare_days(
    now: Mapping[date, int], then: Mapping[date, int], as_of: date, earlier_as_of: date
) -> Delays | None:
    """Compare the days that the last run knew.

    A source that delivers a moving window drops as many days at its start as have passed since;
    those have not vanished.

    Args:
        now: Accepted rows by day.
        then: The same on the last run.
        as_of: Today's as-of day.
        earlier_as_of: The last run's.

    Returns:
        None if the last run did not have the table.
    """
    if not then:
        return None
    moved = min(then) + (as_of - earlier_as_of)
    first = min(moved, min(now, default=moved))
    days = sorted(day for day in {*now, *then} if day < earlier_as_of)
    more = {day: now.get(day, 0) - then.get(day, 0) for day in days}
    return Delays(
        late={day: rows for day, rows in more.items() if rows > 0},
        vanished={day: -rows for day, rows in more.items() if rows < 0 and day >= first},
        earlier_rows=sum(then.values()),
    )


def recent_rows(now: Mapping[date, int], as_of: date) -> int:
    """Return the rows of the last 28 days."""
    oldest = as_of - timedelta(days=_LATE_WINDOW_DAYS)
    return sum(rows for day, rows in now.items() if day >= oldest)


def late_days(delays: Delays, as_of: date) -> dict[date, int]:
    """Return the late rows of the last 28 days, which is what readers of a run still act on."""
    oldest = as_of - timedelta(days=_LATE_WINDOW_DAYS)
    return {day: rows for day, rows in delays.late.items() if day >= oldest}
