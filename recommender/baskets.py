"""What baskets of newly taken-up needs would hold if they were filled at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from recommender.interactions import Floats, Ints
from recommender.takeups import RUN_IN_DAYS, TakeUps

SEASON_DAYS = 14
"""Within which the shop's tastes count as constant."""


@dataclass(frozen=True)
class RandomBaskets:
    """What people of like tenure take up in one fortnight, stratum by stratum.

    Tenures count as alike between one and two, two and four, four and eight … run-ins, since
    newcomers take up staples and regulars the rest.
    """

    sizes: csr_array
    """Needs taken up on each trip, in the row of its stratum; (n_strata, n_take_up_trips)."""
    shares: Floats
    """Share of the stratum's take-ups that fall on each need, (n_strata, n_needs)."""

    def expected(self, have: csr_array, before: Ints, after: Ints) -> Floats:
        """Return the people expected to have A and take up B: Σ (size of basket) · (share of B).

        The sum runs over the trips of people with A; they are added up by stratum first.

        Args:
            have: Which take-up trips belong to people with A, 0/1, (n_take_up_trips, n_needs).
            before: A of each pair.
            after: B of each pair.
        """
        offered = (self.sizes @ have).toarray()
        expected = np.zeros(len(before))
        for offers, shares in zip(offered, self.shares, strict=True):
            expected += offers[before] * shares[after]
        return expected


def fill_at_random(taken: TakeUps) -> RandomBaskets:
    """Measure the baskets of a shop."""
    fortnight = (taken.histories.day - 1 - taken.days) // SEASON_DAYS
    tenure = np.log2(np.maximum(taken.tenures, RUN_IN_DAYS) / RUN_IN_DAYS).astype(np.int64)
    occupied, stratum = np.unique(np.stack([fortnight, tenure]), axis=1, return_inverse=True)
    cells = (stratum, np.arange(len(stratum)))
    shape = (occupied.shape[1], len(stratum))
    counts = (csr_array((np.ones(len(stratum)), cells), shape=shape) @ taken.taken).toarray()
    sizes = taken.taken.sum(axis=1).astype(np.float64)
    return RandomBaskets(
        csr_array((sizes, cells), shape=shape),
        counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0),
    )
