"""A score and a thing as one number: sorting numbers sorts by best score, then by lowest code."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from recommender.interactions import Ints

Keys = npt.NDArray[np.uint64]
Scores = npt.NDArray[np.float32]

NO_KEY: Final = np.uint64(2**64 - 1)
"""Stands where there is no thing; greater than every key."""
_CODE_BITS: Final = np.uint64(32)
_CODE_MASK: Final = np.uint64(2**32 - 1)
_TOP: Final = 2**31 - 1


def no_keys(n_users: int, n: int) -> Keys:
    """Return rows of users of whom nothing is known yet."""
    return np.full((n_users, n), NO_KEY)


def keys_of(scores: Scores, codes: Ints) -> Keys:
    """Return the number of each finite score and its thing's code, below 2³²; any one shape."""
    return (_descending(scores) << _CODE_BITS) | codes.astype(np.uint64)


def scores_of(keys: Keys) -> Scores:
    """Return the score of each key: +0 for -0, -inf where there is no thing."""
    return np.where(keys == NO_KEY, np.float32(-np.inf), _ascending(keys >> _CODE_BITS))


def codes_of(keys: Keys) -> Ints:
    """Return the thing of each key, -1 where there is none."""
    return np.where(keys == NO_KEY, -1, (keys & _CODE_MASK).astype(np.int64))


def merged(best: Keys, users: Ints, found: Keys) -> Keys:
    """Return the lowest keys of each user among those known and those found.

    Memory grows with the users times the most keys found for one of them.

    Args:
        best: Keys known, ascending, a row for each user, shape (n_users, n).
        users: Row that each key found belongs to, shape (n_found,).
        found: Keys found, in any order, same shape.

    Returns:
        Ascending keys, shape (n_users, n).
    """
    # Numbers of few bits are sorted in linear time, and many short rows faster than a long list.
    order = np.argsort(users.astype(np.min_scalar_type(len(best))), kind="stable")
    rows = users[order]
    sizes = np.bincount(rows, minlength=len(best))
    places = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    n = best.shape[1]
    known = np.full((len(best), n + int(sizes.max(initial=0))), NO_KEY)
    known[:, :n] = best
    known[rows, n + places] = found[order]
    return np.sort(known, axis=1)[:, :n]


def _descending(scores: Scores) -> Keys:
    """Map floats to whole numbers in [0, 2³²): the higher the score, the lower the number."""
    # The bits of floats order like integers, those of negative ones backwards; + 0 unites ±0.
    bits = (scores + np.float32(0)).view(np.int32)
    return (_TOP - _turned(bits).astype(np.int64)).astype(np.uint64)


def _ascending(numbers: Keys) -> Scores:
    bits = (_TOP - numbers.astype(np.int64)).astype(np.int32)
    return _turned(bits).view(np.float32)


def _turned(bits: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Turn the order of negative numbers round; doing so twice changes nothing."""
    return bits ^ ((bits >> 31) & 0x7FFFFFFF)
