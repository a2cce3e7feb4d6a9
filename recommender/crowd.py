"""What other people tell about a person: factors, like-minded people, and kindred needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, diags_array, vstack

from recommender.collaborative import Factors, fit_things, user_factors, with_new_things
from recommender.histories import Histories
from recommender.interactions import Ints
from recommender.lookup import spread

Dense = npt.NDArray[np.float32]

MEMORY_DAYS = 90.0
"""Decay of a purchase in what people count as doing now."""
LARGEST_POOL = 3000
"""People among whom like-minded ones are sought, so that the cost a person is bounded."""
PEERS = 100
"""Like-minded people heard."""
SHARPNESS = 3
"""Power of the similarity by which they are weighted."""
KIN = 200
"""Kindred needs kept for each need."""
SEED = 20170911

_BLOCK = 512
_BLOCK_VOICES = 16384


@dataclass(frozen=True)
class Tastes:
    """What each person does and likes."""

    counts: csr_array
    """Days bought, (n_users, n_needs)."""
    shares: csr_array
    """Decayed share of a user's trips on which each need was bought, (n_users, n_needs)."""
    profiles: csr_array
    """Unit-length description of each user, rare needs counting more, (n_users, n_needs)."""

    def between(self, first: int, last: int) -> Tastes:
        """Return the users ``first`` to before ``last``, coded from 0."""
        return Tastes(self.counts[first:last], self.shares[first:last], self.profiles[first:last])


@dataclass(frozen=True)
class Pool:
    """People among whom like-minded ones are sought."""

    users: Ints
    """Ascending."""
    profiles: csr_array
    """One a column, (n_needs, n_pool)."""
    shares: csr_array
    """What they do now, (n_pool, n_needs)."""

    @cached_property
    def buys(self) -> csr_array:
        """1 where a member bought a need, (n_pool, n_needs)."""
        return _ones(self.shares)

    def coded_from(self, first: int) -> Pool:
        """Return the same people where the codes of users begin with ``first``."""
        return replace(self, users=self.users - first)


@dataclass(frozen=True)
class Crowd:
    """What is fitted once a day; small, but for the tastes."""

    tastes: Tastes
    need_factors: Dense
    """Shape (n_needs, n_factors)."""
    pool: Pool
    kin: csr_array
    """Cosine of needs' buyers, (n_needs, n_needs); a column keeps its largest."""

    def between(self, first: int, last: int) -> Crowd:
        """Keep the tastes of the users ``first`` to before ``last``, coded from 0."""
        return replace(
            self, tastes=self.tastes.between(first, last), pool=self.pool.coded_from(first)
        )

    def kindred(self, users: Ints, needs: Ints) -> Ints:
        """Name the need of each user that speaks most for a new one; -1 if none does.

        Args:
            users: Shape (n_rows,).
            needs: A never-bought need for each, same shape.
        """
        kin, best = csr_array(self.kin.T), np.full(len(users), -1)
        # So many rows at a time that their products stay small.
        for start in range(0, len(users), _BLOCK_VOICES):
            rows = slice(start, start + _BLOCK_VOICES)
            voices = self.tastes.shares[users[rows]].sqrt().multiply(kin[needs[rows]])
            best[rows] = _loudest(csr_array(voices))
        return best


@dataclass(frozen=True)
class Opinions:
    """Scores of every need for some users, each of shape (n_some_users, n_needs)."""

    taste: Dense
    """Product of the ALS factors."""
    peers: Dense
    """Mean share of trips of the like-minded."""
    peer_share: Dense
    """Weighted share of the like-minded who bought it lately."""
    kin: Dense
    """Similarity to what the user buys."""


def gather_crowd(histories: Histories, fitted: Factors | None = None) -> Crowd:
    """Fit the factors, profiles and kindred needs on all purchases before a day.

    Args:
        histories: The purchases.
        fitted: The needs' factors if an earlier day has fitted them, (n_needs, n_factors); NaN for
            needs that were not known.
    """
    counts = histories.matrix(histories.counts.astype(np.float64))
    need_factors = (
        fit_things(counts, seed=SEED) if fitted is None else with_new_things(counts, fitted)
    )
    trips = histories.decayed_trips(MEMORY_DAYS)[histories.users]
    shares = histories.matrix(histories.decayed_counts(MEMORY_DAYS) / trips).astype(np.float32)
    tastes = Tastes(counts.astype(np.float32), shares, _profiles(counts))
    return Crowd(tastes, need_factors, _pool(histories, tastes), _kin(shares))


def hear(crowd: Crowd, users: Ints) -> Opinions:
    """Score every need for some users."""
    taste = user_factors(crowd.tastes.counts[users], crowd.need_factors) @ crowd.need_factors.T
    peers = _peers(crowd, users)
    own = crowd.tastes.shares[users]
    return Opinions(
        taste,
        (peers @ crowd.pool.shares).toarray(),
        (peers @ crowd.pool.buys).toarray(),
        (own.sqrt() @ crowd.kin).toarray(),
    )


def _peers(crowd: Crowd, users: Ints) -> csr_array:
    """Return the weights of the pool's members, rows summing to 1, (n_some_users, n_pool)."""
    similar = (crowd.tastes.profiles[users] @ crowd.pool.profiles).toarray()
    similar[users[:, None] == crowd.pool.users[None, :]] = 0.0
    bar = np.zeros((len(users), 1), dtype=np.float32)
    if similar.shape[1] > PEERS:
        # Of the negated: with many ties, numpy partitions a low place ten times faster.
        bar = -np.partition(-similar, PEERS - 1, axis=1)[:, [PEERS - 1]]
    place = np.flatnonzero((similar >= bar) & (similar > 0))
    rows, members = np.divmod(place, similar.shape[1])
    weights = similar.reshape(-1)[place] ** SHARPNESS
    similar[:] = 0.0
    similar.reshape(-1)[place] = weights
    totals = np.maximum(similar.sum(axis=1), 1e-12)
    bounds = np.searchsorted(rows, np.arange(len(users) + 1))
    return csr_array((weights / totals[rows], members, bounds), shape=similar.shape)


def _loudest(voices: csr_array) -> Ints:
    """Return the column of each row's largest value, the first of equals; -1 in an empty row."""
    sizes, best = np.diff(voices.indptr), np.full(voices.shape[0], -1)
    rows = np.flatnonzero(sizes)
    if len(rows):
        peaks = np.maximum.reduceat(voices.data, voices.indptr[rows])
        at = np.flatnonzero(voices.data == np.repeat(peaks, sizes[rows]))[::-1]
        # Backwards, so that the first of equals is the last to be written.
        best[np.repeat(rows, sizes[rows])[at]] = voices.indices[at]
    return best


def _ones(matrix: csr_array) -> csr_array:
    return csr_array((np.ones_like(matrix.data), matrix.indices, matrix.indptr), matrix.shape)


def _profiles(counts: csr_array) -> csr_array:
    buyers = np.maximum(np.bincount(counts.indices, minlength=counts.shape[1]), 1)
    people = np.count_nonzero(np.diff(counts.indptr))
    rarity = np.log1p(people / buyers)
    weighted = counts.sqrt() @ diags_array(rarity)
    lengths = np.sqrt((weighted * weighted).sum(axis=1))
    unit = diags_array(1 / np.maximum(lengths, 1e-12)) @ weighted
    return csr_array(unit.astype(np.float32))


def _pool(histories: Histories, tastes: Tastes) -> Pool:
    users = spread(histories.known_users, LARGEST_POOL)
    return Pool(users, csr_array(tastes.profiles[users].T), csr_array(tastes.shares[users]))


def _kin(shares: csr_array) -> csr_array:
    bought = _ones(shares)
    buyers = np.maximum(bought.sum(axis=0), 1.0)
    unit = csr_array((bought @ diags_array(1 / np.sqrt(buyers))).astype(np.float32)).T.tocsr()
    n_needs = unit.shape[0]
    rows = []
    for start in range(0, n_needs, _BLOCK):
        chosen = np.arange(start, min(start + _BLOCK, n_needs))
        cosine = (unit[chosen] @ unit.T).toarray()
        cosine[np.arange(len(chosen)), chosen] = 0.0
        if n_needs > KIN:
            cosine[cosine < -np.partition(-cosine, KIN - 1, axis=1)[:, [KIN - 1]]] = 0.0
        rows.append(csr_array(cosine))
    return csr_array(vstack(rows).T)
