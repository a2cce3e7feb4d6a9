"""Blocks that both the shop's page and a merchant's page show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pyarrow as pa

from infra.pages.blocks import (
    Cell,
    Code,
    DataTable,
    Day,
    Fact,
    Figure,
    Heat,
    Link,
    chart_table,
    columns,
)
from infra.pages.charts import Bar, bars
from infra.pages.facts import Download
from infra.pages.figures import UNKNOWN, decimal, percent, whole
from infra.pages.privacy import HIDDEN
from infra.pages.tallies import records, top_needs
from infra.pages.words import Words, day_words, name_of, say

_HEAT_STEP = 0.1
"""How far above or below the row's mean a week must be for the next shade."""
_SMALL_FORECAST = 10


def counts_figure(
    caption: Words,
    section: str,
    counts: Mapping[str, int | None],
    *,
    column: str = "people",
    has_shares: bool = True,
    tones: Mapping[str, str] | None = None,
) -> Figure:
    """Draw how many there are of each coded value.

    Args:
        caption: What is counted.
        section: Section of the message table that names the codes.
        counts: Code to count, in drawing order; None where hidden.
        column: Key of the heading over the counts.
        has_shares: Whether shares make sense: not where one person counts for several codes.
        tones: Code to colour.
    """
    known = has_shares and None not in counts.values()
    total = sum(n or 0 for n in counts.values()) if known else 0
    drawn, rows = [], []
    for code, n in counts.items():
        name = name_of(section, code)
        number = HIDDEN if n is None else whole(n)
        share = percent(n / total, 1) if n is not None and total else UNKNOWN
        tone = (tones or {}).get(code, "main")
        drawn.append(Bar(name, n or 0, number_with(number, share), tone))
        rows.append((name, number, share))
    head = columns("value", column, "share")
    note = say("privacy.hidden") if None in counts.values() else None
    return Figure(caption, bars(drawn), chart_table(caption, head, rows), note=note)


def number_with(number: str, share: str) -> str:
    """Write a number and its share, if there is one."""
    return number if share == UNKNOWN else f"{number} · {share}"


def calendar_table(calendar: pa.Table, needs: int, floor: int = 0) -> DataTable:
    """Lay out expected buyers by need group and week, each cell with its interval.

    Args:
        calendar: ``replenishment_calendar``.
        needs: How many need groups to show, those with the most expected buyers.
        floor: Expected buyers under it are not written out.
    """
    weeks = sorted(set(calendar["week"].to_pylist()))
    cells = {(row["need_group"], row["week"]): row for row in records(calendar)}
    rows = []
    for need in top_needs(calendar, needs):
        line = [cells.get((need, week)) for week in weeks]
        buyers = [cell["expected_buyers"] for cell in line if cell]
        usual = sum(buyers) / len(buyers)
        rows.append((need, *(_heat(cell, usual, floor) for cell in line)))
    head = (say("column.need_group"), *(_week(week) for week in weeks))
    return DataTable(say("calendar.caption"), head, tuple(rows), frozenset(range(1, len(head))))


def downloads_table(downloads: Sequence[Download]) -> DataTable:
    """List the files beside the page."""
    rows = tuple((Link(file.href, file.href), whole(file.rows)) for file in downloads)
    return DataTable(say("downloads.caption"), columns("file", "rows"), rows, frozenset({1}))


def day_facts(as_of: date, run_id: str, *more: Fact) -> tuple[Fact, ...]:
    """Return the figures a page begins with: its own, then the day and the run."""
    return (
        *more,
        Fact(say("fact.as_of"), Day(as_of), say("fact.as_of_note")),
        Fact(say("fact.run"), Code(run_id)),
    )


def _heat(cell: dict[str, float] | None, usual: float, floor: int) -> Cell | Heat:
    if cell is None:
        return UNKNOWN
    buyers, low, high = cell["expected_buyers"], cell["low"], cell["high"]
    if buyers < floor:
        return Heat(f"<{floor}", "", 0)
    steps = round((buyers / usual - 1) / _HEAT_STEP) if usual else 0
    places = 1 if buyers < _SMALL_FORECAST else 0
    interval = f"{decimal(low, places)}–{decimal(high, places)}"
    return Heat(decimal(buyers, places), interval, min(max(3 + steps, 1), 5))


def _week(week: date) -> Words:
    spoken = day_words(week)
    return Words(spoken.zh.partition("年")[2], spoken.en.rpartition(" ")[0])
