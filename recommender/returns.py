"""Purchases net of what came back: a returned kettle was not bought."""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc


def net_purchases(events: pa.Table) -> pa.Table:
    """Take returned units out of the purchases they belong to.

    A return belongs to the person's latest purchase of that item at or before it. Purchases of
    which nothing is left disappear; units returned beyond that purchase are ignored.

    Args:
        events: The ``events`` table; a quantity that is absent counts as 1.

    Returns:
        The purchases only, same columns, ``quantity`` lowered by what came back.
    """
    if not pc.any(pc.equal(events["event_type"], "return")).as_py():
        return events.filter(pc.field("event_type") == "purchase")
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("events", events)
        return connection.sql("""
            WITH back AS (
                SELECT bought.event_id, sum(coalesce(returned.quantity, 1)) AS units
                FROM (SELECT * FROM events WHERE event_type = 'return') AS returned
                ASOF JOIN (SELECT * FROM events WHERE event_type = 'purchase') AS bought
                ON returned.user_id = bought.user_id AND returned.item_id = bought.item_id
                    AND returned.occurred_at >= bought.occurred_at
                GROUP BY ALL
            )
            SELECT events.* REPLACE (
                CASE WHEN units IS NULL THEN quantity ELSE coalesce(quantity, 1) - units END
                AS quantity)
            FROM events LEFT JOIN back USING (event_id)
            WHERE event_type = 'purchase' AND coalesce(quantity, 1) > coalesce(units, 0)
            ORDER BY event_id
        """).to_arrow_table()
