"""What other people tell about a person: factors, like-minded people, and kindred needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, diags_array, vstack

from recommender.collaborative import fit_als
from recommender.histories import Histories
from recommender.interactions import Ints

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


@dataclass(frozen=True)
class Crowd:
    """What is shared by everybody: fitted once a day, small."""

    user_factors: Dense
    need_factors: Dense
    shares: csr_array
    """Decayed share of a user's trips on which each need was bought, (n_users, n_needs)."""
    profiles: csr_array
    """Unit-length description of each user, rare needs counting more, (n_users, n_needs)."""
    pool: Ints
    """Users among whom like-minded ones are sought, ascending."""
    kin: csr_array
    """Cosine of needs' buyers, (n_needs, n_needs); a column keeps its largest."""

    def kindred(self, users: Ints, needs: Ints) -> Ints:
        """Name the need of each user that speaks most for a new one; -1 if none does.

        Args:
            users: Shape (n_rows,).
            needs: A never-bought need for each, same shape.
        """
        columns = csr_array(self.kin.T)[needs]
        voices = csr_array(self.shares[users].sqrt() * columns)
        if not voices.nnz:
            return np.full(len(users), -1)
        best = np.asarray(voices.argmax(axis=1)).ravel()
        return np.where(np.diff(voices.indptr) > 0, best, -1)


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


def gather_crowd(histories: Histories) -> Crowd:
    """Fit the factors, profiles and kindred needs on all purchases before a day."""
    counts = histories.matrix(histories.counts.astype(np.float64))
    user_factors, need_factors = fit_als(counts, seed=SEED)
    trips = histories.decayed_trips(MEMORY_DAYS)[histories.users]
    shares = histories.matrix(histories.decayed_counts(MEMORY_DAYS) / trips).astype(np.float32)
    return Crowd(
        user_factors,
        need_factors,
        shares,
        _profiles(counts),
        _pool(histories),
        _kin(shares),
    )


def hear(crowd: Crowd, users: Ints) -> Opinions:
    """Score every need for some users."""
    taste = crowd.user_factors[users] @ crowd.need_factors.T
    peers = _peers(crowd, users)
    shares = crowd.shares[crowd.pool]
    lately = shares.copy()
    lately.data = np.ones_like(lately.data)
    own = crowd.shares[users]
    return Opinions(
        taste,
        (peers @ shares).toarray(),
        (peers @ lately).toarray(),
        (own.sqrt() @ crowd.kin).toarray(),
    )


def _peers(crowd: Crowd, users: Ints) -> csr_array:
    """Return the weights of the pool's members, rows summing to 1, (n_some_users, n_pool)."""
    similar = (crowd.profiles[users] @ crowd.profiles[crowd.pool].T).toarray()
    similar[users[:, None] == crowd.pool[None, :]] = 0.0
    if similar.shape[1] > PEERS:
        similar[similar < np.partition(similar, -PEERS, axis=1)[:, [-PEERS]]] = 0.0
    weights = similar**SHARPNESS
    totals = np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    return csr_array(weights / totals)


def _profiles(counts: csr_array) -> csr_array:
    buyers = np.maximum(np.bincount(counts.indices, minlength=counts.shape[1]), 1)
    rarity = np.log1p(counts.shape[0] / buyers)
    weighted = counts.sqrt() @ diags_array(rarity)
    lengths = np.sqrt((weighted * weighted).sum(axis=1))
    unit = diags_array(1 / np.maximum(lengths, 1e-12)) @ weighted
    return csr_array(unit.astype(np.float32))


def _pool(histories: Histories) -> Ints:
    known = np.unique(histories.users)
    step = -(-len(known) // LARGEST_POOL)
    return known[:: max(step, 1)]


def _kin(shares: csr_array) -> csr_array:
    bought = shares.copy()
    bought.data = np.ones_like(bought.data)
    buyers = np.maximum(bought.sum(axis=0), 1.0)
    unit = csr_array((bought @ diags_array(1 / np.sqrt(buyers))).astype(np.float32)).T.tocsr()
    n_needs = unit.shape[0]
    rows = []
    for start in range(0, n_needs, _BLOCK):
        chosen = np.arange(start, min(start + _BLOCK, n_needs))
        cosine = (unit[chosen] @ unit.T).toarray()
        cosine[np.arange(len(chosen)), chosen] = 0.0
        if n_needs > KIN:
            cosine[cosine < np.partition(cosine, -KIN, axis=1)[:, [-KIN]]] = 0.0
        rows.append(csr_array(cosine))
    return csr_array(vstack(rows).T)
