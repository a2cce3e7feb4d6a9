"""Purchases and returns as coded arrays: the events are read in batches and never held whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from quality.scanning import Rows, scan

DAY_MICROSECONDS = 86_400_000_000

_TIME = pa.timestamp("us", "UTC")
_COLUMNS = ("user_id", "item_id", "event_type", "occurred_at", "quantity", "unit_price")
_CODED = pa.schema(
    [
        ("users", pa.int32()),
        ("items", pa.int32()),
        ("times", pa.int64()),
        ("quantities", pa.float64()),
        ("prices", pa.float64()),
        ("is_return", pa.bool_()),
    ]
)
_LEAST_ROWS = 1 << 18


@dataclass(frozen=True)
class Trades:
    """What was bought or sent back, in the order of the events; shape (n_trades,)."""

    users: npt.NDArray[np.int32]
    """Place among ``user_ids``."""
    items: npt.NDArray[np.int32]
    """Place among ``item_ids``."""
    times: npt.NDArray[np.int64]
    """Microseconds since 1970-01-01 in UTC."""
    quantities: npt.NDArray[np.float64]
    """Units, 1 where the shop did not record them."""
    prices: npt.NDArray[np.float64]
    """Price of a unit, 0 where none was recorded."""
    is_return: npt.NDArray[np.bool_]
    user_ids: npt.NDArray[np.object_]
    """Sorted, as are the next."""
    item_ids: npt.NDArray[np.object_]

    def __len__(self) -> int:
        """Count them."""
        return len(self.users)

    @property
    def pairs(self) -> npt.NDArray[np.int64]:
        """Return one number a (user, item): user × number of items + item."""
        return self.users.astype(np.int64) * len(self.item_ids) + self.items

    def at(self, places: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Trades:
        """Return some of the trades, by place or by mask of shape (n_trades,)."""
        return Trades(
            self.users[places],
            self.items[places],
            self.times[places],
            self.quantities[places],
            self.prices[places],
            self.is_return[places],
            self.user_ids,
            self.item_ids,
        )


def read_trades(
    events: Rows,
    user_ids: npt.NDArray[np.object_],
    item_ids: npt.NDArray[np.object_],
    *,
    before: date | None = None,
) -> Trades:
    """Read the purchases and returns of known people and items.

    Texts become numbers batch by batch: a trade takes 33 bytes, whatever its ids look like.

    Args:
        events: The ``events`` table, in memory or on disk.
        user_ids: Sorted; rows of others are left out.
        item_ids: Sorted; rows of others are left out.
        before: The day (UTC) at whose start the known events end; None for no end.
    """
    people, products = pa.array(user_ids, pa.string()), pa.array(item_ids, pa.string())
    where = pc.field("event_type").isin(["purchase", "return"])
    if before is not None:
        where &= pc.field("occurred_at") < pa.scalar(before).cast(_TIME)
    least_rows = max(len(people), _LEAST_ROWS)
    coded = [
        _coded(rows, people, products)
        for rows in scan(events, _COLUMNS, where=where, least_rows=least_rows)
    ]
    columns = _Columns(pa.concat_tables([_CODED.empty_table(), *coded]))
    del coded
    trades = Trades(
        columns.take("users"),
        columns.take("items"),
        columns.take("times"),
        columns.take("quantities"),
        columns.take("prices"),
        columns.take("is_return"),
        user_ids,
        item_ids,
    )
    # The batches' memory is not kept for Arrow's next table: sorting needs it sooner.
    pa.default_memory_pool().release_unused()
    return trades


class _Columns:
    """Columns that are given away one after the other, so that only one is ever there twice."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def take(self, name: str) -> Any:
        values = self._table[name].to_numpy()
        self._table = self._table.drop_columns(name)
        return values


def _coded(rows: pa.Table, people: pa.Array, products: pa.Array) -> pa.Table:
    """Return the rows of known people and items as numbers."""
    times = rows["occurred_at"].cast(_TIME).cast(pa.int64())
    columns = [
        pc.index_in(rows["user_id"], people),
        pc.index_in(rows["item_id"], products),
        times,
        rows["quantity"].fill_null(1.0),
        rows["unit_price"].fill_null(0.0),
        pc.equal(rows["event_type"], "return"),
    ]
    return pa.Table.from_arrays(columns, schema=_CODED).drop_null()
