"""Whom a merchant's goods are shown to, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from markupsafe import Markup

from infra.pages.blocks import (
    Block,
    Cell,
    DataTable,
    Day,
    Figure,
    Figures,
    Notes,
    Section,
    Small,
    chart_table,
    columns,
)
from infra.pages.charts import Bar, bars
from infra.pages.facts import MerchantFacts
from infra.pages.figures import UNKNOWN, percent, whole
from infra.pages.privacy import hide_small
from infra.pages.shared_blocks import counts_figure
from infra.pages.tallies import people_by, records, sorted_by
from infra.pages.words import Words, name_of, say

Tables = Mapping[str, pa.Table]
Row = Mapping[str, Any]

_TOP_ITEMS = 10
_EXAMPLE_PEOPLE = 3
_EXAMPLE_ROWS = 6


def recommended_section(
    tables: Tables, names: Mapping[str, str], facts: MerchantFacts
) -> Section | None:
    """Show how many people see which goods and why; None without the table."""
    rows = tables.get("recommendations")
    if rows is None:
        return None
    if not len(rows):
        return Section("lists", say("merchant.lists"), (Notes((say("merchant.no_lists"),)),))
    slots = people_by(rows, "slot")
    shown = hide_small(list(slots.values()), facts.smallest_cell)
    figures = Figures(
        (
            _top_items(rows, names, facts.smallest_cell),
            counts_figure(
                say("merchant.slots"),
                "slot",
                dict(zip(slots, shown, strict=True)),
                has_shares=False,
            ),
        )
    )
    terms = Notes((say("term.slot"), say("privacy.note", floor=facts.smallest_cell)))
    blocks: tuple[Block, ...] = (figures, *_examples(rows, names), terms)
    return Section("lists", say("merchant.lists"), blocks, say("merchant.lists_lead"))


def _top_items(rows: pa.Table, names: Mapping[str, str], floor: int) -> Figure:
    people = people_by(rows, "item_id")
    shown = [(item, n) for item, n in people.items() if n >= floor][:_TOP_ITEMS]
    drawn = [Bar(names.get(item, item), n, whole(n)) for item, n in shown]
    table = chart_table(
        say("merchant.top_items"),
        columns("item", "item_id", "people"),
        [(names.get(item, item), item, whole(n)) for item, n in shown],
    )
    note = (
        say("merchant.more_items", n=len(people) - len(shown)) if len(people) > len(shown) else None
    )
    return Figure(say("merchant.top_items"), bars(drawn), table, note=note)


def _examples(rows: pa.Table, names: Mapping[str, str]) -> list[DataTable]:
    """Show the lists with the most kinds of places, so that different reasons are seen."""
    lists = rows.group_by("user_id").aggregate([("slot", "count_distinct"), ("slot", "count")])
    by_kinds = [("slot_count_distinct", "descending"), ("slot_count", "descending")]
    order = [*by_kinds, ("user_id", "ascending")]
    people = sorted_by(lists, order, _EXAMPLE_PEOPLE)["user_id"].to_pylist()
    head = columns("item", "rank", "slot", "p_need", "window")
    tables = []
    for person in people:
        own = sorted_by(_rows_of_person(rows, person), [("rank", "ascending")], _EXAMPLE_ROWS)
        body = tuple(_example(row, names) for row in records(own))
        caption = say("merchant.example", person=person)
        tables.append(DataTable(caption, head, body, frozenset({1, 3})))
    return tables


def _rows_of_person(rows: pa.Table, person: str) -> pa.Table:
    return rows.filter(pc.equal(rows["user_id"], person))


def _example(row: Row, names: Mapping[str, str]) -> tuple[Cell, ...]:
    return (
        Small(names.get(row["item_id"], row["item_id"]), Words(row["reason_zh"], row["reason_en"])),
        whole(row["rank"]),
        name_of("slot_short", row["slot"]),
        percent(row["p_need"]),
        _window(row),
    )


def _window(row: Row) -> Cell:
    start, end = row["window_start"], row["window_end"]
    if start is None or end is None:
        return UNKNOWN
    return Markup("{} – {}").format(Day(start), Day(end))
