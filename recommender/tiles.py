"""Scores of a block of users for many things, a tile of things at a time, and which of them are high.

Sizes are the caller's: see :mod:`recommender.top_n`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.interactions import Floats, Ints
from recommender.score_keys import Keys, Scores, keys_of

Factors = npt.NDArray[np.float32]


class Scratch:
    """A thread's memory, used for one block after the other."""

    def __init__(self, things: int, users: int, run: int) -> None:
        """Make room for the scores of so many things and users, and for the maxima of runs."""
        self.scores = np.empty(things * users, dtype=np.float32)
        self.maxima = np.empty(things // run * users, dtype=np.float32)


@dataclass(frozen=True)
class Things:
    """Thing factors, longest vector first."""

    factors: Factors
    """Whole runs: zeros fill the last."""
    codes: Ints
    """The caller's code of each."""
    places: Ints
    """Where each of the caller's codes is."""
    reaches: Floats
    """All lengths, longest first, and on top what float32 may round."""
    tile: int
    """Things of a tile."""
    run: int
    """Things of a run: of those together only the greatest score is looked at first."""

    @classmethod
    def longest_first(cls, factors: Factors, *, tile: int, run: int) -> Things:
        """Sort the rows of a matrix; the tile must be whole runs."""
        lengths = _lengths(factors)
        codes = np.argsort(-lengths, kind="stable")
        # A sum of products is off by at most terms · eps/2 of the product of lengths (Higham,
        # "Accuracy and Stability of Numerical Algorithms", §3.1); this is twice that.
        slack = 1 + factors.shape[1] * float(np.finfo(np.float32).eps)
        places = np.empty_like(codes)
        places[codes] = np.arange(len(codes))
        whole = np.empty((-(-len(codes) // run) * run, factors.shape[1]), dtype=np.float32)
        np.take(factors, codes, axis=0, out=whole[: len(codes)], mode="clip")
        whole[len(codes) :] = 0
        return cls(whole, codes, places, lengths[codes] * slack, tile, run)

    def within_reach(self, needed: float) -> int:
        """Count the things whose length is at least what is needed, in whole tiles."""
        last = int(np.searchsorted(-self.reaches, -needed, side="right"))
        return min(-(-last // self.tile) * self.tile, len(self.factors))

    def tiles(self, start: int, end: int) -> list[tuple[int, int]]:
        """Divide the things from start to end, and return where each tile starts and ends."""
        lefts = range(start, end, self.tile)
        return [(left, min(left + self.tile, end)) for left in lefts]


class Block:
    """Some users against all things."""

    def __init__(
        self, users: Factors, things: Things, excluded: tuple[Ints, Ints], scratch: Scratch
    ) -> None:
        """Take the users' factors, and the pairs of user and thing code that are never found."""
        self.things = things
        self.lengths = _lengths(users)
        self._scratch = scratch
        self._transposed = np.ascontiguousarray(users.T)
        user, code = excluded
        place = things.places[code]
        numbers = (place // things.tile).astype(np.min_scalar_type(len(things.codes)))
        self._excluded = (place * len(users) + user)[np.argsort(numbers, kind="stable")]
        """Those of each tile together, by place and user."""
        sizes = np.bincount(numbers, minlength=-(-len(things.codes) // things.tile))
        self._edges = np.concatenate([[0], np.cumsum(sizes)])

    def tile(self, start: int, end: int, row: int = 0) -> Tile:
        """Score the things from start to end, in the scratch from the given row on."""
        n_users, run = len(self.lengths), self.things.run
        scores = self._scratch.scores[row * n_users : (row + end - start) * n_users]
        maxima = self._scratch.maxima[row // run * n_users :][: (end - start) // run * n_users]
        tile = Tile(start, scores.reshape(-1, n_users), maxima.reshape(-1, n_users))
        self.score(start, end, tile.scores)
        # Neighbours in length are kept apart: the longest are the likeliest, and should not share.
        np.maximum.reduce(tile.scores.reshape(run, -1), axis=0, out=tile.maxima.reshape(-1))
        return tile

    def score(self, start: int, end: int, out: Scores) -> None:
        """Write the scores, things from start to end × users, into out; -inf for excluded pairs."""
        np.matmul(self.things.factors[start:end], self._transposed, out=out)
        number = start // self.things.tile
        excluded = self._excluded[self._edges[number] : self._edges[number + 1]]
        out.reshape(-1)[excluded - start * len(self.lengths)] = -np.inf
        out[len(self.things.codes) - start :] = -np.inf

    def keys(self, found: Iterable[tuple[Ints, Ints, Scores]]) -> tuple[Ints, Keys]:
        """Return users, and scores and things as keys, of what some tiles found."""
        users, things, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return users, keys_of(scores, self.things.codes[things])

    def reach(self, bar: Scores) -> int:
        """Count the things, longest first, that may reach a bar."""
        # A bar of nought or less is reached by vectors of any length.
        return self.things.within_reach(np.where(bar > 0, bar / self.lengths, 0).min())


@dataclass(frozen=True)
class Tile:
    """Scores of some things (rows) for the users of a block (columns)."""

    start: int
    """The first of the things."""
    scores: Scores
    maxima: Scores
    """The greatest of a run of rows: of row i, and of all that are whole len(maxima) further."""

    def above(self, bar: Scores) -> tuple[Ints, Ints, Scores]:
        """Return user, thing and score where scores reach the user's bar."""
        n_runs, n_users = self.maxima.shape
        high = np.flatnonzero(self.maxima >= bar)
        rows = high // n_users
        users = high - rows * n_users
        # Laps of all runs: row i of a lap belongs to run i.
        values = self.scores.reshape(-1, self.maxima.size).take(high, axis=1)
        above = np.flatnonzero(values >= bar[users])
        laps = above // max(len(high), 1)
        runs = above - laps * len(high)
        things = self.start + laps * n_runs + rows[runs]
        return users[runs], things, values.reshape(-1)[above]


def _lengths(factors: Factors) -> Floats:
    exact = factors.astype(np.float64)
    return np.asarray(np.sqrt(np.vecdot(exact, exact)))
