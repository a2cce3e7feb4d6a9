"""When people buy, as features: how long ago, in which rhythm, and how that compares."""

from __future__ import annotations

import math

import numpy as np

from recommender.habits import frequencies
from recommender.hazard import HazardTable
from recommender.histories import Histories
from recommender.interactions import Floats
from recommender.timing import Timing

SHORT_MEMORIES_DAYS = (7.0, 20.0, 45.0)
"""Decays at which recent purchases are counted."""
WINDOWS_DAYS = ((1, 7), (8, 14), (15, 21), (22, 28), (29, 56), (57, 84), (85, 112), (113, 168))
"""Ages of purchases that are counted one by one."""
LAST_GAPS = 3
"""Gaps looked at singly, the latest first."""
LEAST_SPREAD = 0.05
"""Spread of log gaps below which a rhythm counts as exact."""

_SMALL = 1e-3


def rhythm(histories: Histories, timing: Timing, hazard: HazardTable) -> dict[str, Floats]:
    """Describe every pair by what has passed of its usual gap; shape (n_pairs,)."""
    elapsed, expected = histories.elapsed, timing.expected
    ratio = np.log(elapsed / timing.pair_gaps)
    chance = hazard.chances(elapsed, expected)
    columns = frequencies(histories, SHORT_MEMORIES_DAYS)
    for days in (7.0, 20.0):
        columns[f"trips_{days:g}"] = np.log(histories.decayed_trips(days) + _SMALL)[histories.users]
    return columns | {
        "elapsed": np.log(elapsed),
        "gap": np.log(timing.pair_gaps),
        "ratio": ratio,
        "past_half": np.maximum(ratio - math.log(0.5), 0.0),
        "past_due": np.maximum(ratio, 0.0),
        "past_late": np.maximum(ratio - math.log(1.5), 0.0),
        "hazard": np.log(chance / (1 - chance)),
        "stock": np.log(timing.stock),
        "trips_since_last": np.log1p(histories.trips_since(histories.last_days)),
    }


def rhythm_details(histories: Histories, timing: Timing) -> dict[str, Floats]:
    """Describe every pair by its single gaps and weeks; shape (n_pairs,).

    A gap that a pair does not have yet is taken to be its expected one.
    """
    elapsed, needs = histories.elapsed, histories.needs
    columns = _windows(histories) | _gaps(histories, timing)
    until_last = histories.trips_since(histories.first_days - 1)
    since_last = histories.trips_since(histories.last_days)
    trips_between = np.maximum(until_last - since_last, 1) / histories.counts
    return columns | {
        "need_gap": timing.need_gaps[needs],
        "need_spread": timing.spreads[needs],
        "elasticity": timing.elasticities[needs],
        "surprise": (np.log(elapsed) - np.log(timing.pair_gaps))
        / np.maximum(timing.spreads[needs], LEAST_SPREAD),
        "gap_in_trips": since_last / trips_between,
        "last_units": histories.last_quantities / histories.mean_quantities,
        "usual_units": histories.mean_quantities,
    }


def _windows(histories: Histories) -> dict[str, Floats]:
    ages, n_pairs = histories.day - histories.days, len(histories.users)
    return {
        f"bought_{first}_{last}": np.bincount(
            histories.pair_of[(ages >= first) & (ages <= last)], minlength=n_pairs
        ).astype(np.float64)
        for first, last in WINDOWS_DAYS
    }


def _gaps(histories: Histories, timing: Timing) -> dict[str, Floats]:
    counts, n_pairs = histories.counts, len(histories.users)
    last = histories.starts + counts - 1
    columns = {}
    for back in range(LAST_GAPS):
        later = np.maximum(last - back, 0)
        earlier = np.maximum(last - back - 1, 0)
        days = histories.days[later] - histories.days[earlier]
        columns[f"gap_{back + 1}"] = np.where(counts > back + 1, days, timing.pair_gaps)
    follows = np.ones(len(histories.days), dtype=bool)
    follows[histories.starts] = False
    place = np.flatnonzero(follows)
    pairs, days = histories.pair_of[place], histories.days[place] - histories.days[place - 1]
    logs, own = np.log(days), np.maximum(counts - 1, 1)
    mean = np.bincount(pairs, logs, n_pairs) / own
    spread = np.sqrt(np.maximum(np.bincount(pairs, logs**2, n_pairs) / own - mean**2, 0))
    longest = timing.pair_gaps.copy()
    longest[pairs] = 0
    np.maximum.at(longest, pairs, days)
    has_spread = counts > 2  # noqa: PLR2004 - two gaps make a spread
    return columns | {
        "own_spread": np.where(has_spread, spread, timing.spreads[histories.needs]),
        "past_longest": histories.elapsed / longest,
        "past_last": histories.elapsed / columns["gap_1"],
    }
