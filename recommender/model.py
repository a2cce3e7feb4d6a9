"""The chance that a person buys a need within the horizon, for every person and need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from quality.progress import Progress, silent
from recommender.features import NovelFeatures, RepeatFeatures
from recommender.interactions import Floats, Interactions, Ints
from recommender.lessons import HORIZON_DAYS, Lessons, learn
from recommender.snapshot import Block, Snapshot, own_pairs, take_snapshot, user_blocks


@dataclass(frozen=True)
class NeedModel:
    """Chances on one day."""

    snapshot: Snapshot
    lessons: Lessons
    repeat_features: RepeatFeatures
    novel_features: NovelFeatures

    def blocks(self, users: Ints) -> Iterator[ScoredBlock]:
        """Yield users in blocks with the chances of what they bought and might take up."""
        for block in user_blocks(self.snapshot, users):
            yield self._score(block)

    def _score(self, block: Block) -> ScoredBlock:
        pairs, rows, needs = own_pairs(self.snapshot, block)
        features = self.repeat_features.of(block, pairs, rows, needs)
        histories, timing = self.snapshot.histories, self.snapshot.timing
        fallback = self.lessons.hazard.chances(histories.elapsed[pairs], timing.expected[pairs])
        repeat, weeks = self.lessons.repeat, self.lessons.weeks
        even = 1 - (1 - fallback) ** (7 / HORIZON_DAYS)
        novel = self.novel_features.of(block, block.novel_rows, block.novel_needs)
        return ScoredBlock(
            block,
            pairs,
            rows,
            needs,
            repeat.of(features) if repeat else fallback,
            np.stack([week.of(features) if week else even for week in weeks], axis=1),
            self.lessons.novel.of(novel)
            if self.lessons.novel
            else self.snapshot.demand.first_share[block.novel_needs],
        )


@dataclass(frozen=True)
class ScoredBlock:
    """Some users' chances."""

    block: Block
    pairs: Ints
    """Index of each own pair among the snapshot's; shape (n_own,), as are the next three."""
    rows: Ints
    needs: Ints
    chances: Floats
    week_chances: Floats
    """Shape (n_own, WEEKS_FITTED)."""
    novel_chances: Floats
    """Shape (n_candidates,), beside ``block.novel_rows`` and ``block.novel_needs``."""


def fit_need_model(
    train: Interactions,
    day: int,
    *,
    told_days: Floats,
    parents: Ints,
    progress: Progress = silent,
) -> NeedModel:
    """Learn from the horizon before ``day``, then look at ``day``.

    The regressions are fitted to what was known ``HORIZON_DAYS`` earlier and what was bought
    since; nothing from ``day`` on is looked at.

    Args:
        train: Need-level interactions.
        day: The day to score for.
        told_days: The merchant's repurchase days by need; NaN where not told.
        parents: Parent category of each need.
        progress: Told which step is under way.
    """
    progress("learning from the past weeks", 0, 3)
    past = take_snapshot(train, day - HORIZON_DAYS, told_days, parents)
    lessons = learn(train, past)
    progress("describing people and needs", 1, 3)
    now = take_snapshot(train, day, told_days, parents)
    return NeedModel(now, lessons, RepeatFeatures(now, lessons.hazard), NovelFeatures(now))
