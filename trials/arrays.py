"""Array types of this package, and the two steps by which every group-wise count is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.object_]


def place_in_group(group: Ints) -> Ints:
    """Number the rows of each group from 0, in the order in which they stand.

    Args:
        group: Group of each row, shape (n,).

    Returns:
        How many earlier rows have the same group, shape (n,).
    """
    order = np.argsort(group, kind="stable")
    sorted_group = group[order]
    starts = np.flatnonzero(np.r_[True, sorted_group[1:] != sorted_group[:-1]])
    sizes = np.diff(np.r_[starts, len(group)])
    place = np.empty(len(group), dtype=np.int64)
    place[order] = np.arange(len(group)) - np.repeat(starts, sizes) if len(group) else 0
    return place


def apportion(total: int, weights: Floats, caps: Ints) -> Ints:
    """Share whole seats in proportion to weights, by largest remainder.

    Args:
        total: Seats to share.
        weights: Claims, not negative, shape (n,); a claim of 0 gets nothing.
        caps: The most each claim may get, shape (n,).

    Returns:
        Seats a claim, shape (n,). Fewer than ``total`` in sum only when the caps leave no room.
        Of equal remainders the later claim is served first.
    """
    room: Ints = np.where(weights > 0, caps, 0)
    seats: Ints = np.zeros(len(weights), dtype=np.int64)
    total = min(total, int(room.sum()))
    if total <= 0:
        return seats
    # Rounding keeps 0.3 × 5 and 0.1 × 5 tied, as they are on paper.
    ideal = np.round(total * weights / weights.sum(), 9)
    seats = np.minimum(np.floor(ideal).astype(np.int64), room)
    order = np.lexsort((-np.arange(len(weights)), -(ideal - seats)))
    while (left := total - int(seats.sum())) > 0:
        open_claims = order[seats[order] < room[order]][:left]
        seats[open_claims] += 1
    return seats


def numbers(table: pa.Table, name: str) -> Floats:
    """Return a column as numbers; a null is NaN, a truth value 0 or 1."""
    values: Floats = table[name].cast("float64").to_numpy()
    return values


def truths(table: pa.Table, name: str) -> Bools:
    """Return a truth column; a null is False."""
    values: Bools = pc.fill_null(table[name], fill_value=False).to_numpy()
    return values


def texts(table: pa.Table, name: str) -> Texts:
    """Return a text column as Python objects; a null is None."""
    values: Texts = table[name].to_numpy(zero_copy_only=False)
    return values
