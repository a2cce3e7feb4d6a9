"""How many people will buy each need, week by week: what the shop should have in stock."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from quality.tables.outputs import REPLENISHMENT_CALENDAR
from recommender.interactions import Floats, Texts
from recommender.lessons import WEEKS_FITTED
from recommender.needs import PersonalNeeds

NORMAL_95 = 1.96
LOOK_BACK_WEEKS = 8
"""Weeks whose first-time buyers are expected to go on coming."""


def replenishment_calendar(
    personal: PersonalNeeds, need_ids: Texts, as_of: date, weeks: int
) -> pa.Table:
    """Add up people's chances of buying by need and week.

    Expected buyers are the sum of the chances of earlier buyers, each week's own up to the
    fourth and the fourth's from then on, plus first-time buyers at the mean rate of the last
    eight weeks. Earlier buyers are independent Bernoulli draws, so that their number is
    Poisson-binomial with variance Σ p (1 - p); first-time buyers are Poisson. The interval is the
    normal approximation to their sum, cut off at 0. Needs that nobody bought have no row.

    Args:
        personal: Chances by pair and week.
        need_ids: Names of the needs.
        as_of: First day of the first week.
        weeks: Number of weeks.
    """
    histories = personal.model.snapshot.histories
    newcomers = _weekly_newcomers(personal)
    known = np.unique(histories.needs)
    tables = []
    for week in range(weeks):
        chances = personal.week_chances[:, min(week, WEEKS_FITTED - 1)]
        expected = np.bincount(histories.needs, chances, personal.n_needs) + newcomers
        variance = np.bincount(histories.needs, chances * (1 - chances), personal.n_needs)
        half = NORMAL_95 * np.sqrt(variance + newcomers)
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


def _weekly_newcomers(personal: PersonalNeeds) -> Floats:
    histories = personal.model.snapshot.histories
    age = histories.day - histories.first_days
    recent = histories.needs[age <= 7 * LOOK_BACK_WEEKS]
    span = np.clip(age.max(initial=1) / 7, 1, LOOK_BACK_WEEKS)
    return np.asarray(np.bincount(recent, minlength=personal.n_needs) / span)
