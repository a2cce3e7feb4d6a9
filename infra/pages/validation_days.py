"""Is everything there: how fresh each table is, and how many rows each day has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

import pyarrow as pa

from infra.pages.blocks import Day, Figure, Figures, Section, chart_table, columns, legend
from infra.pages.charts import Span, spans
from infra.pages.day_charts import DayBar, daily
from infra.pages.facts import DayFacts
from infra.pages.figures import UNKNOWN, whole
from infra.pages.tallies import records
from infra.pages.words import Words, say

_DAYS = 56
"""Days drawn: eight weeks, enough to see a weekly rhythm."""
_TICKS = (-56, -42, -28, -14, 0)
_LATE_DAYS = 2
"""Days behind the as-of day from which a table stands out; its newest day is usually the one before."""

Days = Mapping[str, Sequence[DayBar]]
"""The days of each table that have rows, by table."""


def days_section(tables: Mapping[str, pa.Table], facts: DayFacts) -> Section | None:
    """Draw freshness and volume from ``daily_rows``; None without it."""
    rows = tables.get("daily_rows")
    if rows is None or not len(rows):
        return None
    days = {
        table: [DayBar(it["day"], it["rows"], it["low"], it["high"]) for it in found]
        for table, found in groupby(records(rows), lambda row: row["table"])
    }
    volumes = [_volume(table, bars, facts.as_of) for table, bars in days.items()]
    figures = tuple(filter(None, (_freshness(days, facts.as_of), *volumes)))
    if not figures:
        return None
    return Section("days", say("days.title"), (Figures(figures),), say("days.lead"))


def _freshness(days: Days, as_of: date) -> Figure | None:
    reaches = {table: [bar.day for bar in bars if bar.rows] for table, bars in days.items()}
    reaches = {table: held for table, held in reaches.items() if held}
    if not reaches:
        return None
    rows = [
        (table, Day(max(held)), whole((as_of - max(held)).days)) for table, held in reaches.items()
    ]
    drawn = [_reach(table, min(held), max(held), as_of) for table, held in reaches.items()]
    head = columns("table", "newest_day", "days_behind")
    figures = chart_table(say("days.freshness"), head, rows)
    svg = spans(drawn, domain=(-_DAYS - 2.0, 2.0), ticks=_TICKS, form=".0f")
    return Figure(say("days.freshness"), svg, figures, note=say("days.freshness_note"))


def _reach(table: str, oldest: date, newest: date, as_of: date) -> Span:
    behind = (as_of - newest).days
    # What is older than the chart is drawn on its left edge.
    low, high = (float(max(-_DAYS, (day - as_of).days)) for day in (oldest, newest))
    tone = "bad" if behind >= _LATE_DAYS else "main"
    return Span(table, low, high, ((tone, high),), say("days.behind", n=behind))


def _volume(table: str, bars: Sequence[DayBar], as_of: date) -> Figure | None:
    first, last = as_of - timedelta(days=_DAYS), as_of - timedelta(days=1)
    shown = [bar for bar in bars if first <= bar.day <= last]
    if not any(bar.rows or bar.low for bar in shown):
        return None
    rows = [(Day(bar.day), whole(bar.rows), _band(bar)) for bar in reversed(shown)]
    head = columns("day", "rows", "usual")
    caption = say("days.volume", table=table)
    note = say("days.unusual_days", n=sum(bar.is_unusual for bar in shown))
    svg = daily(shown, first=first, last=last)
    return Figure(caption, svg, chart_table(caption, head, rows), _key(shown), note)


def _key(bars: Sequence[DayBar]) -> tuple[tuple[str, Words], ...]:
    key = [("main", say("days.rows"))]
    if any(bar.is_unusual for bar in bars):
        key.append(("bad", say("days.unusual")))
    if any(bar.low is not None for bar in bars):
        key.append(("second", say("days.band")))
    return legend(*key)


def _band(bar: DayBar) -> str:
    return UNKNOWN if bar.low is None or bar.high is None else f"{bar.low:,}–{bar.high:,}"
