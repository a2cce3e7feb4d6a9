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
from scipy.sparse import csr_array

from quality.needs import NEED_GROUP_SQL

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
Level = Literal["need", "item"]


@dataclass(frozen=True)
class Interactions:
    """Distinct (user, day, thing), sorted by user, day, thing.

    ``users``, ``days``, ``things`` and ``quantities`` share the shape (n_interactions,).
    ``users`` indexes ``user_ids``, ``things`` indexes ``thing_ids``; both vocabularies are sorted.
    ``quantities`` are units bought that day, 1 where the shop did not record them.
    """

    users: Ints
    days: Ints
    things: Ints
    quantities: Floats
    user_ids: Texts
    thing_ids: Texts

    def __len__(self) -> int:
        """Count the interactions."""
        return len(self.users)

    def before(self, day: int) -> Interactions:
        """Return what was known at the start of ``day``, same vocabularies."""
        return self._where(self.days < day)

    def between(self, first: int, last: int) -> Interactions:
        """Return days in [first, last), same vocabularies."""
        return self._where((self.days >= first) & (self.days < last))

    def of_users(self, chosen: Bools) -> Interactions:
        """Return the interactions of some users, ``chosen`` of shape (n_users,)."""
        return self._where(chosen[self.users])

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

    def _where(self, mask: Bools) -> Interactions:
        return Interactions(
            self.users[mask],
            self.days[mask],
            self.things[mask],
            self.quantities[mask],
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
        The interactions, sorted by user, day and thing.
    """
    thing = NEED_GROUP_SQL if level == "need" else "item_id"
    # One thread: the order in which quantities are added must not depend on the machine.
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("events", events)
        connection.register("items", items)
        rows = connection.sql(f"""
            SELECT user_id, (occurred_at AT TIME ZONE 'UTC')::date AS day, thing,
                sum(coalesce(quantity, 1)) AS quantity
            FROM events JOIN (SELECT item_id, {thing} AS thing FROM items) USING (item_id)
            WHERE event_type = 'purchase'
            GROUP BY ALL ORDER BY ALL
        """).to_arrow_table()
    users, user_ids = _coded(rows["user_id"])
    things, thing_ids = _coded(rows["thing"])
    days = rows["day"].cast(pa.int32()).to_numpy().astype(np.int64)
    return Interactions(users, days, things, rows["quantity"].to_numpy(), user_ids, thing_ids)


def day_number(day: date) -> int:
    """Return days since 1970-01-01."""
    return (
        datetime(day.year, day.month, day.day, tzinfo=UTC) - datetime.fromtimestamp(0, UTC)
    ).days


def _coded(column: pa.ChunkedArray) -> tuple[Ints, Texts]:
    """Return codes into the sorted distinct values, and those values."""
    encoded = column.combine_chunks().dictionary_encode()
    values = encoded.dictionary.to_numpy(zero_copy_only=False)
    order = np.argsort(values)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[encoded.indices.to_numpy()], values[order].astype(object)
