"""How likely a purchase is as the wait goes on: what happened against what a model expected.

A model that only knows how often somebody buys expects the same all along; a model that knows of
satiation expects little just after a purchase, and only where the need satiates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from recommender.evaluation.histories import histories
from recommender.evaluation.pairs import PairSet
from recommender.evaluation.satisfied import pair_gaps
from recommender.interactions import Bools, Floats, Interactions, Ints

EDGES: Final = (0.2, 0.35, 0.5, 0.7, 0.9, 1.1, 1.4, 2.0, 3.0)
"""Where the steps meet, in gaps since the last purchase; the first step begins at 0."""

_DAYS = 7


@dataclass(frozen=True)
class Waits:
    """The regular pairs of users who shop in one week, at its start; arrays of shape (n_pairs,).

    Who does not shop buys nothing, whatever is due: that would say nothing of timing.
    """

    users: Ints
    things: Ints
    gaps_elapsed: Floats
    """Days since the last purchase over the pair's gap."""
    bought: Bools
    """Whether the pair is bought in the week."""


@dataclass(frozen=True)
class Step:
    """One step of the curve; rates are NaN where it holds no pair."""

    is_satiating: bool
    start: float
    """In gaps since the last purchase."""
    end: float | None
    """None for the last step, which has no end."""
    pairs: int
    rate: float
    """Share of the pairs bought within the week."""
    expected: float
    """Mean chance that the model gave them."""


def observe_waits(
    interactions: Interactions, regulars: PairSet, gaps_of_things: Floats, day: int
) -> Waits:
    """Describe how long the regular pairs have waited at the start of a week.

    Args:
        interactions: All days.
        regulars: As from ``timing.regular_pairs``.
        gaps_of_things: As from ``satisfied.need_gaps``, shape (n_things,).
        day: First day of the week.
    """
    history = histories(interactions.before(day))
    week = interactions.between(day, day + _DAYS)
    counts = regulars.contains(history.users, history.things) & np.isin(history.users, week.users)
    users, things = history.users[counts], history.things[counts]
    elapsed = (day - history.last_days) / pair_gaps(history, gaps_of_things)
    bought = PairSet.of(week.users, week.things, regulars.width).contains(users, things)
    return Waits(users, things, elapsed[counts], bought)


def timing_curve(
    weeks: Sequence[Waits], chances: Sequence[Floats], is_satiating: Bools
) -> tuple[Step, ...]:
    """Average outcomes and chances over the weeks, step by step.

    Args:
        weeks: As from ``observe_waits``.
        chances: One array a week, the chance of each pair within the week.
        is_satiating: Whether each thing's need satiates, shape (n_things,).

    Returns:
        The steps of needs that satiate, then those of the others; none without weeks.
    """
    if not weeks:
        return ()
    n_steps = len(EDGES) + 1
    elapsed = np.concatenate([week.gaps_elapsed for week in weeks])
    satiates = np.concatenate([is_satiating[week.things] for week in weeks])
    cells = np.where(satiates, 0, n_steps) + np.searchsorted(EDGES, elapsed, side="right")
    pairs = np.bincount(cells, minlength=2 * n_steps)
    bought = np.bincount(cells, np.concatenate([week.bought for week in weeks]), 2 * n_steps)
    expected = np.bincount(cells, np.concatenate(chances), 2 * n_steps)
    with np.errstate(invalid="ignore"):  # a step without pairs has no rate
        rates, means = bought / pairs, expected / pairs
    starts, ends = (0.0, *EDGES), (*EDGES, None)
    return tuple(
        Step(
            is_satiating=cell < n_steps,
            start=starts[cell % n_steps],
            end=ends[cell % n_steps],
            pairs=int(pairs[cell]),
            rate=float(rates[cell]),
            expected=float(means[cell]),
        )
        for cell in range(2 * n_steps)
    )
