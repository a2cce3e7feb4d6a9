"""Implicit alternating least squares, tuned for counts."""

from recommender.collaborative import fit_als
from recommender.interactions import Floats, Interactions, Ints


class AlsScorer:
    """Factors of ln(1 + days bought); see ``recommender.collaborative.fit_als``."""

    name = "implicit ALS"

    def __init__(self, *, seed: int = 0) -> None:
        self._seed = seed

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Factorise; all days weigh the same, whatever ``as_of`` is."""
        del as_of
        self._users, self._things = fit_als(train.counts(), seed=self._seed)

    def scores(self, users: Ints) -> Floats:
        """Return the products of the factors."""
        return (self._users[users] @ self._things.T).astype("float64")
