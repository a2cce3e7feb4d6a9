"""Which needs a purchase satisfies for a while: told by the merchant, or learned, or neither.

Recently bought needs are on average likelier to be bought again, so nothing is assumed: a need
is held back after a purchase only where its own buyers show it, or the merchant says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.histories import bought_within, gather
from recommender.interactions import Bools, Floats, Interactions
from recommender.timing import estimate_timing

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
LARGEST_MEAN_RATIO = 0.85
"""Early to due ratio that must be expected besides: a sure but slight dip is no reason to hold."""
MIN_DUE_PURCHASES = 30
"""Due purchases in the shop below which nothing is learned."""

_DAYS = 7


@dataclass(frozen=True)
class Satiation:
    """Needs by what a purchase does to them; shape (n_needs,)."""

    is_satiating: Bools
    """Told or learned; the rest is never held back after a purchase."""
    is_told: Bools
    """The merchant named a repurchase interval."""
    is_durable: Bools
    """The merchant said that it is not bought again."""


def learn_satiation(train: Interactions, day: int, told_days: Floats) -> Satiation:
    """Decide which needs to hold back after a purchase.

    Among pairs with at least three purchases of users who shop in the week after a snapshot, the
    rate of buying where elapsed / gap < .35 against where it is in [.7, 1.4). A need's log ratio
    has sampling variance 1/(early + ½) + 1/(due + ½) and is shrunk to the shop's with prior
    variance .12, or the needs' own spread if larger. The need satiates if the posterior mean plus
    half a standard deviation is below ln .9, and the mean itself below ln .85.

    Args:
        train: Need-level interactions; days from ``day`` on are not looked at.
        day: The day to decide for.
        told_days: The merchant's repurchase days, shape (n_needs,); NaN where not told, in
            which case only learning counts, inf for durables.
    """
    n_needs = len(train.thing_ids)
    early, due = np.zeros((2, n_needs)), np.zeros((2, n_needs))
    for week in range(1, WEEKS + 1):
        _add_snapshot(early, due, train, day - _DAYS * week)
    told = ~np.isnan(told_days)
    return Satiation(told | _credibly_low(early, due), told, np.isposinf(told_days))


def _add_snapshot(early: Floats, due: Floats, train: Interactions, day: int) -> None:
    histories = gather(train, day)
    timing = estimate_timing(histories, np.full(histories.shape[1], np.nan))
    week = train.between(day, day + _DAYS)
    chosen = (histories.counts >= MIN_PURCHASES) & np.isin(histories.users, week.users)
    needs = histories.needs[chosen]
    ratio = (histories.elapsed / timing.pair_gaps)[chosen]
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
    overall = float(_log_rate(early.sum(axis=1)) - _log_rate(due.sum(axis=1)))
    precision = 1 / (1 / (early[1] + 0.5) + 1 / (due[1] + 0.5))
    variance = max(LEAST_PRIOR_VARIANCE, _between(ratios - overall, precision, early, due))
    posterior = precision + 1 / variance
    mean = (ratios * precision + overall / variance) / posterior
    is_credible = mean + DOUBT / np.sqrt(posterior) < np.log(LARGEST_RATIO)
    return np.asarray(is_credible & (mean < np.log(LARGEST_MEAN_RATIO)))


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
