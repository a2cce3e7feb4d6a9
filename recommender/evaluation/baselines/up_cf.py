"""UP-CF: what users with the same needs bought in their last baskets."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from recommender.evaluation.baselines.baskets import basket_positions
from recommender.interactions import Floats, Interactions, Ints


class UpCf:
    """User popularity with user-based collaborative filtering; the day is the basket.

    A user's popularity of a thing is its share of their last ``recent_baskets`` baskets. The
    score sums the popularity over users, weighted by similarity ** ``locality``, where the
    similarity of v to u is |bought by both| / (|u|^a |v|^(1 - a)); a user is like themself by 1.

    Source:
        Faggioli, Polato, Aiolli, "Recency Aware Collaborative Filtering for Next Basket
        Recommendation", UMAP 2020, doi:10.1145/3340631.3394850.
    """

    name = "UP-CF"

    def __init__(
        self, *, recent_baskets: int = 50, asymmetry: float = 0.75, locality: float = 10.0
    ) -> None:
        self._recent_baskets = recent_baskets
        self._asymmetry = asymmetry
        self._locality = locality

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Count the last baskets; only their order counts, not ``as_of``."""
        del as_of
        position, counts = basket_positions(train)
        n_baskets = counts[train.users]
        is_recent = position >= n_baskets - self._recent_baskets
        weights = np.where(is_recent, 1 / np.minimum(n_baskets, self._recent_baskets), 0.0)
        shape = (len(train.user_ids), len(train.thing_ids))
        self._popularity = csr_array((weights, (train.users, train.things)), shape=shape)
        self._bought = train.counts().sign()
        self._sizes = np.maximum(np.asarray(self._bought.sum(axis=1)), 1)

    def scores(self, users: Ints) -> Floats:
        """Sum the popularity over users, weighted by their likeness."""
        both = (self._bought[users] @ self._bought.T).toarray()
        likeness = both / np.outer(
            self._sizes[users] ** self._asymmetry, self._sizes ** (1 - self._asymmetry)
        )
        return np.asarray(likeness**self._locality @ self._popularity)
