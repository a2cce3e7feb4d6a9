"""What the past weeks teach: the weights by which features become chances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender.chance import Chance, fit_chance
from recommender.hazard import HazardTable, fit_hazard
from recommender.histories import bought_within
from recommender.interactions import Interactions
from recommender.samples import describe, describe_own
from recommender.snapshot import Snapshot

HORIZON_DAYS = 28
WEEK_DAYS = 7
PAST_DAYS = (28, 42, 56)
"""How long ago the days are from which the four weeks after them are learned, latest first."""
TIMED_DAYS = (7, 14, 28, 42)
"""How long ago the days are from which the week after them is learned, latest first."""
WEEKS_FITTED = 4
"""Weeks after the day whose chances are fitted one by one; later ones are like the last."""
MAX_USERS = 1500
"""Users of each past day to whom chances are fitted: they learn little from more."""
MAX_TIMED_USERS = 3000
"""The same of timing, of which each user teaches less."""
MIN_TIMED_PURCHASES = 3
"""Purchases without which a pair has no rhythm."""


@dataclass(frozen=True)
class Lessons:
    """What earlier days taught; None where they held too little to learn from."""

    hazard: HazardTable
    repeat: Chance | None
    """Of own needs: bought within the horizon."""
    novel: Chance | None
    """Of never-bought needs: the same."""
    weeks: tuple[Chance | None, ...]
    """Of own needs: bought in the first, second … week after the day."""
    without: frozenset[str]
    """Groups of features that were left out."""


def learn(
    train: Interactions, past: Sequence[Snapshot], without: frozenset[str] = frozenset()
) -> Lessons:
    """Fit chances to what was known on past days and what was bought in the horizon after them.

    Args:
        train: Need-level interactions that reach ``HORIZON_DAYS`` beyond each past day.
        past: The state of the shop on those days, the latest first; at least one.
        without: Groups of features that are left out.
    """
    hazard = _hazard(train, past[0], HORIZON_DAYS)
    own, new = describe(past, hazard, without, max_users=MAX_USERS)
    bought = own.outcomes(train, 0, HORIZON_DAYS)
    taken_up = new.outcomes(train, 0, HORIZON_DAYS)
    latest = own.where(own.days == past[0].histories.day)
    return Lessons(
        hazard=hazard,
        repeat=fit_chance(own.features, bought, own.design, boosted=True),
        novel=fit_chance(new.features, taken_up, new.design),
        weeks=tuple(
            fit_chance(
                latest.features,
                latest.outcomes(train, WEEK_DAYS * week, WEEK_DAYS * week + WEEK_DAYS),
                latest.design,
            )
            for week in range(WEEKS_FITTED)
        ),
        without=without,
    )


def learn_timing(
    train: Interactions, past: Sequence[Snapshot], without: frozenset[str] = frozenset()
) -> Lessons:
    """Fit the chance of a purchase within the week, given that its person shops in it.

    Whether somebody comes at all hides when they need what: so rows of people who did not shop
    in the week teach nothing, nor do pairs bought less than three times.

    Args:
        train: Need-level interactions that reach a week beyond each past day.
        past: The state of the shop on those days, the latest first; at least one.
        without: Groups of features that are left out.

    Returns:
        Lessons of a single week.
    """
    hazard = _hazard(train, past[0], WEEK_DAYS)
    own = describe_own(past, hazard, without, max_users=MAX_TIMED_USERS)
    regular = np.zeros(len(own.days), dtype=bool)
    for snapshot in past:
        histories = snapshot.histories
        rows = own.days == histories.day
        week = train.between(histories.day, histories.day + WEEK_DAYS)
        keys = own.users[rows] * histories.shape[1] + own.needs[rows]
        counts = histories.counts[np.searchsorted(histories.keys, keys)]
        regular[rows] = (counts >= MIN_TIMED_PURCHASES) & np.isin(own.users[rows], week.users)
    timed = own.where(regular)
    bought = timed.outcomes(train, 0, WEEK_DAYS)
    chance = fit_chance(timed.features, bought, timed.design, boosted=True)
    return Lessons(hazard, None, None, (chance,), without)


def _hazard(train: Interactions, past: Snapshot, horizon_days: int) -> HazardTable:
    histories = past.histories
    start, users, needs = histories.day, histories.users, histories.needs
    bought = bought_within(train, start, start + horizon_days, users, needs)
    return fit_hazard(histories.elapsed, past.timing.expected, bought, horizon_days)
