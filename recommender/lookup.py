"""Finding things by sorted keys."""

import numpy as np

from recommender.interactions import Bools, Floats, Ints


def distinct(ascending: Ints) -> Ints:
    """Return each number once, of numbers that are sorted already."""
    return np.asarray(ascending[np.diff(ascending, prepend=-1) != 0])


def places(keys: Ints, wanted: Ints) -> Ints:
    """Return the place of each wanted key among sorted distinct keys, -1 where it is not there."""
    if not len(keys):
        return np.full(len(wanted), -1)
    place = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)


def rows_of(keys: Ints, users: Ints, n_needs: int) -> tuple[Ints, Ints]:
    """Find all keys user × number of needs + need of some users among sorted keys.

    Returns:
        The row of ``users`` and the place among the keys of each key found.
    """
    first = np.searchsorted(keys, users * n_needs)
    sizes = np.searchsorted(keys, (users + 1) * n_needs) - first
    offsets = np.repeat(first - np.cumsum(sizes) + sizes, sizes)
    return np.repeat(np.arange(len(users)), sizes), offsets + np.arange(sizes.sum())


def key_range(keys: Ints, first: int, last: int, width: int) -> slice:
    """Return where the keys user × width + thing of the users ``first`` to before ``last`` are.

    Args:
        keys: Ascending.
        first: The first user.
        last: The user after the last.
        width: Number of things.
    """
    return slice(*np.searchsorted(keys, [first * width, last * width]))


def firsts(keys: Ints, first_by: Floats, then_by: Ints) -> Ints:
    """Return the index of each key's first row in the given order, by ascending key."""
    order = np.lexsort((then_by, first_by, keys))
    is_first = np.append(True, np.diff(keys[order]) > 0)[: len(order)]
    return np.asarray(order[is_first])


def spread(values: Ints, most: int) -> Ints:
    """Return at most so many of the values, evenly spread over their order."""
    return values[:: max(-(-len(values) // most), 1)]


def ints_at(values: Ints, found: Ints, otherwise: int) -> Ints:
    """Return the value at each place, ``otherwise`` where the place is -1."""
    return (
        np.where(found >= 0, values[found], otherwise) if len(values) else _full(found, otherwise)
    )


def floats_at(values: Floats, found: Ints, otherwise: float) -> Floats:
    """Return the value at each place, ``otherwise`` where the place is -1."""
    if not len(values):
        return np.full(len(found), otherwise)
    return np.where(found >= 0, values[found], otherwise)


def bools_at(values: Bools, found: Ints) -> Bools:
    """Return the truth value at each place, false where the place is -1."""
    return (found >= 0) & values[found] if len(values) else np.zeros(len(found), dtype=bool)


def _full(found: Ints, value: int) -> Ints:
    return np.full(len(found), value, dtype=np.int64)
