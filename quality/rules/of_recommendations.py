"""What must hold of published recommendations: a list that is whole, in order, and kept clean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.reading.findings import Note
from quality.reading.sql import literal
from quality.rules.maker import Maker, Meaning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quality.rules.expected import Expected
    from quality.rules.rule import Rule

_MEND = Note("Nothing of it may be shown.", "相关清单不得展示。")


def recommendation_rules(maker: Maker, expected: Expected) -> Iterator[Rule]:
    """Yield the contract of ``recommendations``."""
    yield _ranks(maker)
    yield _falling_scores(maker)
    yield _item_once(maker)
    yield _slots_per_need(maker, expected.slots_per_need)
    yield _not_too_long(maker, expected.list_length)
    yield _window(maker)
    yield _still_valid(maker, expected)
    if expected.has("do_not_recommend"):
        yield _nothing_withheld(maker, expected)
    if expected.has("items"):
        yield _item_of_merchant(maker)
        if not expected.may_be_short:
            yield _filled(maker, expected)


def _ranks(maker: Maker) -> Rule:
    return maker.table_rule(
        "list.ranks_without_gaps",
        "SELECT user_id, count(*) AS rows, min(rank) AS first, max(rank) AS last"
        " FROM {batch} GROUP BY user_id HAVING min(rank) <> 1 OR max(rank) <> count(*)"
        " OR count(DISTINCT rank) <> count(*) ORDER BY user_id",
        Meaning(
            en="The ranks of a list must be 1, 2, 3 and so on, each once.",
            zh="清单名次须为 1、2、3……，各出现一次。",
            why_en="A page that shows the first five would show four, or one twice.",
            why_zh="只展示前五名的页面会缺一个或重复一个。",
            dimension="uniqueness",
            passes={"ranks": [1, 2, 3]},
            fails={"ranks": [1, 2, 4]},
        ),
        fault=Note(
            "a list of {rows} rows has ranks from {first} to {last}",
            "某清单共 {rows} 行，名次为 {first} 至 {last}",
        ),
        advice=_MEND,
        column="rank",
    )


def _falling_scores(maker: Maker) -> Rule:
    return maker.table_rule(
        "list.scores_fall",
        "SELECT user_id, rank FROM (SELECT user_id, rank, score"
        " > lag(score) OVER (PARTITION BY user_id ORDER BY rank) AS rises FROM {batch})"
        " WHERE rises ORDER BY user_id, rank",
        Meaning(
            en="A list must be ordered by score, the best first.",
            zh="清单须按得分由高到低排列。",
            why_en="The score is what the order is said to be made of.",
            why_zh="名次以得分为依据。",
            dimension="consistency",
            passes={"scores": [0.9, 0.7, 0.7]},
            fails={"scores": [0.7, 0.9]},
        ),
        fault=Note("rank {rank} scores more than the one before", "名次 {rank} 的得分高于前一名"),
        advice=_MEND,
        column="score",
    )


def _item_once(maker: Maker) -> Rule:
    return maker.table_rule(
        "list.item_once",
        "SELECT user_id, item_id, count(*) AS times FROM {batch} GROUP BY ALL HAVING count(*) > 1"
        " ORDER BY ALL",
        Meaning(
            en="No item may stand in a list twice.",
            zh="同一商品在一份清单中不得出现两次。",
            why_en="A slot that shows the same again is a slot lost.",
            why_zh="重复展示等于浪费位置。",
            dimension="uniqueness",
            passes={"items": ["i-1", "i-2"]},
            fails={"items": ["i-1", "i-1"]},
        ),
        fault=Note("item {item_id}: {times} times", "商品 {item_id}：{times} 次"),
        advice=_MEND,
        column="item_id",
    )


def _slots_per_need(maker: Maker, most: int) -> Rule:
    return maker.table_rule(
        "list.slots_per_need",
        "SELECT user_id, need_group, count(*) AS slots FROM {batch} GROUP BY ALL"
        f" HAVING count(*) > {most} ORDER BY ALL",
        Meaning(
            en=f"A need group may take at most {most} slots of a list.",
            zh=f"同一需求组在一份清单中最多占 {most} 个位置。",
            why_en="Substitutes beside each other answer one need and crowd out the others.",
            why_zh="互为替代的商品只满足一个需求，会挤占其他需求。",
            dimension="consistency",
            passes={"need_group": "detergent", "slots": most},
            fails={"need_group": "detergent", "slots": most + 1},
        ),
        fault=Note("need {need_group}: {slots} slots", "需求组 {need_group}：{slots} 个位置"),
        advice=_MEND,
        column="need_group",
    )


def _not_too_long(maker: Maker, length: int) -> Rule:
    meaning = Meaning(
        en=f"A list must have at most {length} slots.",
        zh=f"清单最多 {length} 个位置。",
        why_en="Pages and messages have room for so many.",
        why_zh="页面与消息只容得下这么多。",
        passes={"rank": length},
        fails={"rank": length + 1},
    )
    return maker.row_rule("list.not_too_long", f"t.rank > {length}", meaning, "rank")


def _window(maker: Maker) -> Rule:
    meaning = Meaning(
        en="window_start must not be after window_end, and both are given or neither.",
        zh="window_start 不得晚于 window_end，且两者须同时有值或同时为空。",
        why_en="Reminders are timed by it.",
        why_zh="提醒时间以此为准。",
        dimension="consistency",
        passes={"window_start": "2026-03-01", "window_end": "2026-03-09"},
        fails={"window_start": "2026-03-09", "window_end": "2026-03-01"},
    )
    condition = (
        "t.window_start > t.window_end OR (t.window_start IS NULL) <> (t.window_end IS NULL)"
    )
    return maker.row_rule("window.in_order", condition, meaning, "window_start")


def _still_valid(maker: Maker, expected: Expected) -> Rule:
    day = expected.as_of.isoformat()
    meaning = Meaning(
        en="valid_until must not be before the as-of day.",
        zh="有效期末日不得早于截止日。",
        why_en="A row that has run out on the day it is made can never be shown.",
        why_zh="生成当天即过期的行永远无法展示。",
        dimension="timeliness",
        passes={"valid_until": day},
        fails={"valid_until": "1970-01-01"},
    )
    condition = f"t.valid_until < DATE {literal(day)}"
    return maker.row_rule("valid_until.not_past", condition, meaning, "valid_until")


def _nothing_withheld(maker: Maker, expected: Expected) -> Rule:
    day = literal(expected.as_of.isoformat())
    meaning = Meaning(
        en="Nothing may be shown that do_not_recommend withholds from that person on the as-of"
        " day: satisfied, owned, returned, disliked, tired of or not to be had.",
        zh="凡 do_not_recommend 当日对某人扣留的需求或商品，均不得展示给此人。",
        why_en="It is the promise of the product: who bought a kettle last week needs no kettle.",
        why_zh="这是本产品的承诺：上周刚买了水壶的人不再需要水壶。",
        dimension="consistency",
        passes={"need_group": "kettle", "withheld": False},
        fails={"need_group": "kettle", "withheld": True},
    )
    condition = (
        "EXISTS (SELECT 1 FROM made_do_not_recommend AS d WHERE d.user_id = t.user_id"
        " AND d.need_group = t.need_group AND (d.item_id IS NULL OR d.item_id = t.item_id)"
        f" AND (d.may_return_on IS NULL OR d.may_return_on > DATE {day}))"
    )
    return maker.row_rule("list.nothing_withheld", condition, meaning, "need_group")


def _item_of_merchant(maker: Maker) -> Rule:
    meaning = Meaning(
        en="An item that is shown must be in items, with that merchant, launched and to be had.",
        zh="展示的商品须在 items 中、属于该商家、已上市且可购买。",
        why_en="A merchant's rows are published to that merchant alone.",
        why_zh="各商家的数据只发布给该商家。",
        dimension="consistency",
        passes={"item_id": "i-1", "merchant_id": "m-1", "is_available": True},
        fails={"item_id": "i-1", "merchant_id": "m-1", "is_available": False},
    )
    condition = (
        "NOT EXISTS (SELECT 1 FROM made_items AS i WHERE i.item_id = t.item_id"
        " AND i.merchant_id = t.merchant_id AND i.is_available)"
    )
    return maker.row_rule("item_id.of_merchant", condition, meaning, "item_id")


def _filled(maker: Maker, expected: Expected) -> Rule:
    day, most = literal(expected.as_of.isoformat()), expected.slots_per_need
    held = (
        f"""
        , held AS (
            SELECT user_id, sum(room) AS held FROM (
                SELECT user_id, need_group, max(room) AS room
                FROM made_do_not_recommend JOIN shelf USING (need_group)
                WHERE may_return_on IS NULL OR may_return_on > DATE {day}
                GROUP BY user_id, need_group) GROUP BY user_id
        )"""
        if expected.has("do_not_recommend")
        else ", held AS (SELECT NULL AS user_id, 0 AS held WHERE false)"
    )
    # Items held back one by one count as their whole need: never more room than there is.
    query = f"""
        WITH shelf AS (
            SELECT need_group, least(count(*), {most}) AS room FROM made_items
            WHERE is_available GROUP BY need_group
        ){held}
        SELECT user_id, filled, least({expected.list_length}, room - coalesce(held, 0)) AS possible
        FROM (SELECT user_id, count(*) AS filled FROM {{batch}} GROUP BY user_id)
        CROSS JOIN (SELECT sum(room) AS room FROM shelf) LEFT JOIN held USING (user_id)
        WHERE filled < least({expected.list_length}, room - coalesce(held, 0)) ORDER BY user_id"""
    return maker.table_rule(
        "list.filled",
        query,
        Meaning(
            en=f"A list must have {expected.list_length} slots where so many different needs can be"
            " shown to the person.",
            zh=f"可展示的需求足够时，清单须填满 {expected.list_length} 个位置。",
            why_en="An empty slot sells nothing; only a catalogue that is too small, sold out or"
            " held back excuses it.",
            why_zh="空位毫无价值；只有目录过小、缺货或被扣留才可例外。",
            dimension="completeness",
            passes={"slots": expected.list_length},
            fails={"slots": expected.list_length - 1, "possible": expected.list_length},
        ),
        fault=Note(
            "a list of {filled} slots where {possible} were possible",
            "某清单仅 {filled} 个位置，本可有 {possible} 个",
        ),
        advice=_MEND,
        column="rank",
    )
