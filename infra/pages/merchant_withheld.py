"""From whom a merchant's goods are held back, why, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from infra.pages.blocks import (
    Cell,
    DataTable,
    Day,
    Figures,
    Notes,
    Section,
    Small,
    columns,
)
from infra.pages.facts import MerchantFacts
from infra.pages.privacy import hide_small, merge_small
from infra.pages.shared_blocks import counts_figure
from infra.pages.tallies import (
    RETURN_PERIODS,
    count_by,
    people_by,
    records,
    sorted_by,
    with_return_period,
)
from infra.pages.words import Words, name_of, say

Tables = Mapping[str, pa.Table]
Row = Mapping[str, Any]

_EXAMPLES = 3
"""Of each reason."""


def withheld_section(tables: Tables, facts: MerchantFacts) -> Section | None:
    """Show from how many goods are held back, and until when; None without the table."""
    rows = tables.get("do_not_recommend")
    if rows is None:
        return None
    if not len(rows):
        return Section("withheld", say("withheld.title"), (Notes((say("withheld.none"),)),))
    floor = facts.smallest_cell
    reasons = merge_small(people_by(rows, "reason_code"), floor)
    timed = with_return_period(rows, facts.as_of)
    people = people_by(timed, "period")
    periods = (*(name for name, _ in RETURN_PERIODS), "later", "never")
    shown = hide_small([people.get(period, 0) for period in periods], floor)
    returns = {period: n for period, n in zip(periods, shown, strict=True) if n != 0}
    figures = Figures(
        (
            counts_figure(say("withheld.reasons_people"), "withheld", reasons, has_shares=False),
            counts_figure(say("withheld.returns_people"), "return", returns, has_shares=False),
        )
    )
    return Section(
        "withheld",
        say("withheld.title"),
        (figures, _withheld_examples(rows)),
        say("withheld.merchant_lead"),
    )


def _withheld_examples(rows: pa.Table) -> DataTable:
    order = [("may_return_on", "ascending"), ("user_id", "ascending"), ("need_group", "ascending")]
    first = [
        row
        for reason in count_by(rows, "reason_code")
        for row in records(
            sorted_by(rows.filter(pc.equal(rows["reason_code"], reason)), order, _EXAMPLES)
        )
    ]
    body = tuple(
        (
            Small(row["need_group"], Words(row["reason_zh"], row["reason_en"])),
            row["user_id"],
            name_of("withheld", row["reason_code"]),
            Day(row["since"]),
            _return_day(row),
        )
        for row in first
    )
    head = columns("need_group", "person", "why", "since", "returns")
    return DataTable(say("withheld.examples"), head, body)


def _return_day(row: Row) -> Cell:
    day = row["may_return_on"]
    return name_of("return", "never") if day is None else Day(day)
