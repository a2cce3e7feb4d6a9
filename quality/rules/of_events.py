"""What must hold of events beyond their columns: returns, prices, currencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.reading.findings import Note
from quality.reading.sql import literals
from quality.rules.maker import Maker, Meaning

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from quality.rules.rule import Rule

CURRENCY_SHAPE = "[A-Z][A-Z][A-Z]"
"""ISO 4217: three capital letters."""
_PRICE_FACTOR = 1000
"""How many times its item's median a price must be to be taken for a slip of the unit."""

_COMMON = ("CNY", "USD", "EUR", "GBP", "JPY", "HKD")
_TRADES = """
        trades AS (
            SELECT source_file, row_number, event_type, user_id, item_id, occurred_at,
                   coalesce(quantity, 1) AS units
            FROM known_events SEMI JOIN (
                SELECT DISTINCT user_id, item_id FROM known_events
                WHERE event_type = 'return') USING (user_id, item_id)
            WHERE event_type IN ('purchase', 'return') AND occurred_at IS NOT NULL
        ), with_bought AS (
            SELECT *, sum(CASE WHEN event_type = 'purchase' THEN units ELSE 0 END) OVER so_far
                       AS bought,
                   count(*) FILTER (WHERE event_type = 'purchase') OVER so_far AS purchases
            FROM trades WINDOW so_far AS (PARTITION BY user_id, item_id ORDER BY occurred_at)
        )"""
"""What each person bought until then of each item they ever returned: a small part of all events."""


def event_rules(maker: Maker, delivered: Collection[str]) -> Iterator[Rule]:
    """Yield the rules of events that compare rows with each other or with items."""
    yield _return_after_purchase(maker)
    yield _return_not_more_than_bought(maker)
    yield currency_shape(maker)
    yield _usual_price(maker)
    if "items" in delivered:
        yield _one_currency(maker)


def currency_shape(maker: Maker) -> Rule:
    """Make the rule that a currency is an ISO 4217 code."""
    meaning = Meaning(
        en="currency must be an ISO 4217 code: three capital letters.",
        zh="currency 必须是 ISO 4217 代码：三个大写字母。",
        why_en="An amount in an unknown currency can be neither added nor compared.",
        why_zh="币种不明的金额无法相加或比较。",
        passes={"currency": "CNY"},
        fails={"currency": "yuan"},
    )
    # Comparing with the codes that nearly all rows have is much cheaper than matching a pattern.
    condition = (
        f"t.currency NOT IN ({literals(_COMMON)})"
        f" AND NOT regexp_full_match(t.currency, '{CURRENCY_SHAPE}')"
    )
    return maker.row_rule("currency.iso_code", condition, meaning, "currency")


def _return_after_purchase(maker: Maker) -> Rule:
    meaning = Meaning(
        en="A return must follow a purchase of the same item by the same person.",
        zh="退货必须晚于同一人对同一商品的购买。",
        why_en="Returns are taken off purchases; one without a purchase takes off what was kept.",
        why_zh="退货会冲减购买；没有购买的退货会误减他项。",
        dimension="consistency",
        passes={"event_type": "return", "purchased": "the day before"},
        fails={"event_type": "return", "purchased": "never"},
    )
    condition = f"""t.event_type = 'return' AND t.occurred_at IS NOT NULL
        AND (t.source_file, t.row_number) NOT IN (
            WITH {_TRADES}
            SELECT (source_file, row_number) FROM with_bought
            WHERE event_type = 'return' AND purchases > 0)"""
    return maker.row_rule("return.after_purchase", condition, meaning, "event_type")


def _return_not_more_than_bought(maker: Maker) -> Rule:
    meaning = Meaning(
        en="What a person has returned of an item must not exceed what they have bought of it"
        " until then.",
        zh="同一人对同一商品的累计退货数量不得超过此前的累计购买数量。",
        why_en="More returned than bought is a negative purchase: a unit slipped, or a row is gone.",
        why_zh="退多于买意味着购买为负：数量有误或缺行。",
        dimension="consistency",
        passes={"event_type": "return", "quantity": 1, "bought": 2},
        fails={"event_type": "return", "quantity": 3, "bought": 2},
    )
    # A quantity that is not given is one unit. Where nothing was bought, another rule speaks. A
    # return of more than was ever bought is wrong by itself and takes nothing from the others.
    condition = f"""t.event_type = 'return' AND (t.source_file, t.row_number) IN (
        WITH {_TRADES}, with_returned AS (
            SELECT *, sum(CASE WHEN event_type = 'return' AND units <= bought THEN units ELSE 0 END)
                OVER (PARTITION BY user_id, item_id ORDER BY occurred_at) AS returned
            FROM with_bought
        )
        SELECT (source_file, row_number) FROM with_returned
        WHERE event_type = 'return' AND bought > 0 AND (units > bought OR returned > bought))"""
    return maker.row_rule("return.not_more_than_bought", condition, meaning, "quantity")


def _usual_price(maker: Maker) -> Rule:
    meaning = Meaning(
        en=f"No price of an item should be more than {_PRICE_FACTOR:,} times its median price.",
        zh=f"任何单价不应超过该商品价格中位数的 {_PRICE_FACTOR:,} 倍。",
        why_en="Such a price is an amount in cents, or another field; but a rare price can be real,"
        " so the rows stay.",
        why_zh="这类价格多为以分计价或错列；但罕见价格也可能属实，故保留该行。",
        passes={"unit_price": 12.0, "median": 9.5},
        fails={"unit_price": 95000.0, "median": 9.5},
    )
    # The lowest price is never above the median, so this finds every item worth a median.
    query = f"""
        WITH priced AS (
            SELECT item_id, unit_price FROM {{batch}}
            WHERE unit_price > 0 AND malformed_line IS NULL
        ), suspects AS (
            SELECT item_id FROM priced GROUP BY item_id
            HAVING max(unit_price) > {_PRICE_FACTOR} * min(unit_price)
        )
        SELECT item_id, median(unit_price) AS middle, max(unit_price) AS highest
        FROM priced SEMI JOIN suspects USING (item_id) GROUP BY item_id
        HAVING max(unit_price) > {_PRICE_FACTOR} * median(unit_price) ORDER BY item_id"""
    return maker.table_rule(
        "unit_price.usual",
        query,
        meaning,
        fault=Note(
            "item {item_id}: {highest}, median {middle}",
            "商品 {item_id}：{highest}，中位数 {middle}",
        ),
        advice=Note("Ask the source for the unit of these prices.", "请向来源确认这些价格的单位。"),
        column="unit_price",
    )


def _one_currency(maker: Maker) -> Rule:
    meaning = Meaning(
        en="All prices of a merchant should be in one currency.",
        zh="同一商家的价格应为同一币种。",
        why_en="Prices are compared and added as they are; nothing here converts them.",
        why_zh="价格按原值比较和相加，不做换算。",
        dimension="consistency",
        passes={"merchant_id": "m-1", "currencies": ["CNY"]},
        fails={"merchant_id": "m-1", "currencies": ["CNY", "USD"]},
    )
    query = f"""
        WITH used AS (
            SELECT currency FROM {{batch}} WHERE malformed_line IS NULL GROUP BY currency
            HAVING regexp_full_match(currency, '{CURRENCY_SHAPE}')
        ), priced AS (
            SELECT DISTINCT item_id, currency FROM {{batch}} SEMI JOIN used USING (currency)
            -- Nearly every shop has one currency, and need not be grouped by item.
            WHERE (SELECT count(*) FROM used) > 1
        ), sold AS (SELECT DISTINCT item_id, merchant_id FROM known_items)
        SELECT merchant_id, string_agg(DISTINCT currency, ', ' ORDER BY currency) AS currencies
        FROM priced JOIN sold USING (item_id) GROUP BY merchant_id
        HAVING count(DISTINCT currency) > 1 ORDER BY merchant_id"""
    return maker.table_rule(
        "currency.one_a_merchant",
        query,
        meaning,
        fault=Note("merchant {merchant_id}: {currencies}", "商家 {merchant_id}：{currencies}"),
        advice=Note(
            "Deliver the prices of a merchant in one currency.", "请以同一币种提交同一商家的价格。"
        ),
        column="currency",
    )
