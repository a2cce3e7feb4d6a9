"""How often people buy, as features: the need, the person, and the need among its relatives."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from recommender.histories import Histories
from recommender.interactions import Floats, Ints
from recommender.lookup import distinct

LONG_MEMORIES_DAYS = (90.0, 180.0, math.inf)
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
    shoppers = distinct(histories.trip_users[histories.trip_days >= since])
    is_shopper = np.zeros(histories.shape[0], dtype=bool)
    is_shopper[shoppers] = True
    n_needs = histories.shape[1]
    is_old = histories.first_days < since
    is_back = histories.last_days >= since
    could = is_old & is_shopper[histories.users]
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


def habits(histories: Histories, demand: Demand) -> dict[str, Floats]:
    """Describe every pair by how often its person buys, in the long run; shape (n_pairs,)."""
    needs, users = histories.needs, histories.users
    known_days = (histories.day - histories.first_days).astype(np.float64)
    periods, weighted = _periods(histories)
    own = np.bincount(users, histories.counts, histories.shape[0])
    return frequencies(histories, LONG_MEMORIES_DAYS) | {
        "trips_90": np.log(histories.decayed_trips(90.0) + _SMALL)[users],
        "known_days": np.log(known_days),
        "periods": weighted,
        "period_share": np.log(
            periods / np.minimum(np.ceil(known_days / PERIOD_DAYS), PERIODS) + _SMALL
        ),
        "trips_since_first": np.log1p(histories.trips_since(histories.first_days)),
        "once": (histories.counts == 1).astype(np.float64),
        "twice": (histories.counts == 2).astype(np.float64),  # noqa: PLR2004 - says its name
        "buyers": np.log1p(demand.buyers[needs]),
        "trend": demand.trend[needs],
        "repeat_odds": demand.repeat_odds[needs],
        "share_of_all": np.log(histories.counts / own[users]),
    }


def customers(histories: Histories) -> dict[str, Floats]:
    """Describe every pair by its person: how old a customer, how full a basket; (n_pairs,)."""
    n_users, users = histories.shape[0], histories.users
    since = histories.day - PERIOD_DAYS
    trips = np.bincount(histories.trip_users, minlength=n_users)
    lately = np.bincount(histories.trip_users[histories.trip_days >= since], minlength=n_users)
    buyers = users[histories.pair_of]
    bought = np.bincount(buyers, minlength=n_users)
    bought_lately = np.bincount(buyers[histories.days >= since], minlength=n_users)
    first = np.full(n_users, histories.day)
    np.minimum.at(first, histories.trip_users, histories.trip_days)
    last = np.zeros(n_users, dtype=np.int64)
    np.maximum.at(last, histories.trip_users, histories.trip_days)
    return {
        "basket": (bought / np.maximum(trips, 1))[users],
        "recent_basket": (bought_lately / np.maximum(lately, 1))[users],
        "recent_trips": lately[users].astype(np.float64),
        "customer_days": (histories.day - first)[users].astype(np.float64),
        "days_since_trip": (histories.day - last)[users].astype(np.float64),
    }


def relatives(histories: Histories, parents: Ints) -> dict[str, Floats]:
    """Describe every pair by what its person buys in the category above; shape (n_pairs,).

    Args:
        histories: Purchases before a day.
        parents: Parent category of each need, shape (n_needs,).
    """
    keys = histories.users * (int(parents.max(initial=0)) + 1) + parents[histories.needs]
    families, family = np.unique(keys, return_inverse=True)
    last = np.zeros(len(families), dtype=np.int64)
    np.maximum.at(last, family, histories.last_days)
    columns: dict[str, Floats] = {
        "family_needs": np.bincount(family)[family].astype(np.float64),
        "family_elapsed": (histories.day - last)[family].astype(np.float64),
    }
    for days in (20.0, 90.0):
        own = histories.decayed_counts(days)
        total = np.bincount(family, own, len(families)).astype(np.float64)[family]
        columns[f"family_often_{days:g}"] = total
        columns[f"family_share_{days:g}"] = own / (total + 1e-9)
    return columns


def frequencies(histories: Histories, memories_days: tuple[float, ...]) -> dict[str, Floats]:
    """Count purchases, and their share of trips, with exponential decay; (n_pairs,)."""
    columns = {}
    for days in memories_days:
        often = histories.decayed_counts(days)
        trips = histories.decayed_trips(days)[histories.users]
        columns[f"often_{days:g}"] = np.log(often + _SMALL)
        columns[f"share_{days:g}"] = np.log(often / np.maximum(trips, 1e-9) + _SMALL)
    return columns


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


def _periods(histories: Histories) -> tuple[Floats, Floats]:
    """Count the four-week periods with a purchase, and weigh them by .75 a period of age."""
    age = np.minimum((histories.day - 1 - histories.days) // PERIOD_DAYS, PERIODS - 1)
    # A pair's purchases are sorted by day, the oldest first, so that its periods descend.
    periods = distinct(histories.pair_of * PERIODS + PERIODS - 1 - age)
    pairs, age = periods // PERIODS, PERIODS - 1 - periods % PERIODS
    n_pairs = len(histories.users)
    return (
        np.bincount(pairs, minlength=n_pairs).astype(np.float64),
        np.asarray(np.bincount(pairs, 0.75**age, n_pairs), dtype=np.float64),
    )
