"""Sets of (user, thing), made to be asked about whole lists at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.interactions import Bools, Ints


@dataclass(frozen=True)
class PairSet:
    """A set of (user, thing) codes, kept as sorted distinct keys ``user * width + thing``."""

    keys: Ints
    width: int
    """Number of things that there are; every thing is less."""

    @classmethod
    def of(cls, users: Ints, things: Ints, width: int) -> PairSet:
        """Collect pairs, given as two arrays of one shape; doubles count once."""
        return cls(np.unique(users * width + things), width)

    def contains(self, users: Ints, things: Ints) -> Bools:
        """Say which pairs are in the set.

        Args:
            users: Broadcasts against ``things``; a column of users asks about a list each.
            things: -1 is an empty slot, which no set contains.

        Returns:
            Truth values in the broadcast shape.
        """
        keys = np.where(things < 0, -1, users * self.width + things)
        if not len(self.keys):
            return np.zeros(keys.shape, dtype=bool)
        place = np.searchsorted(self.keys, keys).clip(max=len(self.keys) - 1)
        return np.asarray(self.keys[place] == keys)

    def sizes(self, users: Ints) -> Ints:
        """Return how many things each of ``users`` has in the set."""
        first = np.searchsorted(self.keys, users * self.width)
        return np.asarray(np.searchsorted(self.keys, (users + 1) * self.width) - first)

    @property
    def users(self) -> Ints:
        """The user of each pair, ascending."""
        return self.keys // self.width

    @property
    def things(self) -> Ints:
        """The thing of each pair."""
        return self.keys % self.width

    def __and__(self, other: PairSet) -> PairSet:
        """Return the pairs in both sets."""
        return PairSet(np.intersect1d(self.keys, other.keys, assume_unique=True), self.width)

    def __sub__(self, other: PairSet) -> PairSet:
        """Return the pairs that are not in the other set."""
        return PairSet(np.setdiff1d(self.keys, other.keys, assume_unique=True), self.width)
