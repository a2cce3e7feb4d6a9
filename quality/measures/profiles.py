"""What each column of a table holds now, and how far that is from what it held before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyarrow as pa

from quality.measures.delivered import Delivered
from quality.measures.distributions import Past, distributions
from quality.measures.drift import Drift, drift_of
from quality.measures.nulls import Nulls, count_nulls
from quality.measures.shares import Shares
from quality.measures.tally import Tally
from quality.measures.weeks import farthest_week, weekly_counts
from quality.reading.source import Source, Stored
from quality.rules.days import NOT_YET_KNOWN
from quality.schema import Column
from quality.tables.outputs import COLUMN_PROFILE


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One column of a table."""

    table: str
    column: Column
    nulls: Nulls
    shares: Shares | None
    """None for ids, free text, JSON, days, and what is personal: only their nulls are counted."""
    drift: Drift | None
    """None where there is nothing to compare with."""
    compared_with: str | None
    """The days, or the as-of day of the run, compared with."""
    stored: str | None
    """How the files store it; None where none has it."""

    @property
    def is_emptied_by_time(self) -> bool:
        """Whether the latest rows are null only because what they tell has not happened yet."""
        return self.column.name in NOT_YET_KNOWN.get(self.table, ())

    def row(self) -> dict[str, Any]:
        """Return the row of ``column_profile``."""
        return {
            "table": self.table,
            "column": self.column.name,
            "rows": self.nulls.rows,
            "null_share": self.nulls.share,
            "usual_null_share": self.nulls.usual_share,
            "null_multiple": self.nulls.multiple,
            "psi": self.drift.psi if self.drift else None,
            "ks": self.drift.ks if self.drift else None,
            "compared_with": self.compared_with,
            "has_drifted": self.drift.has_drifted if self.drift else None,
            "shares": self.shares.as_json() if self.shares else "[]",
            "stored": self.stored,
        }


def past_of(column_profile: pa.Table, table: str) -> Past:
    """Return what a run wrote about the columns of a table, by column."""
    rows = column_profile.to_pylist()
    return {row["column"]: row for row in rows if row["table"] == table}


def profile_columns(
    delivered: Delivered, tally: Tally, past: Past, past_day: str | None
) -> list[Profile]:
    """Profile every declared column of a table.

    A table that knows a time is compared with itself: its last days with the weeks before them,
    if they are enough. Any other is compared with the last run.

    Args:
        delivered: The delivery.
        tally: Of the table.
        past: What the last run wrote about its columns.
        past_day: The as-of day of that run.
    """
    compared_with = past_day if past else None
    if tally.time:
        past, compared_with = {}, _weeks_before(delivered, tally)
    nulls = count_nulls(delivered, tally, past, has_usual=compared_with is not None)
    shares = distributions(delivered, tally, past, has_usual=compared_with is not None)
    stored = _stored(delivered.sources.get(tally.table.name, ()))
    profiles = []
    for column in tally.table.columns:
        held = shares.get(column.name)
        profiles.append(
            Profile(
                table=tally.table.name,
                column=column,
                nulls=nulls[column.name],
                shares=held,
                drift=_drift(delivered, tally, column, held) if held else None,
                compared_with=compared_with,
                stored=stored.get(column.name),
            )
        )
    return profiles


def _drift(delivered: Delivered, tally: Tally, column: Column, held: Shares) -> Drift | None:
    """Judge a column; one that stands out must do so more than in any past week."""
    drift = drift_of(held, delivered.options)
    if drift is None or not drift.has_drifted or not tally.time:
        return drift
    past = farthest_week(weekly_counts(delivered, tally, column, held))
    return drift_of(held, delivered.options, past["psi"], past["ks"])


def profile_table(profiles: Sequence[Profile]) -> pa.Table:
    """Return ``column_profile``."""
    rows = [profile.row() for profile in profiles]
    return COLUMN_PROFILE.conform(pa.Table.from_pylist(rows, schema=COLUMN_PROFILE.schema))


def _weeks_before(delivered: Delivered, tally: Tally) -> str | None:
    """Return the days compared with as an ISO 8601 interval, both inclusive.

    None if they are too few, or if the table has rows on less than half of them: then it comes in
    campaigns, and its last days say nothing about the weeks before.
    """
    split = delivered.recent_from
    first = max(delivered.usual_from, min(tally.days, default=delivered.as_of))
    days = (split - first).days
    filled = sum(first <= day < split for day in tally.days)
    if days < delivered.options.volume_least_history_days or 2 * filled < days:
        return None
    return f"{first}/{split - timedelta(days=1)}"


def _stored(sources: Sequence[Source]) -> Mapping[str, str]:
    """Return how files store each column; types that differ between files stand side by side."""
    kinds: dict[str, set[str]] = {}
    for source in sources:
        for name, stored in source.columns.items():
            if stored is not Stored.NOTHING:
                kinds.setdefault(name, set()).add(stored.value)
    return {name: ", ".join(sorted(stored)) for name, stored in kinds.items()}
