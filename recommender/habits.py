"""What a person's own purchases tell about each need, as features of a regression."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from recommender.chance import Features
from recommender.hazard import HazardTable
from recommender.histories import Histories
from recommender.interactions import Floats, Ints
from recommender.timing import Timing

MEMORIES_DAYS = (7.0, 20.0, 45.0, 90.0, 180.0, math.inf)
"""Decays at which purchases and trips are counted; inf counts all alike."""
PERIOD_DAYS = 28
PERIODS = 13
"""Four-week periods looked back on."""

_SMALL = 1e-3


@dataclass(frozen=True)
class Demand:
    """How much each need is wanted by everybody; shape (n_needs,)."""

    buyers: Ints
    """People who bought it in the last four weeks."""
    ever_buyers: Ints
    trend: Floats
    """Log of those buyers over those of the four weeks before."""
    hurry: Floats
    """Log of last week's buyers over the last four weeks'."""
    repeat_odds: Floats
    """Log odds that an earlier buyer who still shops bought it in the last four weeks."""
    first_share: Floats
    """Share of those shoppers who took it up in the last four weeks."""


def measure_demand(histories: Histories) -> Demand:
    """Measure demand in the last four weeks; small counts are shrunk to the shop's."""
    buyers = histories.buyers(1, PERIOD_DAYS)
    before = histories.buyers(PERIOD_DAYS + 1, 2 * PERIOD_DAYS)
    week = histories.buyers(1, 7)
    since = histories.day - PERIOD_DAYS
    shoppers = np.unique(histories.trip_users[histories.trip_days >= since])
    n_needs = histories.shape[1]
    is_old = histories.first_days < since
    is_back = histories.last_days >= since
    could = is_old & np.isin(histories.users, shoppers)
    exposed = np.bincount(histories.needs[could], minlength=n_needs)
    repeated = np.bincount(histories.needs[is_old & is_back], minlength=n_needs)
    overall = (repeated.sum() + 1) / (exposed.sum() + 2)
    rate = (repeated + 20 * overall) / (exposed + 20)
    first = np.bincount(histories.needs[~is_old], minlength=n_needs) / max(len(shoppers), 1)
    return Demand(
        buyers=buyers,
        ever_buyers=np.bincount(histories.needs, minlength=n_needs),
        trend=np.log((buyers + 3) / (before + 3)),
        hurry=np.log((week * 4 + 6) / (buyers + 6)),
        repeat_odds=np.log(rate / (1 - rate)),
        first_share=first,
    )


def habit_features(
    histories: Histories, timing: Timing, demand: Demand, hazard: HazardTable
) -> tuple[tuple[str, ...], Features]:
    """Describe every pair by its person's own purchases.

    Returns:
        The features' names, and their values, shape (n_pairs, n_features).
    """
    columns = _frequencies(histories) | _recency(histories, timing, hazard)
    needs = histories.needs
    columns["buyers"] = np.log1p(demand.buyers[needs])
    columns["trend"] = demand.trend[needs]
    columns["repeat_odds"] = demand.repeat_odds[needs]
    return tuple(columns), np.stack(list(columns.values()), axis=1).astype(np.float32)


def user_features(histories: Histories) -> dict[str, Floats]:
    """Describe how much each user shops; each of shape (n_users,)."""
    users, n_users = histories.users, histories.shape[0]
    recent = (histories.counts == 1) & (histories.elapsed <= 60)  # noqa: PLR2004 - two months
    trips = histories.trip_days >= histories.day - 60
    news = np.bincount(users[recent], minlength=n_users)
    visits = np.bincount(histories.trip_users[trips], minlength=n_users)
    return {
        "trips_7": np.log(histories.decayed_trips(7.0) + _SMALL),
        "trips_20": np.log(histories.decayed_trips(20.0) + _SMALL),
        "trips_90": np.log(histories.decayed_trips(90.0) + _SMALL),
        "trips": np.log1p(np.bincount(histories.trip_users, minlength=n_users)),
        "breadth": np.log1p(np.bincount(users, minlength=n_users)),
        "curiosity": news / np.maximum(visits, 1),
    }


def _frequencies(histories: Histories) -> dict[str, Floats]:
    columns = {}
    for days in MEMORIES_DAYS:
        often = histories.decayed_counts(days)
        trips = histories.decayed_trips(days)[histories.users]
        columns[f"often_{days:g}"] = np.log(often + _SMALL)
        columns[f"share_{days:g}"] = np.log(often / np.maximum(trips, 1e-9) + _SMALL)
    for days in (7.0, 20.0, 90.0):
        columns[f"trips_{days:g}"] = np.log(histories.decayed_trips(days) + _SMALL)[histories.users]
    return columns


def _recency(histories: Histories, timing: Timing, hazard: HazardTable) -> dict[str, Floats]:
    elapsed, expected = histories.elapsed, timing.expected
    ratio = np.log(elapsed / timing.pair_gaps)
    known_days = (histories.day - histories.first_days).astype(np.float64)
    periods, weighted = _periods(histories)
    chance = hazard.chances(elapsed, expected)
    return {
        "elapsed": np.log(elapsed),
        "gap": np.log(timing.pair_gaps),
        "ratio": ratio,
        "past_half": np.maximum(ratio - math.log(0.5), 0.0),
        "past_due": np.maximum(ratio, 0.0),
        "past_late": np.maximum(ratio - math.log(1.5), 0.0),
        "hazard": np.log(chance / (1 - chance)),
        "stock": np.log(timing.stock),
        "known_days": np.log(known_days),
        "periods": weighted,
        "period_share": np.log(
            periods / np.minimum(np.ceil(known_days / PERIOD_DAYS), PERIODS) + _SMALL
        ),
        "trips_since_last": np.log1p(histories.trips_since(histories.last_days)),
        "trips_since_first": np.log1p(histories.trips_since(histories.first_days)),
        "once": (histories.counts == 1).astype(np.float64),
        "twice": (histories.counts == 2).astype(np.float64),  # noqa: PLR2004 - says its name
    }


def _periods(histories: Histories) -> tuple[Floats, Floats]:
    """Count the four-week periods with a purchase, and weigh them by .75 a period of age."""
    age = np.minimum((histories.day - 1 - histories.days) // PERIOD_DAYS, PERIODS - 1)
    distinct = np.unique(histories.pair_of * PERIODS + age)
    pairs, age = distinct // PERIODS, distinct % PERIODS
    n_pairs = len(histories.users)
    return (
        np.bincount(pairs, minlength=n_pairs).astype(np.float64),
        np.asarray(np.bincount(pairs, 0.75**age, n_pairs), dtype=np.float64),
    )
