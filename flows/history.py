"""What one day leaves for the days after it: small tables that only grow, each row dated.

A day sees the rows of earlier days only, so that running it again gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

REMEMBERED: Final = (
    "validation_report",
    "selection",
    "draw_certificate",
    "improvement_summary",
    "satiation_review",
    "learned_chances",
    "learned_factors",
    "learned_from",
    "dislikes",
    "report_usefulness",
    "quarantine_seen",
    "daily_rows",
    "column_profile",
    "source_scorecard",
)
"""What later days build on: output tables, and what is told from day to day but not published."""
LAST_DAYS: Final[dict[str, int]] = {
    "validation_report": 60,
    "daily_rows": 30,
    "column_profile": 30,
    "source_scorecard": 30,
    # Only the last can still hold.
    "learned_chances": 1,
    "learned_factors": 1,
    "learned_from": 1,
    # Each day repeats what still holds.
    "dislikes": 1,
    "report_usefulness": 1,
    "quarantine_seen": 1,
}
"""Days with rows that a history goes back; all, for those not named."""

_WORDS: Final = frozenset({"quotes", "blame_sources", "praise_sources", "safety_sources"})
"""Fields of an aspect that hold customers' words, or lead to them."""

_DAY = pa.field("as_of", pa.date32(), nullable=False)


def before(history: pa.Table, day: date, last_days: int | None = None) -> pa.Table:
    """Return what was known before ``day``, of the last days with rows if so many are named."""
    known = history.filter(pc.less(history["as_of"], pa.scalar(day)))
    if last_days is None or not len(known):
        return known
    days = sorted(pc.unique(known["as_of"]).to_pylist())[-last_days:]
    return known.filter(pc.greater_equal(known["as_of"], pa.scalar(days[0])))


def latest(history: pa.Table) -> pa.Table | None:
    """Return the rows of the last day, without the date; None when there is none."""
    days = split_by_day(history)
    return days[-1] if days else None


def split_by_day(history: pa.Table) -> list[pa.Table]:
    """Return the table of each remembered day, oldest first, without the date."""
    days = sorted(pc.unique(history["as_of"]).to_pylist())
    return [
        history.filter(pc.equal(history["as_of"], pa.scalar(day))).drop_columns("as_of")
        for day in days
    ]


def extended(history: pa.Table | None, today: pa.Table, day: date) -> pa.Table:
    """Return the history with today's rows in the place of any it held for today or later."""
    dated = today.append_column(_DAY, pa.array([day] * len(today), pa.date32()))
    if history is None:
        return dated
    # A column that a newer version added is null on earlier days.
    return pa.concat_tables([before(history, day), dated], promote_options="default")


def remembered(
    earlier: Mapping[str, pa.Table], outputs: Mapping[str, pa.Table], day: date
) -> dict[str, pa.Table]:
    """Return the state this day leaves: every history, extended where the day has made rows.

    Args:
        earlier: Histories by table name, as the current run left them.
        outputs: What this run itself made.
        day: The as-of day.
    """
    state = dict(earlier)
    for name in REMEMBERED:
        if name in outputs:
            state[name] = extended(earlier.get(name), _kept(name, outputs[name]), day)
    return state


def _kept(name: str, made: pa.Table) -> pa.Table:
    """Return what of a table later days need: of summaries the numbers, no customer's words."""
    if name != "improvement_summary":
        return made
    aspects = [
        [{key: value for key, value in aspect.items() if key not in _WORDS} for aspect in each]
        for each in map(json.loads, made["aspects"].to_pylist())
    ]
    nothing = ["[]"] * len(made)
    bare = {
        "aspects": [json.dumps(each) for each in aspects],
        "suggestions": nothing,
        "sentences": nothing,
    }
    for column, values in bare.items():
        place = made.column_names.index(column)
        made = made.set_column(place, made.schema.field(place), pa.array(values, pa.string()))
    return made
