"""Where the rows of each table went: a sum that must come out right."""

from __future__ import annotations

from collections.abc import Sequence

from infra.pages.blocks import Block, Cell, DataTable, Figure, Notes, Section, columns, legend
from infra.pages.charts import Stack, stacks
from infra.pages.facts import DayFacts, RowCount
from infra.pages.figures import percent, whole
from infra.pages.words import name_of, say

_ALWAYS = (
    ("accepted", "main"),
    ("quarantined", "bad"),
    ("duplicates", "second"),
    ("after_as_of", "quiet"),
)
_SOMETIMES = (("replaced", "good"), ("erased", "ink"))
"""Shown on days that have such rows."""

Fates = tuple[tuple[str, str], ...]
"""What can become of a row, and its colour."""


def rows_section(facts: DayFacts) -> Section | None:
    """Show what became of the rows read, in numbers and shares; None when nothing is to be said."""
    if not (facts.counts or facts.notes):
        return None
    blocks: list[Block] = [rows_table(facts)] if facts.counts else []
    filled = [count for count in facts.counts if count.read]
    if filled:
        blocks.append(_figure(filled))
    if facts.notes:
        blocks.append(Notes(facts.notes))
    return Section("rows", say("rows.title"), tuple(blocks), say("rows.lead"))


def rows_table(facts: DayFacts) -> DataTable:
    """Show where the rows of each table went, and whether the sum is right."""
    fates = _fates(facts.counts)
    rows = tuple(_row(count, fates) for count in facts.counts)
    named = tuple(name_of("fate", fate) for fate, _ in fates)
    head = (*columns("table", "read"), *named, say("column.balance"))
    return DataTable(say("rows.table_caption"), head, rows, frozenset(range(1, 2 + len(fates))))


def _fates(counts: Sequence[RowCount]) -> Fates:
    seen = [(fate, tone) for fate, tone in _SOMETIMES if any(getattr(it, fate) for it in counts)]
    return (*_ALWAYS, *seen)


def _row(count: RowCount, fates: Fates) -> tuple[Cell, ...]:
    placed = [getattr(count, fate) for fate, _ in fates]
    balance = "holds" if sum(placed) == count.read else "broken"
    return (count.table, *map(whole, (count.read, *placed)), name_of("balance", balance))


def _figure(counts: Sequence[RowCount]) -> Figure:
    fates = _fates(counts)
    key = legend(*((tone, name_of("fate", fate)) for fate, tone in fates))
    return Figure(say("rows.caption"), stacks([_stack(it, fates) for it in counts]), legend=key)


def _stack(count: RowCount, fates: Fates) -> Stack:
    parts = tuple((tone, float(getattr(count, fate))) for fate, tone in fates)
    return Stack(count.table, parts, percent(count.accepted / count.read, 1))
