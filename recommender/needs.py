"""What everybody needs on one day: chances of old and new needs, and where each need stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from quality.progress import Progress, silent
from recommender.interactions import Floats, Interactions, Ints
from recommender.lessons import WEEKS_FITTED
from recommender.model import NeedModel, ScoredBlock, fit_need_model
from recommender.satiation import Satiation, learn_satiation
from recommender.states import NeedStates, judge_needs

NOVEL_KEPT = 60
"""Likeliest never-bought needs kept for each user."""


@dataclass(frozen=True)
class PersonalNeeds:
    """Everything about needs that lists, states and calendar are made from."""

    model: NeedModel
    satiation: Satiation
    states: NeedStates
    chances: Floats
    """Chance of each pair of the histories within the horizon, shape (n_pairs,)."""
    week_chances: Floats
    """Shape (n_pairs, WEEKS_FITTED)."""
    novel_keys: Ints
    """user × number of needs + need, ascending, of never-bought needs worth considering."""
    novel_chances: Floats

    @property
    def n_needs(self) -> int:
        """Number of needs in the vocabulary."""
        return self.model.snapshot.histories.shape[1]


def read_needs(
    train: Interactions,
    day: int,
    *,
    told_days: Floats,
    parents: Ints,
    progress: Progress = silent,
) -> PersonalNeeds:
    """Learn from everything before ``day`` what everybody needs on it.

    Args:
        train: Need-level interactions; days from ``day`` on are not looked at.
        day: The day, counted from 1970-01-01.
        told_days: The merchant's repurchase days by need; NaN where not told, inf for durables.
        parents: Parent category of each need.
        progress: Told which step is under way.
    """
    # One BLAS thread: sums must not depend on how many there are, and small products gain nothing.
    with threadpool_limits(1, "blas"):
        model = fit_need_model(train, day, told_days=told_days, parents=parents, progress=progress)
        progress("scoring people's needs", 2, 3)
        return _scored(model, learn_satiation(train, day, told_days))


def _scored(model: NeedModel, satiation: Satiation) -> PersonalNeeds:
    histories = model.snapshot.histories
    chances = np.zeros(len(histories.users))
    weeks = np.zeros((len(histories.users), WEEKS_FITTED))
    novel_keys, novel_chances = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for scored in model.blocks(np.unique(histories.users)):
        chances[scored.pairs] = scored.chances
        weeks[scored.pairs] = scored.week_chances
        keys, kept = _likeliest(scored, histories.shape[1])
        novel_keys.append(keys)
        novel_chances.append(kept)
    is_learned = model.lessons.weeks[0] is not None
    states = judge_needs(
        histories, model.snapshot.timing, satiation, weeks[:, 0] if is_learned else None
    )
    return PersonalNeeds(
        model,
        satiation,
        states,
        chances,
        weeks,
        np.concatenate(novel_keys),
        np.concatenate(novel_chances),
    )


def _likeliest(scored: ScoredBlock, n_needs: int) -> tuple[Ints, Floats]:
    """Keep each user's likeliest new needs, as ascending keys with their chances."""
    rows, needs, chances = scored.block.novel_rows, scored.block.novel_needs, scored.novel_chances
    order = np.lexsort((needs, -chances, rows))
    sizes = np.bincount(rows, minlength=len(scored.block.users))
    place = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    kept = np.sort(order[place < NOVEL_KEPT])
    return scored.block.users[rows[kept]] * n_needs + needs[kept], chances[kept]
