"""Matrix factorisation: alternating least squares, and Bayesian personalised ranking."""

from recommender.collaborative import Factors, fit_als, fit_bpr
from recommender.interactions import Floats, Interactions, Ints


class FactorScorer:
    """Scores a pair by the product of its factors."""

    _users: Factors
    _things: Factors

    def __init__(self, *, seed: int = 0) -> None:
        self._seed = seed

    def scores(self, users: Ints) -> Floats:
        """Return the products of the factors."""
        return (self._users[users] @ self._things.T).astype("float64")


class AlsScorer(FactorScorer):
    """Factors of ln(1 + days bought); see ``recommender.collaborative.fit_als``."""

    name = "implicit ALS"

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Factorise; all days weigh the same, whatever ``as_of`` is."""
        del as_of
        self._users, self._things = fit_als(train.counts(), seed=self._seed)


class BprScorer(FactorScorer):
    """Factors that rank what was bought before what was not; see ``collaborative.fit_bpr``."""

    name = "BPR"

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Factorise; all days weigh the same, whatever ``as_of`` is."""
        del as_of
        self._users, self._things = fit_bpr(train.counts(), seed=self._seed)
