"""Where the rows of each table went: a sum that must come out right."""

from __future__ import annotations

from infra.pages.blocks import Cell, DataTable, Figure, Notes, Section, columns, legend
from infra.pages.charts import Stack, stacks
from infra.pages.facts import DayFacts, RowCount
from infra.pages.figures import percent, whole
from infra.pages.words import name_of, say

_FATES = (
    ("accepted", "main"),
    ("quarantined", "bad"),
    ("duplicates", "second"),
    ("after_as_of", "quiet"),
)


def rows_section(facts: DayFacts) -> Section | None:
    """Show what became of the rows read, in numbers and shares; None when nothing was read."""
    counts = [count for count in facts.counts if count.read]
    if not counts:
        return None
    figure = Figure(
        say("rows.caption"),
        stacks([_stack(count) for count in counts]),
        legend=legend(*((tone, name_of("fate", fate)) for fate, tone in _FATES)),
    )
    notes = (Notes(facts.notes),) if facts.notes else ()
    return Section("rows", say("rows.title"), (rows_table(facts), figure, *notes), say("rows.lead"))


def rows_table(facts: DayFacts) -> DataTable:
    """Show where the rows of each table went, and whether the sum is right."""
    rows = tuple(_row(count) for count in facts.counts)
    fates = tuple(name_of("fate", fate) for fate, _ in _FATES)
    head = (*columns("table", "read"), *fates, say("column.balance"))
    return DataTable(say("rows.table_caption"), head, rows, frozenset(range(1, 6)))


def _row(count: RowCount) -> tuple[Cell, ...]:
    balance = "holds" if sum(_fates(count)) == count.read else "broken"
    numbers = (whole(n) for n in (count.read, *_fates(count)))
    return (count.table, *numbers, name_of("balance", balance))


def _fates(count: RowCount) -> tuple[int, int, int, int]:
    return (count.accepted, count.quarantined, count.duplicates, count.after_as_of)


def _stack(count: RowCount) -> Stack:
    parts = tuple((tone, float(n)) for (_, tone), n in zip(_FATES, _fates(count), strict=True))
    return Stack(count.table, parts, percent(count.accepted / count.read, 1))
