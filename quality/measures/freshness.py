"""How long a table has been silent, and whether it is usually silent for so long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from quality.measures.delivered import Earlier
from quality.measures.rules import fresh_rule, outcome_of
from quality.reading.findings import Note
from quality.rules.options import ValidationOptions
from quality.rules.outcome import Outcome
from quality.schema import Table

_FACTOR = 2
_HOURS = 24
_A_YEAR = 366


def silent_days(days: Sequence[date], as_of: date) -> int:
    """Return how many whole days before ``as_of`` have no rows; ``days`` ascend, at least one."""
    return (as_of - days[-1]).days - 1


def usual_silence(
    days: Sequence[date], earlier_hours: Sequence[float], options: ValidationOptions
) -> int:
    """Return for how many days a table may be silent.

    Twice its longest silence so far, for the next record is no alarm; a source that delivers once
    a week leaves no gaps, but was as old as it may be on earlier runs.

    Args:
        days: Days with rows in the last year, ascending.
        earlier_hours: Hours since the newest row on earlier runs.
        options: The fewest days that are ever too long.
    """
    gaps = [(after - day).days - 1 for day, after in pairwise(days)]
    runs = [int(hours // _HOURS) for hours in earlier_hours]
    return max(options.stale_days, _FACTOR * max(gaps, default=0), *runs)


def earlier_freshness(earlier: Earlier, table: str, most: int) -> list[float]:
    """Return the hours since a table's newest row on each of the last runs that knew them."""
    hours = []
    for card in earlier.source_scorecard[-most:]:
        rows = card.select(["table", "freshness_hours"]).to_pylist()
        known = [
            row["freshness_hours"]
            for row in rows
            if row["table"] == table and row["freshness_hours"] is not None
        ]
        hours += [min(known)] if known else []
    return hours


def fresh_outcome(
    table: Table,
    days: Sequence[date],
    earlier_hours: Sequence[float],
    as_of: date,
    options: ValidationOptions,
) -> Outcome:
    """Warn of a table that has been silent for too long.

    It never blocks: what is old is not wrong, and a shop may close for a week. A table the day can
    run without is judged once it has had rows on as many days as volume needs for a history.
    """
    rule = fresh_rule(options)
    is_known = table.required or len(days) >= options.volume_least_history_days
    if not days or not is_known:
        return outcome_of(rule, table.name, options, checked=0)
    silent = silent_days(days, as_of)
    # A year takes in every season; a single row from long before would excuse any silence.
    lately = [day for day in days if day >= as_of - timedelta(days=_A_YEAR)]
    limit = options.stale_days if table.required else usual_silence(lately, earlier_hours, options)
    if silent <= limit:
        return outcome_of(rule, table.name, options, checked=1)
    faults = [{"newest_day": str(days[-1]), "silent_days": silent, "usual_days": limit}]
    found = Note(
        f"no rows for {silent} days, since {days[-1]}; at most {limit} days are usual. Ask the"
        " source whether its deliveries have stopped.",
        f"自 {days[-1]} 起已 {silent} 天没有数据，通常至多 {limit} 天。请向来源确认是否停止提交。",
    )
    return outcome_of(rule, table.name, options, checked=1, faults=faults, found=found)
