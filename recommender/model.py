"""The chance that a person buys a need within the horizon, for every person and need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from quality.progress import Progress, silent
from recommender.catalogue import Catalogue
from recommender.features import NovelFeatures, RepeatFeatures
from recommender.interactions import Floats, Interactions, Ints
from recommender.lessons import (
    HORIZON_DAYS,
    MAX_TIMED_USERS,
    PAST_DAYS,
    WEEK_DAYS,
    Lessons,
    learn,
)
from recommender.snapshot import Block, Snapshot, own_pairs, take_snapshot, user_blocks

ALL = slice(None)


class NeedModel:
    """Chances on one day: its snapshot, seen through lessons.

    Args:
        snapshot: The day.
        lessons: What earlier days taught.
    """

    def __init__(self, snapshot: Snapshot, lessons: Lessons) -> None:
        self.snapshot, self.lessons = snapshot, lessons
        self._repeats = RepeatFeatures(snapshot, lessons.hazard, lessons.without)
        self._novelties = NovelFeatures(snapshot, lessons.without)

    def blocks(self, users: Ints) -> Iterator[ScoredBlock]:
        """Yield users in blocks with the chances of what they bought and might take up."""
        for block in user_blocks(self.snapshot, users):
            yield self._score(block)

    def week_chances(self) -> Floats:
        """Return the chance of every pair in the first week, shape (n_pairs,)."""
        histories, first = self.snapshot.histories, self.lessons.weeks[0]
        chances = self._by_time_alone(WEEK_DAYS)
        if first is None:
            return chances
        for block in user_blocks(self.snapshot, histories.known_users):
            pairs, rows, needs = own_pairs(self.snapshot, block)
            chances[pairs] = first.of(self._repeats.of(block, pairs, rows, needs))
        return chances

    def _score(self, block: Block) -> ScoredBlock:
        pairs, rows, needs = own_pairs(self.snapshot, block)
        features = self._repeats.of(block, pairs, rows, needs)
        fallback = self._by_time_alone(HORIZON_DAYS, pairs)
        even = self._by_time_alone(WEEK_DAYS, pairs)
        repeat, weeks = self.lessons.repeat, self.lessons.weeks
        novel = self._novelties.of(block, block.novel_rows, block.novel_needs)
        return ScoredBlock(
            block,
            pairs,
            rows,
            needs,
            repeat.of(features) if repeat else fallback,
            repeat.plain(features) if repeat else fallback,
            np.stack([week.of(features) if week else even for week in weeks], axis=1),
            self.lessons.novel.of(novel)
            if self.lessons.novel
            else self.snapshot.demand.first_share[block.novel_needs],
        )

    def _by_time_alone(self, days: int, pairs: Ints | slice = ALL) -> Floats:
        elapsed, gaps = self.snapshot.histories.elapsed, self.snapshot.timing.expected
        return self.lessons.hazard.even_chances(elapsed[pairs], gaps[pairs], days)


@dataclass(frozen=True)
class ScoredBlock:
    """Some users' chances."""

    block: Block
    pairs: Ints
    """Index of each own pair among the snapshot's; shape (n_own,), as are the next three."""
    rows: Ints
    needs: Ints
    chances: Floats
    plain_chances: Floats
    """The same without trees, which flatter the days they were grown on; shape (n_own,)."""
    week_chances: Floats
    """Shape (n_own, WEEKS_FITTED)."""
    novel_chances: Floats
    """Shape (n_candidates,), beside ``block.novel_rows`` and ``block.novel_needs``."""


@dataclass(frozen=True)
class FittedModel:
    """The model of a day, and the latest past day that it learned from."""

    today: NeedModel
    past: Snapshot


def fit_need_model(
    train: Interactions,
    day: int,
    catalogue: Catalogue,
    *,
    without: frozenset[str] = frozenset(),
    progress: Progress = silent,
) -> FittedModel:
    """Learn from the weeks before ``day``, then look at ``day``.

    The regressions are fitted to what was known on three earlier days and what was bought in the
    ``HORIZON_DAYS`` after each; nothing from ``day`` on is looked at.

    Args:
        train: Need-level interactions.
        day: The day to score for.
        catalogue: What the merchants tell of needs and items.
        without: Groups of features that are left out.
        progress: Told which step is under way.
    """
    past = past_days(train, day, catalogue, PAST_DAYS, progress=progress)
    lessons = learn(train.before(day), past, without)
    progress("describing people and needs", len(PAST_DAYS), len(PAST_DAYS) + 2)
    return FittedModel(NeedModel(take_snapshot(train, day, catalogue), lessons), past[0])


def past_days(
    train: Interactions,
    day: int,
    catalogue: Catalogue,
    ages: Sequence[int],
    *,
    progress: Progress = silent,
) -> list[Snapshot]:
    """Look at the days to learn from, so many days ago, the latest first.

    Days before anything was bought are left out, but for the latest. Of the earlier days only as
    many people are kept as are ever learned from, so that memory holds one whole day.
    """
    first = int(train.days.min(initial=day))
    past = []
    for number, age in enumerate(ages):
        if number == 0 or day - age > first:
            progress("learning from the past weeks", number, len(ages) + 2)
            snapshot = take_snapshot(train, day - age, catalogue)
            past.append(snapshot.of_users(snapshot.sample(MAX_TIMED_USERS)) if number else snapshot)
    return past
