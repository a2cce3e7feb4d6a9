"""How applicants came to a trial, day by day and source by source, in charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from infra.pages.blocks import Cell, DataTable, Day, Figure, chart_table
from infra.pages.charts import Bar, bars
from infra.pages.day_charts import DayBar, daily
from infra.pages.figures import UNKNOWN, percent, whole
from infra.pages.privacy import OTHER
from infra.pages.shared_blocks import number_with
from infra.pages.tallies import records
from infra.pages.words import Words, name_of, say

Row = Mapping[str, Any]

_LAST = "apply"
"""The step that is drawn; the others stand in the table behind the chart."""
_FEWEST = 2
"""Days or sources without which there is nothing to compare."""


def days_figure(parts: pa.Table | None) -> Figure | None:
    """Draw applicants by day from ``trial_funnel_parts``; None for fewer than two days."""
    rows = _of_part(parts, "day")
    applied = [row for row in rows if row["step"] == _LAST and row["value"] != OTHER]
    if len(applied) < _FEWEST:
        return None
    shown = [DayBar(date.fromisoformat(row["value"]), row["unique_users"]) for row in applied]
    days = [bar.day for bar in shown]
    rest = sum(r["unique_users"] for r in rows if r["step"] == _LAST and r["value"] == OTHER)
    note = say("ways.few_days", n=rest) if rest else say("ways.first_day")
    caption = say("ways.by_day")
    svg = daily(shown, first=min(days), last=max(days))
    return Figure(caption, svg, _table(caption, say("column.day"), rows), note=note)


def sources_figure(parts: pa.Table | None) -> Figure | None:
    """Draw applicants by where they came from; None for fewer than two sources."""
    rows = _of_part(parts, "source")
    applied = [row for row in rows if row["step"] == _LAST]
    if len(applied) < _FEWEST:
        return None
    applied.sort(key=lambda row: (row["value"] == OTHER, -row["unique_users"], row["value"]))
    total = sum(row["unique_users"] for row in applied)
    drawn = [
        Bar(name_of("value", row["value"]), row["unique_users"], _counted(row, total))
        for row in applied
    ]
    caption = say("ways.by_source")
    table = _table(caption, name_of("attribute", "source"), rows)
    return Figure(caption, bars(drawn), table, note=say("ways.of_applicants"))


def _of_part(parts: pa.Table | None, part: str) -> list[dict[str, Any]]:
    return [row for row in records(parts) if row["part"] == part]


def _counted(row: Row, total: int) -> str:
    return number_with(whole(row["unique_users"]), percent(row["unique_users"] / total, 1))


def _table(caption: Words, first: Words, rows: Sequence[Row]) -> DataTable:
    """Lay out people, and their rate, by part and step."""
    steps = dict(sorted({(row["position"], row["step"]) for row in rows}))
    cells = {(row["value"], row["step"]): row for row in rows}
    values = sorted({row["value"] for row in rows}, key=lambda value: (value == OTHER, value))
    lines = [
        (_named(value), *(_cell(cells.get((value, step))) for step in steps.values()))
        for value in values
    ]
    head = (first, *(name_of("step", step) for step in steps.values()))
    return chart_table(caption, head, lines)


def _named(value: str) -> Cell:
    try:
        return Day(date.fromisoformat(value))
    except ValueError:
        return name_of("value", value)


def _cell(row: Row | None) -> str:
    if row is None:
        return UNKNOWN
    rate = UNKNOWN if row["rate"] in {None, 1} else percent(row["rate"], 1)
    return number_with(whole(row["unique_users"]), rate)
