"""Reasons as sentences, Chinese and English, built from facts column by column."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recommender.interactions import Ints

SHOWN: Mapping[str, tuple[str, str]] = {
    "due": (
        "大约每 {gap} 天购买一次，上次购买在 {ago} 天前",
        "Bought about every {gap} days, last {ago} days ago",
    ),
    "bought_once": (
        "{ago} 天前买过一次；这类商品通常约每 {gap} 天购买一次",
        "Bought once, {ago} days ago; usually bought about every {gap} days",
    ),
    "habit": (
        "上次购买仅在 {ago} 天前，通常可用 {lasts} 天，但四周内再买的可能仍为 {percent}%",
        "Bought only {ago} days ago and usually lasts {lasts} days, but {percent} % likely to be bought again within four weeks",
    ),
    "due_same_brand": (
        "上次购买在 {ago} 天前，通常约每 {gap} 天购买一次；这款您没有买过，是您常买的品牌“{brand}”",
        "Last bought {ago} days ago, usually every {gap} days; this product is new to you, of your usual brand {brand}",
    ),
    "due_new_product": (
        "上次购买在 {ago} 天前，通常约每 {gap} 天购买一次；这款您没有买过",
        "Last bought {ago} days ago, usually every {gap} days; this product is new to you",
    ),
    "after_purchase": (
        "{since} 天前买了“{because}”；买过它的人接着买这类商品的可能是平常的 {lift} 倍，其中半数在 {lag} 天内",
        "You bought {because} {since} days ago; people who did take this up {lift} times as often as usual, half of them within {lag} days",
    ),
    "goes_with": (
        "{since} 天前买了“{because}”；这类商品常与它搭配，买过它的人买这类商品的可能是平常的 {lift} 倍",
        "You bought {because} {since} days ago; this often goes with it, {lift} times as often as usual",
    ),
    "taste": (
        "常买“{because}”的人也常买这类商品",
        "Often bought by people who buy {because}, as you do",
    ),
    "brand": (
        "是您常买的品牌“{brand}”，这类商品您没有买过",
        "Of your usual brand {brand}, of a kind that is new to you",
    ),
    "popular_in_segment": (
        "与您同年龄段、同地区的顾客中，近 28 天有 {buyers} 人购买",
        "{buyers} people of your age band and region bought it in the last 28 days",
    ),
    "popular": (
        "近 28 天有 {buyers} 人购买",
        "{buyers} people bought it in the last 28 days",
    ),
    "popular_no_profile": (
        "未同意画像，故未使用个人数据；近 28 天有 {buyers} 人购买",
        "No personal data were used, as profiling was not agreed to; {buyers} people bought it in the last 28 days",
    ),
    "untried": (
        "近 28 天无人购买，因列表尚有空位而展示",
        "Nobody bought it in the last 28 days; it fills a place that is free",
    ),
}
"""Reason code → sentence, of what is shown."""

WITHHELD: Mapping[str, tuple[str, str]] = {
    "satisfied": (
        "{since} 刚买过，通常每 {gap} 天购买一次；{returns} 起可再推荐",
        "Bought on {since}, usually every {gap} days; may return on {returns}",
    ),
    "trial_unit": (
        "{since} 收到试用装，这类商品通常每 {gap} 天购买一次；{returns} 起可再推荐",
        "A trial unit arrived on {since}, usually bought every {gap} days; may return on {returns}",
    ),
    "owned_durable": (
        "{since} 已购买或已收到耐用品，不再推荐",
        "A durable, owned since {since}; not needed again",
    ),
    "fatigued": (
        "已展示 {times} 次而未被点开，{returns} 起可再推荐",
        "Shown {times} times and not opened; may return on {returns}",
    ),
    "returned": (
        "{since} 已退货，不再推荐该商品",
        "Sent back on {since}; this item is not shown again",
    ),
    "disliked": (
        "{since} 的报告（{times} 星）对该商品不满意，不再推荐",
        "The report of {since}, {times} stars, was not content with it; this item is not shown again",
    ),
    "unavailable": (
        "这类商品目前无货，有货后再推荐",
        "Nothing of this need can be bought now; it returns when something can",
    ),
}
"""What is withheld, in the same way."""


def sentences(
    templates: Mapping[str, tuple[str, str]], codes: Ints, facts: Mapping[str, pa.Array]
) -> tuple[pa.Array, pa.Array]:
    """Fill in each row's sentence.

    Args:
        templates: Reason code → Chinese and English sentence with ``{fact}`` places.
        codes: Index of each row's reason among the templates, shape (n_rows,).
        facts: Text by name, each of length n_rows; a fact that a sentence names must not be null.

    Returns:
        The Chinese and the English sentences.
    """
    columns = []
    for language in (0, 1):
        parts, places = [pa.array([], pa.string())], [np.zeros(0, dtype=np.int64)]
        for number, sentence in enumerate(templates.values()):
            rows = np.flatnonzero(codes == number)
            parts.append(_filled(sentence[language], rows, facts))
            places.append(rows)
        order = np.argsort(np.concatenate(places), kind="stable")
        columns.append(pa.concat_arrays(parts).take(pa.array(order)))
    return columns[0], _singular(columns[1])


def _filled(sentence: str, rows: Ints, facts: Mapping[str, pa.Array]) -> pa.Array:
    """Put facts in their places: text between the braces alternates with facts' names."""
    pieces: list[pa.Array | pa.Scalar] = []
    for number, piece in enumerate(sentence.replace("}", "{").split("{")):
        is_fact = number % 2 == 1
        pieces.append(facts[piece].take(pa.array(rows)) if is_fact else pa.scalar(piece))
    if len(pieces) == 1:
        return pa.array([sentence] * len(rows), pa.string())
    return pc.binary_join_element_wise(*pieces, "")


def _singular(english: pa.Array) -> pa.Array:
    """Write one day, one star and one person as such."""
    for several, one in ((r"1 (day|star)s", r"1 \2"), (r"1 (people)", "1 person")):
        english = pc.replace_substring_regex(english, rf"(^|[^\d.]){several}", rf"\1{one}")
    return english
