"""What everybody bought lately."""

import numpy as np

from recommender.interactions import Floats, Interactions, Ints


class Popularity:
    """The same scores for all: purchases of the last 28 days, a user a day."""

    name = "popularity"

    def __init__(self, *, days: int = 28) -> None:
        self._days = days

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Count the last days' purchases."""
        recent = train.between(as_of - self._days, as_of)
        self._counts = np.bincount(recent.things, minlength=len(train.thing_ids)).astype(np.float64)

    def scores(self, users: Ints) -> Floats:
        """Return the counts, a row a user."""
        return np.tile(self._counts, (len(users), 1))
