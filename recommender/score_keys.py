"""A user, a score and a thing as one number: sorting numbers sorts by user, best score, lowest code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.interactions import Ints

Keys = npt.NDArray[np.uint64]
Scores = npt.NDArray[np.float32]

_SCORE_BITS = 32
_SCORE_MASK = np.uint64(2**_SCORE_BITS - 1)
_TOP = 2**31 - 1


@dataclass(frozen=True)
class ScoreKeys:
    """Numbers of 64 bits: first the user's, then 32 of the score, then the thing's code.

    One number sorts several times faster than an order by three arrays, and leaves no ties.
    """

    code_bits: int
    """Bits of the largest code."""

    @classmethod
    def for_things(cls, n_things: int) -> ScoreKeys:
        """Return the numbers for codes below ``n_things``, at least 1."""
        return cls(max((n_things - 1).bit_length(), 1))

    @property
    def most_users(self) -> int:
        """How many users have numbers of their own."""
        return 1 << max(_SCORE_BITS - self.code_bits, 0)

    def of(self, users: Ints, scores: Scores, codes: Ints) -> Keys:
        """Return the number of each (user, score, thing), three arrays of one length."""
        key = users.astype(np.uint64) << np.uint64(_SCORE_BITS)
        key |= _descending(scores)
        key <<= np.uint64(self.code_bits)
        key |= codes.astype(np.uint64)
        return key

    def users(self, keys: Keys) -> Ints:
        """Return the user of each number."""
        return (keys >> np.uint64(_SCORE_BITS + self.code_bits)).astype(np.int64)

    def scores(self, keys: Keys) -> Scores:
        """Return the score of each number; +0 for -0."""
        return _ascending((keys >> np.uint64(self.code_bits)) & _SCORE_MASK)

    def codes(self, keys: Keys) -> Ints:
        """Return the thing of each number."""
        return (keys & np.uint64(2**self.code_bits - 1)).astype(np.int64)

    def places(self, keys: Keys) -> Ints:
        """Return the place of each number, ascending, among those of its user, from 0."""
        users = self.users(keys)
        sizes = np.bincount(users)
        return np.arange(len(keys)) - (np.cumsum(sizes) - sizes)[users]


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
