"""Item-to-item neighbours: what is bought by the people who buy what the user buys."""

import numpy as np

from recommender.collaborative import fit_bm25
from recommender.interactions import Floats, Interactions, Ints


class Bm25Neighbours:
    """Similarities to what the user bought, added up over the days it was bought.

    See ``recommender.collaborative.fit_bm25``. Things nobody bought yet take no part, so that
    naming them changes nothing.
    """

    name = "BM25 neighbours"

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Find the neighbours; all days weigh the same, whatever ``as_of`` is."""
        del as_of
        self._width = len(train.thing_ids)
        self._bought = np.unique(train.things)
        self._counts = train.counts()[:, self._bought]
        self._similarities = fit_bm25(self._counts)

    def scores(self, users: Ints) -> Floats:
        """Add up the similarities, 0 for what nobody bought yet."""
        scores = np.zeros((len(users), self._width))
        scores[:, self._bought] = (self._counts[users] @ self._similarities).toarray()
        return scores
