"""What the user bought most, ever or lately: the baselines that most papers forget."""

import numpy as np
from scipy.sparse import csr_array

from recommender.interactions import Floats, Interactions, Ints


class PersonalFrequency:
    """Days on which the user bought the thing.

    Source:
        "GP-TopFreq" of Li, Jullien, Ariannezhad, de Rijke, "A Next Basket Recommendation Reality
        Check", TOIS 2023, doi:10.1145/3587153: the personal ranking, filled up with popularity.
    """

    name = "personal frequency"

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Count; all days weigh the same, whatever ``as_of`` is."""
        del as_of
        self._counts = train.counts()

    def scores(self, users: Ints) -> Floats:
        """Return the counts, 0 for what was never bought."""
        return np.asarray(self._counts[users].toarray())


class DecayedFrequency:
    """Purchases weighted by exp(-days since / tau): habits fade."""

    def __init__(self, *, tau_days: float) -> None:
        self._tau_days = tau_days
        self.name = f"decayed frequency τ={tau_days:g}"

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Add up the weights of each pair's days."""
        weights = np.exp((train.days - as_of) / self._tau_days)
        shape = (len(train.user_ids), len(train.thing_ids))
        self._strengths = csr_array((weights, (train.users, train.things)), shape=shape)

    def scores(self, users: Ints) -> Floats:
        """Return the summed weights, 0 for what was never bought."""
        return np.asarray(self._strengths[users].toarray())
