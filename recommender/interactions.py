"""Purchases as integer-coded arrays: who bought what on which day.

An interaction is one distinct (user, calendar day, thing); a *thing* is a need group or an item,
as the caller chooses. Days count from 1970-01-01 in UTC, so that differences are plain integers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Literal

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_array

from quality.needs import NEED_GROUP_SQL

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
Level = Literal["need", "item"]

_TIME = pa.timestamp("us", "UTC")
_DAY_MICROSECONDS = 86_400_000_000


@dataclass(frozen=True)
class Interactions:
    """Distinct (user, day, thing), sorted by user, day, thing.

    ``users`` indexes ``user_ids``, ``things`` indexes ``thing_ids``; both vocabularies are sorted.
    """

    users: Ints
    """Shape (n_interactions,), as are the next five."""
    days: Ints
    things: Ints
    quantities: Floats
    """Units bought that day, 1 where the shop did not record them."""
    items: Ints
    """The item bought, by its place among the sorted ids of all items; of several that day the
    one of most units, then the first. At item level the thing itself."""
    prices: Floats
    """Mean natural logarithm of that item's unit price that day; NaN where none was recorded."""
    user_ids: Texts
    thing_ids: Texts

    def __len__(self) -> int:
        """Count the interactions."""
        return len(self.users)

    def before(self, day: int) -> Interactions:
        """Return what was known at the start of ``day``, same vocabularies."""
        return self.where(self.days < day)

    def between(self, first: int, last: int) -> Interactions:
        """Return days in [first, last), same vocabularies."""
        return self.where((self.days >= first) & (self.days < last))

    def of_users(self, chosen: Bools) -> Interactions:
        """Return the interactions of some users, ``chosen`` of shape (n_users,)."""
        return self.where(chosen[self.users])

    def known_as(self, user_ids: Texts, thing_ids: Texts) -> Interactions:
        """Return the same interactions coded in wider vocabularies, sorted and holding the own."""
        return replace(
            self,
            users=np.searchsorted(user_ids, self.user_ids).astype(np.int64)[self.users],
            things=np.searchsorted(thing_ids, self.thing_ids).astype(np.int64)[self.things],
            user_ids=user_ids,
            thing_ids=thing_ids,
        )

    def counts(self) -> csr_array:
        """Return days bought per (user, thing), shape (n_users, n_things), float64."""
        shape = (len(self.user_ids), len(self.thing_ids))
        matrix = csr_array((np.ones(len(self)), (self.users, self.things)), shape=shape)
        matrix.sum_duplicates()
        return matrix

    def where(self, mask: Bools) -> Interactions:
        """Return some of the interactions, ``mask`` of shape (n_interactions,)."""
        if mask.all():
            return self
        return Interactions(
            self.users[mask],
            self.days[mask],
            self.things[mask],
            self.quantities[mask],
            self.items[mask],
            self.prices[mask],
            self.user_ids,
            self.thing_ids,
        )


def purchase_days(events: pa.Table, items: pa.Table, *, level: Level) -> Interactions:
    """Reduce purchase events to distinct (user, day, need group or item).

    Args:
        events: The ``events`` table; only purchases count. ``returns.net_purchases`` takes
            returned units out of it.
        items: The ``items`` table; purchases of unknown items are left out.
        level: Whether a thing is a need group or an item.

    Returns:
        The interactions, sorted by user, day and thing. All items, or all their needs, are
        named; people are named if they bought anything.
    """
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("items", items)
        names = connection.sql(
            f"SELECT item_id, {NEED_GROUP_SQL} AS need FROM items ORDER BY item_id"
        ).to_arrow_table()
    found = _item_days(events, names["item_id"])
    if level == "item":
        return found
    needs, need_ids = _coded(names["need"])
    return of_needs(found, needs, need_ids)


def of_needs(bought: Interactions, needs: Ints, need_ids: Texts) -> Interactions:
    """Sum item-level interactions up to need groups.

    Args:
        bought: Item level.
        needs: The need of each item, shape (n_items,).
        need_ids: Names of the needs, sorted.
    """
    things = needs[bought.things]
    # Interactions are sorted by item, too, and the sort is stable: of equals the first item stays.
    keys = _keys(bought.users, bought.days, things)
    order = np.lexsort((-bought.quantities, keys))
    first = np.flatnonzero(np.diff(keys[order], prepend=-1))
    kept = order[first]
    return Interactions(
        bought.users[kept],
        bought.days[kept],
        things[kept],
        _sums(bought.quantities[order], first),
        bought.things[kept],
        bought.prices[kept],
        bought.user_ids,
        need_ids,
    )


def day_number(day: date) -> int:
    """Return days since 1970-01-01."""
    return (
        datetime(day.year, day.month, day.day, tzinfo=UTC) - datetime.fromtimestamp(0, UTC)
    ).days


def _item_days(events: pa.Table, item_ids: pa.ChunkedArray) -> Interactions:
    """Reduce purchases of the items named, sorted, to distinct (user, day, item)."""
    columns = ["user_id", "item_id", "occurred_at", "quantity", "unit_price"]
    is_purchase = pc.equal(events["event_type"], "purchase")
    is_known = pc.is_in(events["item_id"], item_ids)
    rows = events.select(columns).filter(pc.and_(is_purchase, is_known))
    # Texts become numbers before anything is sorted: comparing them costs many times more.
    users, user_ids = _coded(rows["user_id"])
    items = pc.index_in(rows["item_id"], item_ids).to_numpy().astype(np.int64)
    days = rows["occurred_at"].cast(_TIME).cast(pa.int64()).to_numpy() // _DAY_MICROSECONDS
    keys = _keys(users, days, items)
    order = np.argsort(keys, kind="stable")
    first = np.flatnonzero(np.diff(keys[order], prepend=-1))
    prices = rows["unit_price"].fill_null(0.0)
    is_priced = prices.to_numpy()[order] > 0
    logs = np.where(is_priced, pc.ln(prices).to_numpy()[order], 0.0)
    priced = _sums(is_priced.astype(np.float64), first)
    kept = order[first]
    return Interactions(
        users[kept],
        days[kept],
        items[kept],
        _sums(rows["quantity"].fill_null(1.0).to_numpy()[order], first),
        items[kept],
        np.divide(_sums(logs, first), priced, out=np.full(len(kept), np.nan), where=priced > 0),
        user_ids,
        _texts(item_ids),
    )


def _keys(*codes: Ints) -> Ints:
    """Return one number a row that orders rows by the first of the codes, then the next."""
    keys = np.zeros(len(codes[0]), dtype=np.int64)
    for code in codes:
        lowest = code.min(initial=0)
        keys = keys * (code.max(initial=0) - lowest + 1) + code - lowest
    return keys


def _sums(values: Floats, first: Ints) -> Floats:
    """Add up the runs of values that begin at ``first``."""
    return np.asarray(np.add.reduceat(values, first)) if len(first) else values


def _coded(column: pa.ChunkedArray) -> tuple[Ints, Texts]:
    """Return codes into the sorted distinct values, and those values."""
    values = pc.unique(column)
    values = values.take(pc.array_sort_indices(values))
    return pc.index_in(column, values).to_numpy().astype(np.int64), _texts(values)


def _texts(column: pa.Array | pa.ChunkedArray) -> Texts:
    return np.array(column.to_pylist(), dtype=object)
