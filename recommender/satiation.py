"""Which needs a purchase satisfies for a while: told by the merchant, or learned, or neither.

Recently bought needs are on average likelier to be bought again, so nothing is assumed: a need
is held back after a purchase only where its own buyers show it, or the merchant says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.histories import Histories, bought_within, gather
from recommender.interactions import Bools, Floats, Interactions
from recommender.timing import estimate_timing, pair_gaps

WEEKS = 12
"""Weekly snapshots before the day; each is judged by the seven days after it."""
MIN_PURCHASES = 3
EARLY_BELOW = 0.35
"""Share of the gap before which a purchase would be early."""
DUE_FROM, DUE_BELOW = 0.7, 1.4
"""Shares of the gap between which a purchase is due."""
LEAST_PRIOR_VARIANCE = 0.12
"""Spread of the needs' log ratios about the shop's, unless the shop's needs differ more."""
DOUBT = 0.5
"""Posterior standard deviations added before a need is judged."""
LARGEST_RATIO = 0.9
"""Early to due purchase-rate ratio under which a need satiates."""
MIN_DUE_PURCHASES = 30
"""Due purchases in the shop below which nothing is learned."""

_DAYS = 7
REVIEW_DAYS = _DAYS * WEEKS
"""Days for which a review holds."""


@dataclass(frozen=True)
class Satiation:
    """Needs by what a purchase does to them; shape (n_needs,)."""

    is_satiating: Bools
    """Told or learned; the rest is never held back after a purchase."""
    is_told: Bools
    """The merchant named a repurchase interval."""
    is_durable: Bools
    """The merchant said that it is not bought again."""


@dataclass(frozen=True)
class Review:
    """What was learned on one day of which needs satiate, for the weeks after it."""

    day: int
    is_satiating: Bools
    """Learned alone, shape (n_needs,)."""

    def holds_on(self, day: int) -> bool:
        """Say whether the review is young enough, and not from a later day."""
        return 0 <= day - self.day < REVIEW_DAYS

    def with_told(self, told_days: Floats) -> Satiation:
        """Add what the merchants told.

        Args:
            told_days: The merchant's repurchase days, shape (n_needs,); NaN where not told, in
                which case only learning counts, inf for durables.
        """
        told = ~np.isnan(told_days)
        return Satiation(told | self.is_satiating, told, np.isposinf(told_days))


def review_satiation(train: Interactions, day: int) -> Review:
    """Learn from the twelve weeks before ``day`` which needs to hold back after a purchase.

    Among pairs with at least three purchases of users who shop in the week after a snapshot, the
    rate of buying where elapsed / gap < .35 against where it is in [.7, 1.4). The gap is the
    pair's own, mixed with its need's, which is measured once, at the first snapshot: a yardstick
    should not move. A need's log ratio has sampling variance 1/(early + ½) + 1/(due + ½) and is
    shrunk to the needs' precision-weighted mean with prior variance .12, or the needs' own spread
    if larger. The need satiates if the posterior mean plus half a standard deviation is below
    ln .9.

    Satiation is a property of goods rather than of a day, and its estimate is noisy: two reviews
    four weeks apart agree on two needs in three. So it is reviewed every twelve weeks, when all
    snapshots are new ones, and lists do not flap in between.

    Args:
        train: Need-level interactions; days from ``day`` on are not looked at.
        day: The day to decide for.
    """
    n_needs = len(train.thing_ids)
    early, due = np.zeros((2, n_needs)), np.zeros((2, n_needs))
    histories = gather(train, day)
    first = histories.before(day - REVIEW_DAYS)
    need_gaps = estimate_timing(first, np.full(n_needs, np.nan)).need_gaps
    del first
    for week in range(1, WEEKS + 1):
        histories = histories.before(day - _DAYS * week)
        _add_snapshot(early, due, train, histories, need_gaps)
    return Review(day, _credibly_low(early, due))


def _add_snapshot(
    early: Floats, due: Floats, train: Interactions, histories: Histories, need_gaps: Floats
) -> None:
    day = histories.day
    week = train.between(day, day + _DAYS)
    chosen = (histories.counts >= MIN_PURCHASES) & np.isin(histories.users, week.users)
    needs = histories.needs[chosen]
    ratio = (histories.elapsed / pair_gaps(histories, np.log(need_gaps)))[chosen]
    bought = bought_within(train, day, day + _DAYS, histories.users[chosen], needs)
    for tally, inside in (
        (early, ratio < EARLY_BELOW),
        (due, (ratio >= DUE_FROM) & (ratio < DUE_BELOW)),
    ):
        tally[0] += np.bincount(needs[inside], minlength=len(tally[0]))
        tally[1] += np.bincount(needs[inside], bought[inside], len(tally[0]))


def _credibly_low(early: Floats, due: Floats) -> Bools:
    if due[1].sum() < MIN_DUE_PURCHASES or not early[0].sum():
        return np.zeros(early.shape[1], dtype=bool)
    ratios = _log_rate(early) - _log_rate(due)
    precision = 1 / (1 / (early[1] + 0.5) + 1 / (due[1] + 0.5))
    overall = float((ratios * precision).sum() / precision.sum())
    variance = max(LEAST_PRIOR_VARIANCE, _between(ratios - overall, precision, early, due))
    posterior = precision + 1 / variance
    mean = (ratios * precision + overall / variance) / posterior
    return np.asarray(mean + DOUBT / np.sqrt(posterior) < np.log(LARGEST_RATIO))


def _between(surprises: Floats, precision: Floats, early: Floats, due: Floats) -> float:
    """Return the needs' variance beyond that of sampling, by moments (DerSimonian–Laird)."""
    seen = (early[0] > 0) & (due[0] > 0)
    if not seen.any():
        return 0.0
    weights = precision[seen]
    return float((weights @ np.square(surprises[seen]) - len(weights)) / weights.sum())


def _log_rate(tally: Floats) -> Floats:
    """Smoothed, so that a need without pairs has a rate too."""
    return np.asarray(np.log((tally[1] + 0.5) / (tally[0] + 1)))
