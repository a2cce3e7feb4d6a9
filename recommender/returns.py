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
    is_kept = pc.equal(events["event_type"], "purchase")
    if not pc.any(pc.equal(events["event_type"], "return")).as_py():
        return events.filter(is_kept)
    lowered = _lowered(events.select(_COLUMNS))
    # Few purchases come back: the rest is passed on untouched, and once.
    gone = lowered.filter(pc.field("quantity") <= 0)["event_id"]
    purchases = events.filter(pc.and_not(is_kept, pc.is_in(events["event_id"], gone)))
    left = lowered["quantity"].take(pc.index_in(purchases["event_id"], lowered["event_id"]))
    place = purchases.schema.get_field_index("quantity")
    quantity = pc.coalesce(left, purchases["quantity"])
    return purchases.set_column(place, purchases.schema.field(place), quantity)


_COLUMNS = ["event_id", "user_id", "item_id", "event_type", "occurred_at", "quantity"]


def _lowered(events: pa.Table) -> pa.Table:
    """Return ``event_id`` and what is left of the quantity of purchases that were returned."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("events", events)
        return connection.sql("""
            WITH returned AS (SELECT * FROM events WHERE event_type = 'return'),
            bought AS (
                SELECT * FROM events SEMI JOIN returned USING (user_id, item_id)
                WHERE event_type = 'purchase'
            )
            SELECT bought.event_id, coalesce(any_value(bought.quantity), 1)
                - sum(coalesce(returned.quantity, 1)) AS quantity
            FROM returned ASOF JOIN bought
            ON returned.user_id = bought.user_id AND returned.item_id = bought.item_id
                AND returned.occurred_at >= bought.occurred_at
            GROUP BY bought.event_id ORDER BY event_id
        """).to_arrow_table()
