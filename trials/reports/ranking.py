"""In which order to mend: the stars that each aspect's complaints cost the item's mean rating."""

from dataclasses import dataclass

import numpy as np

from trials.arrays import Floats, Ints
from trials.reports.effects import Effects

FIRST_FEW = 3
_LEVELS = (0.025, 0.975)


@dataclass(frozen=True)
class Ranking:
    """Priorities and how sure they are, arrays by aspect."""

    priorities: Floats
    """Stars by which complaints about the aspect lower the mean rating."""
    lows: Floats
    highs: Floats
    """95 % interval of the priority."""
    rank_lows: Ints
    rank_highs: Ints
    """95 % interval of the rank, from 1."""
    first_few_chances: Floats
    """Share of the draws in which the aspect is among the first three."""


def rank_aspects(effects: Effects) -> Ranking:
    """Rank by P(complaint) × mean severity × stars that a plain complaint costs.

    The first two factors are the mean of the severities over all customers. The product is the
    loss of mean rating: the number of stars by which the mean would rise were the complaints
    gone. Intervals are quantiles of the draws of :func:`~trials.reports.effects.estimate_effects`
    and hold for the customers read: they do not know of clauses that were misread.
    """
    draws = effects.blame_mean_draws * effects.penalty_draws
    ranks = (-draws).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable") + 1
    lows, highs = np.quantile(draws, _LEVELS, axis=0)
    rank_lows, rank_highs = np.quantile(ranks, _LEVELS, axis=0, method="closest_observation")
    priorities = effects.blame_means * effects.penalties
    return Ranking(
        priorities=priorities,
        lows=np.minimum(lows, priorities),
        highs=np.maximum(highs, priorities),
        rank_lows=rank_lows.astype(np.int64),
        rank_highs=rank_highs.astype(np.int64),
        first_few_chances=(ranks <= FIRST_FEW).mean(axis=0),
    )
