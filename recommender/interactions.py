"""Purchases as integer-coded arrays: who bought what on which day.

An interaction is one distinct (user, calendar day, thing); a *thing* is a need group or an item,
as the caller chooses. Days count from 1970-01-01 in UTC, so that differences are plain integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_array

from quality.database import query
from quality.needs import NEED_GROUP_SQL
from quality.scanning import Rows
from recommender.trades import DAY_MICROSECONDS, Trades, read_trades

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
Level = Literal["need", "item"]


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


def purchase_days(events: Rows, items: pa.Table, *, level: Level) -> Interactions:
    """Reduce purchase events to distinct (user, day, need group or item).

    Args:
        events: The ``events`` table; only purchases count, whatever came back of them later.
        items: The ``items`` table; purchases of unknown items are left out.
        level: Whether a thing is a need group or an item.

    Returns:
        The interactions, sorted by user, day and thing. All items, or all their needs, are
        named; people are named if they bought anything.
    """
    names = query(
        f"SELECT item_id, {NEED_GROUP_SQL} AS need FROM items ORDER BY item_id",
        {"items": items},
        threads=1,
    )
    buyers = query(
        "SELECT DISTINCT user_id FROM events SEMI JOIN items USING (item_id)"
        " WHERE event_type = 'purchase' ORDER BY user_id",
        {"events": events, "items": items},
        threads=1,
    )
    trades = read_trades(events, _texts(buyers["user_id"]), _texts(names["item_id"]))
    found = item_days(trades.at(~trades.is_return))
    if level == "item":
        return found
    needs, need_ids = _coded(names["need"])
    return of_needs(found, needs, need_ids)


def item_days(purchases: Trades) -> Interactions:
    """Reduce purchases to distinct (user, day, item), in the vocabularies of the purchases."""
    days = purchases.times // DAY_MICROSECONDS
    keys = _keys(purchases.users, days, purchases.items)
    order = np.argsort(keys, kind="stable")
    first = np.flatnonzero(np.diff(keys[order], prepend=-1))
    del keys
    kept = order[first]
    items = purchases.items[kept].astype(np.int64)
    return Interactions(
        purchases.users[kept].astype(np.int64),
        days[kept],
        items,
        sums(purchases.quantities[order], first),
        items,
        _mean_logs(purchases.prices[order], first),
        purchases.user_ids,
        purchases.item_ids,
    )


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
        sums(bought.quantities[order], first),
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


def sums(values: Floats, first: Ints) -> Floats:
    """Add up the runs of values that begin at ``first``."""
    return np.asarray(np.add.reduceat(values, first)) if len(first) else values


def _keys(*codes: npt.NDArray[np.integer]) -> Ints:
    """Return one number a row that orders rows by the first of the codes, then the next."""
    keys = np.zeros(len(codes[0]), dtype=np.int64)
    for code in codes:
        lowest = code.min(initial=0)
        keys = keys * (code.max(initial=0) - lowest + 1) + code - lowest
    return keys


def _mean_logs(prices: Floats, first: Ints) -> Floats:
    """Return the mean logarithm of the prices above 0 of each run that begins at ``first``."""
    is_priced = prices > 0
    logs = np.where(is_priced, pc.ln(pa.array(prices)).to_numpy(), 0.0)
    priced = sums(is_priced.astype(np.float64), first)
    means = np.full(len(first), np.nan)
    return np.asarray(np.divide(sums(logs, first), priced, out=means, where=priced > 0))


def _coded(column: pa.ChunkedArray) -> tuple[Ints, Texts]:
    """Return codes into the sorted distinct values, and those values."""
    values = pc.unique(column)
    values = values.take(pc.array_sort_indices(values))
    return pc.index_in(column, values).to_numpy().astype(np.int64), _texts(values)


def _texts(column: pa.Array | pa.ChunkedArray) -> Texts:
    return np.array(column.to_pylist(), dtype=object)
