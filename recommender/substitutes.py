"""Needs that are bought in place of each other."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csc_array
from scipy.stats import poisson

from recommender.interactions import Bools, Ints
from recommender.takeups import TakeUps

SUBSTITUTE_CHANCE = 0.05
"""p-value of so few trips with both, at which two needs count as substitutes."""


def are_substitutes(taken: TakeUps, before: Ints, after: Ints) -> Bools:
    """Say which pairs of needs share fewer trips than if people bought either at random.

    Of people who came back for both (whoever bought once did not choose again), expected are
    Σ days of A · days of B / trips. The Poisson tail below is tested pair by pair, since suspicion
    is reason enough.

    Args:
        taken: Trips and what was bought on them.
        before: One need of each pair, shape (n_pairs,).
        after: The other.
    """
    histories = taken.histories
    counts = np.where(histories.counts > 1, histories.counts, 0)
    trips = np.bincount(histories.trip_users, minlength=histories.shape[0])
    days = csc_array(histories.matrix(counts.astype(np.float64)))
    rates = csc_array(histories.matrix(counts / trips[histories.users]))
    expected = days[:, before].multiply(rates[:, after]).sum(axis=0)
    again = np.flatnonzero(counts[histories.pair_of])
    cells = (taken.trips[again], histories.needs[histories.pair_of[again]])
    bought = csc_array((np.ones(len(again)), cells), shape=taken.bought.shape)
    seen = bought[:, before].multiply(bought[:, after]).sum(axis=0)
    return np.asarray(poisson.cdf(seen, expected) <= SUBSTITUTE_CHANCE)
