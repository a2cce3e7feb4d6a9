"""How many people will buy each need, week by week: what the shop should have in stock."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from quality.tables.outputs import REPLENISHMENT_CALENDAR
from recommender.histories import Histories, gather
from recommender.interactions import Floats, Interactions, Ints, day_number
from recommender.lessons import WEEKS_FITTED
from recommender.needs import PersonalNeeds

NORMAL_95 = 1.96
CONTINUITY = 0.5
"""Buyers that the interval is wider on either side, since buyers are counted in whole people."""
MEAN_WEEKS = 8
"""Weeks whose first-time (and only counted) buyers are expected to go on coming."""
SHOCK_WEEKS = 13
"""Weeks whose buyers tell how much demand varies beyond chance."""
PSEUDO_BUYERS = 20.0
"""Buyers of the whole shop that a need's own are mixed with, in how soon they come back."""

_HALF_WEEK = 3


def replenishment_calendar(
    personal: PersonalNeeds, counted: Interactions, as_of: date, weeks: int
) -> pa.Table:
    """Add up people's chances of buying by need and week.

    Expected buyers are the sum of the chances of earlier buyers, each week's own up to the
    fourth and the fourth's from then on, plus first-time buyers at the mean rate of the last
    eight weeks, plus those of them that come back so many weeks after their first purchase, plus
    buyers who may only be counted, at their mean rate.

    Earlier buyers are independent Bernoulli draws, so that their number is Poisson-binomial with
    variance Σ p (1 - p). Everybody else is Poisson, the rate itself a mean over eight weeks. What
    moves all at once (promotions, seasons) adds the square of the expected buyers times the
    shop's shock variance, as in a negative binomial. The interval is the normal approximation with
    continuity correction, cut off at 0. Needs that nobody bought have no row.

    Args:
        personal: Chances by pair and week.
        counted: Need-level interactions of people who did not agree to profiling, in the
            vocabulary of ``personal``; days from the day on are not looked at.
        as_of: First day of the first week.
        weeks: Number of weeks.
    """
    histories, anonymous = personal.model.snapshot.histories, gather(counted, day_number(as_of))
    span = max(_weeks_known(histories, MEAN_WEEKS), _weeks_known(anonymous, MEAN_WEEKS))
    newcomers = expected_newcomers(histories, span, weeks)
    newcomers += weekly_buyers(anonymous, MEAN_WEEKS).sum(axis=0) / span
    shocks = shock_variance(histories)
    known = np.union1d(histories.needs, anonymous.needs)
    need_ids = counted.thing_ids
    tables = []
    for week in range(weeks):
        chances = personal.week_chances[:, min(week, WEEKS_FITTED - 1)]
        expected = np.bincount(histories.needs, chances, personal.n_needs) + newcomers[week]
        variance = np.bincount(histories.needs, chances * (1 - chances), personal.n_needs)
        variance = variance + newcomers[week] * (1 + 1 / span) + shocks * np.square(expected)
        half = NORMAL_95 * np.sqrt(variance) + CONTINUITY
        tables.append(
            pa.table(
                {
                    "need_group": pa.array(need_ids[known], pa.string()),
                    "week": pa.repeat(as_of + timedelta(days=7 * week), len(known)),
                    "expected_buyers": expected[known],
                    "low": np.maximum(expected - half, 0)[known],
                    "high": (expected + half)[known],
                }
            )
        )
    return REPLENISHMENT_CALENDAR.conform(pa.concat_tables(tables))


def shock_variance(histories: Histories) -> float:
    """Return the variance of weekly demand about its mean, as a share of the mean's square.

    By moments over the last 13 weeks: a need with mean m and variance s² of weekly buyers exceeds
    the Poisson variance by s² - m, which a shock of relative variance c makes c m²; needs weigh
    1 / m. At least 0, and 0 where there are less than three weeks.
    """
    weeks = int(_weeks_known(histories, SHOCK_WEEKS))
    if weeks < 3:  # noqa: PLR2004 - two weeks have a variance, but hardly one
        return 0.0
    buyers = weekly_buyers(histories, weeks)
    mean, variance = buyers.mean(axis=0), buyers.var(axis=0, ddof=1)
    bought = mean > 0
    excess = ((variance - mean)[bought] / mean[bought]).sum()
    return float(max(excess / mean.sum(), 0.0)) if bought.any() else 0.0


def weekly_buyers(histories: Histories, weeks: int) -> Ints:
    """Count the buyers of each need in each of the last weeks, shape (weeks, n_needs)."""
    return np.stack([histories.buyers(7 * week + 1, 7 * week + 7) for week in range(weeks)])


def expected_newcomers(histories: Histories, span: float, weeks: int) -> Floats:
    """Return the weekly buyers that are new since the day, shape (weeks, n_needs).

    Those of a week are the first-time buyers in it, and the share that comes back of those of
    each week before.
    """
    n_needs = histories.shape[1]
    ages = histories.day - histories.first_days
    rate = np.bincount(histories.needs[ages <= 7 * MEAN_WEEKS], minlength=n_needs) / span
    returning = np.zeros((weeks, n_needs))
    for lag in range(1, weeks):
        returning[lag] = _returning(histories, 7 * lag)
    return np.asarray(rate * (1 + np.cumsum(returning, axis=0)))


def _returning(histories: Histories, days: int) -> Floats:
    """Return the share of buyers who buy again in the week about so many days after their first.

    Shrunk to the shop's; shape (n_needs,).
    """
    n_needs, first_days = histories.shape[1], histories.first_days
    since = histories.days - first_days[histories.pair_of]
    could = histories.day - first_days > days + _HALF_WEEK
    back = np.unique(
        histories.pair_of[(abs(since - days) <= _HALF_WEEK) & could[histories.pair_of]]
    )
    buyers = np.bincount(histories.needs[could], minlength=n_needs)
    returned = np.bincount(histories.needs[back], minlength=n_needs)
    overall = returned.sum() / max(buyers.sum(), 1)
    return np.asarray((returned + PSEUDO_BUYERS * overall) / (buyers + PSEUDO_BUYERS))


def _weeks_known(histories: Histories, most: int) -> float:
    """Return the weeks since the first purchase of all, from 1 to ``most``."""
    ages = histories.day - histories.first_days
    return float(np.clip(ages.max(initial=1) / 7, 1, most))
