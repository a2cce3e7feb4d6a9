"""What must hold of items beyond their columns: categories, launches, currencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.reading.findings import Note
from quality.rules.days import day_of
from quality.rules.maker import Maker, Meaning
from quality.rules.of_events import currency_shape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from quality.rules.rule import Rule

_LAUNCH_TOLERANCE_DAYS = 30
"""How long before its first day of sale an item may be sold: a soft launch, a pre-order."""


def item_rules(maker: Maker, delivered: Collection[str]) -> Iterator[Rule]:
    """Yield the rules of items that look into a value or at what was sold."""
    yield currency_shape(maker)
    yield _category_levels(maker)
    if "events" in delivered:
        yield _launched_before_sold(maker)


def _category_levels(maker: Maker) -> Rule:
    meaning = Meaning(
        en="category must have no empty level between its '/'.",
        zh="category 的各级之间不得有空级（“/”前后须有内容）。",
        why_en="Where need_group is not given, the last level is the need: an empty one would make"
        " all such items substitutes of each other.",
        why_zh="未给出 need_group 时以类目末级为需求组；空级会使不相干的商品互为替代。",
        passes={"category": "home/laundry/detergent"},
        fails={"category": "home//detergent/"},
    )
    condition = r"regexp_matches(t.category, '(^|/)\s*(/|$)')"
    return maker.row_rule("category.no_empty_level", condition, meaning, "category")


def _launched_before_sold(maker: Maker) -> Rule:
    meaning = Meaning(
        en="An item should not be sold more than"
        f" {_LAUNCH_TOLERANCE_DAYS} days before its launched_on.",
        zh=f"商品首次售出不应早于 launched_on 超过 {_LAUNCH_TOLERANCE_DAYS} 天。",
        why_en="An item is held back until it is launched; a wrong day hides what is on sale. The"
        " item itself is good, so it stays.",
        why_zh="上市前的商品不予推荐；日期有误会隐藏在售商品。商品本身无误，故保留。",
        dimension="consistency",
        passes={"launched_on": "2026-02-10", "first_sold_on": "2026-02-11"},
        fails={"launched_on": "2026-02-10", "first_sold_on": "2025-06-01"},
    )
    sold = day_of("min(occurred_at)", maker.options.timezone)
    query = f"""
        WITH launched AS (
            SELECT item_id, max(launched_on) AS launched_on FROM {{batch}}
            WHERE launched_on IS NOT NULL GROUP BY item_id
        ), sold AS (
            SELECT item_id, {sold} AS first_sold_on FROM known_events
            SEMI JOIN launched USING (item_id) WHERE event_type = 'purchase' GROUP BY item_id
        )
        SELECT item_id, launched_on, first_sold_on FROM launched JOIN sold USING (item_id)
        WHERE first_sold_on < launched_on - {_LAUNCH_TOLERANCE_DAYS} ORDER BY item_id"""
    return maker.table_rule(
        "launched_on.not_after_first_sale",
        query,
        meaning,
        fault=Note(
            "item {item_id}: sold on {first_sold_on}, launched on {launched_on}",
            "商品 {item_id}：{first_sold_on} 已售出，上市日为 {launched_on}",
        ),
        advice=Note("Mend launched_on at the source.", "请在来源处修正 launched_on。"),
        column="launched_on",
    )
