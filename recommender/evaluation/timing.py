"""Whether scores rise when a purchase is near: the stratified timing AUC (STAUC).

Asking whether a pair's bought week outscores its other weeks would be a trap: the outcome resets
the elapsed time, so on memoryless purchases "days elapsed" already scores .66. Here every score
precedes its outcome, and pairs are compared only with pairs that buy about as often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender.evaluation.histories import histories
from recommender.evaluation.pairs import PairSet
from recommender.interactions import Bools, Floats, Interactions, Ints

WEEKS = 12
MIN_PURCHASES = 3
FREQUENCY_QUANTILES = 40
COUNT_BANDS = (5, 9, 17)
"""First purchase count of each band but the lowest: <5, 5–8, 9–16, 17 and more."""

_DAYS = 7


@dataclass(frozen=True)
class Week:
    """The regular pairs of users who shop in one week; arrays of shape (n_pairs,)."""

    day: int
    """First day of the week."""
    users: Ints
    things: Ints
    purchases: Ints
    """Days on which the pair was bought before the week."""
    trips: Ints
    """Days on which the user bought anything before the week."""
    bought: Bools
    """Whether the pair is bought in the week."""


def timing_days(interactions: Interactions, first_cut: int) -> tuple[int, ...]:
    """Return the first days of up to twelve whole weeks from the first cut on."""
    last = int(interactions.days.max())
    days = (first_cut + _DAYS * week for week in range(WEEKS))
    return tuple(day for day in days if day + _DAYS <= last + 1)


def regular_pairs(interactions: Interactions, first_cut: int) -> PairSet:
    """Return the pairs with at least three purchases before the first cut."""
    history = histories(interactions.before(first_cut))
    is_regular = history.purchases >= MIN_PURCHASES
    width = len(interactions.thing_ids)
    return PairSet.of(history.users[is_regular], history.things[is_regular], width)


def observe_week(interactions: Interactions, regulars: PairSet, day: int) -> Week:
    """Describe the regular pairs at the start of a week, and what became of them in it."""
    train = interactions.before(day)
    week = interactions.between(day, day + _DAYS)
    history = histories(train)
    counts = regulars.contains(history.users, history.things) & np.isin(history.users, week.users)
    users, things = history.users[counts], history.things[counts]
    return Week(
        day=day,
        users=users,
        things=things,
        purchases=history.purchases[counts],
        trips=_trips(train)[users],
        bought=PairSet.of(week.users, week.things, regulars.width).contains(users, things),
    )


def stauc(weeks: Sequence[Week], scores: Sequence[Floats]) -> float:
    """Return the AUC of "bought within the week" inside strata, pooled by comparable pairs.

    A stratum is week × one of 40 quantile bins of purchases / trips over all weeks × count band.

    Args:
        weeks: As from ``observe_week``.
        scores: One array a week, one score a pair.

    Returns:
        The share of (bought, not bought) pairs in one stratum whose scores are in that order,
        ties half; .5 is chance, NaN if no stratum holds both.
    """
    if not weeks:
        return float("nan")
    bought = np.concatenate([week.bought for week in weeks])
    return stratified_auc(np.concatenate(scores), bought, _strata(weeks))


def stratified_auc(scores: Floats, bought: Bools, strata: Ints) -> float:
    """Return the Mann–Whitney share of right orders, counted only inside strata."""
    _, strata = np.unique(strata, return_inverse=True)
    order = np.lexsort((scores, strata))
    stratum, won = strata[order], bought[order]
    ranks = _mid_ranks(stratum, scores[order])
    sizes = np.bincount(stratum)
    positives = np.bincount(stratum, won)
    starts = np.cumsum(sizes) - sizes
    ranks -= starts[stratum]
    right = np.bincount(stratum, ranks * won) - positives * (positives + 1) / 2
    comparable = (positives * (sizes - positives)).sum()
    return float(right.sum() / comparable) if comparable else float("nan")


def _strata(weeks: Sequence[Week]) -> Ints:
    number = np.repeat(np.arange(len(weeks)), [len(week.users) for week in weeks])
    purchases = np.concatenate([week.purchases for week in weeks])
    rate = purchases / np.concatenate([week.trips for week in weeks])
    edges = np.arange(1, FREQUENCY_QUANTILES) / FREQUENCY_QUANTILES
    bins = np.searchsorted(np.quantile(rate, edges), rate, side="right") if len(rate) else rate
    bands = np.digitize(purchases, COUNT_BANDS)
    return np.asarray((number * FREQUENCY_QUANTILES + bins) * (len(COUNT_BANDS) + 1) + bands)


def _trips(train: Interactions) -> Ints:
    """Return each user's days with a purchase, shape (n_user_ids,)."""
    order = np.lexsort((train.days, train.users))
    users, days = train.users[order], train.days[order]
    is_new = np.ones(len(users), dtype=bool)
    is_new[1:] = (users[1:] != users[:-1]) | (days[1:] != days[:-1])
    return np.asarray(np.bincount(users[is_new], minlength=len(train.user_ids)))


def _mid_ranks(stratum: Ints, scores: Floats) -> Floats:
    """Return ranks from 1 over rows sorted by stratum and score; ties share their mean rank."""
    is_new = np.ones(len(scores), dtype=bool)
    is_new[1:] = (stratum[1:] != stratum[:-1]) | (scores[1:] != scores[:-1])
    starts = np.flatnonzero(is_new)
    sizes = np.diff(np.append(starts, len(scores)))
    return np.asarray(np.repeat(starts + (sizes + 1) / 2, sizes))
