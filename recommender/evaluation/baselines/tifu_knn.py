"""TIFU-KNN: a decayed personal profile, mixed with those of like-minded users."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from recommender.evaluation.baselines.baskets import basket_positions
from recommender.interactions import Floats, Interactions, Ints


class TifuKnn:
    """Temporal item frequency with user-based nearest neighbours; the day is the basket.

    A user's baskets are split from the newest back into groups of ``group_size``; the oldest
    group holds what is left. The profile is the mean over groups of r_g^(groups behind the last)
    times the mean over the group's baskets of r_b^(baskets behind the group's last). The score is
    α · own profile + (1 - α) · mean profile of the k nearest other users (Euclidean).

    Source:
        Hu, He, Gao, Zhang, "Modeling Personalized Item Frequency Information for Next-basket
        Recommendation", SIGIR 2020, doi:10.1145/3397271.3401066.
    """

    name = "TIFU-KNN"

    def __init__(
        self,
        *,
        group_size: int = 7,
        basket_decay: float = 0.95,
        group_decay: float = 0.8,
        neighbours: int = 300,
        own_share: float = 0.7,
    ) -> None:
        self._group_size = group_size
        self._basket_decay = basket_decay
        self._group_decay = group_decay
        self._neighbours = neighbours
        self._own_share = own_share

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Make the profiles; only the order of the baskets counts, not ``as_of``."""
        del as_of
        shape = (len(train.user_ids), len(train.thing_ids))
        self._profiles = csr_array((self._weights(train), (train.users, train.things)), shape=shape)
        self._near = self._nearest(np.unique(train.users))

    def scores(self, users: Ints) -> Floats:
        """Mix each user's profile with the mean of the nearest users' profiles."""
        own = self._profiles[users].toarray()
        near = (self._near[users] @ self._profiles).toarray()
        return np.asarray(self._own_share * own + (1 - self._own_share) * near)

    def _weights(self, train: Interactions) -> Floats:
        position, counts = basket_positions(train)
        n_baskets = counts[train.users]
        behind = n_baskets - 1 - position
        groups_behind, baskets_behind = np.divmod(behind, self._group_size)
        n_groups = -(-n_baskets // self._group_size)
        older = (groups_behind + 1) * self._group_size - n_baskets
        size = self._group_size - np.maximum(older, 0)
        within = self._basket_decay**baskets_behind / size
        return np.asarray(within * self._group_decay**groups_behind / n_groups)

    def _nearest(self, active: Ints) -> csr_array:
        """Return the matrix that averages each user's nearest others, shape (n_users, n_users)."""
        n_users = self._profiles.shape[0]
        others = self._profiles[active]
        squares = np.asarray(others.power(2).sum(axis=1))
        distances = squares[None, :] - 2 * (others @ others.T).toarray()
        np.fill_diagonal(distances, np.inf)
        k = min(self._neighbours, len(active) - 1)
        if k < 1:
            return csr_array((n_users, n_users))
        nearest = active[np.argpartition(distances, k - 1, axis=1)[:, :k]]
        rows = np.repeat(active, k)
        return csr_array((np.full(len(rows), 1 / k), (rows, nearest.ravel())), shape=(n_users,) * 2)
