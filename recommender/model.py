"""The chance that a person buys a need within the horizon, for every person and need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from quality.progress import Progress, silent
from recommender.boosting import Features
from recommender.catalogue import Catalogue
from recommender.chance import chances_of_each
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
from recommender.snapshot import Block, Snapshot, Ties, own_pairs, take_snapshot, user_blocks

ALL = slice(None)
RELEARN_DAYS = 7
"""Days for which what was learned holds, the day it was learned on being the first."""


@dataclass(frozen=True)
class NeedModel:
    """Chances on one day: its snapshot, seen through lessons."""

    snapshot: Snapshot
    """The day."""
    lessons: Lessons
    """What earlier days taught."""

    @cached_property
    def _repeats(self) -> RepeatFeatures:
        return RepeatFeatures(self.snapshot, self.lessons.hazard, self.lessons.without)

    @cached_property
    def _novelties(self) -> NovelFeatures:
        return NovelFeatures(self.snapshot, self.lessons.without)

    def between(self, first: int, last: int) -> NeedModel:
        """Keep the users ``first`` to before ``last``, coded from 0."""
        return NeedModel(self.snapshot.between(first, last), self.lessons)

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
        repeat, plain = self._within_horizon(features, pairs)
        novel = self._novelties.of(block, block.novel_rows, block.novel_needs)
        return ScoredBlock(
            block,
            pairs,
            rows,
            needs,
            repeat,
            plain,
            self._within_weeks(features, pairs),
            self.lessons.novel.of(novel)
            if self.lessons.novel
            else self.snapshot.demand.first_share[block.novel_needs],
        )

    def _within_horizon(self, features: Features, pairs: Ints) -> tuple[Floats, Floats]:
        """Return the chances of pairs with and without trees."""
        if self.lessons.repeat:
            return self.lessons.repeat.with_and_without_trees(features)
        fallback = self._by_time_alone(HORIZON_DAYS, pairs)
        return fallback, fallback

    def _within_weeks(self, features: Features, pairs: Ints) -> Floats:
        """Return the chances of pairs in the first, second … week."""
        fitted = [week for week in self.lessons.weeks if week]
        learned = chances_of_each(fitted, features)
        if len(fitted) < len(self.lessons.weeks):
            even, found = self._by_time_alone(WEEK_DAYS, pairs), iter(learned)
            learned = [next(found) if week else even for week in self.lessons.weeks]
        return np.stack(learned, axis=1)

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
class LearnedNeeds:
    """What a day learned of needs: days after it may see themselves through it."""

    day: int
    lessons: Lessons
    ties: Ties

    def holds_on(self, day: int, relearn_days: int) -> bool:
        """Say whether it is of an earlier day, and young enough."""
        return 0 < day - self.day < relearn_days


@dataclass(frozen=True)
class FittedModel:
    """The model of a day."""

    today: NeedModel
    learned: LearnedNeeds
    past: Snapshot | None
    """The latest past day that was learned from; None if an earlier day had learned."""


def fit_need_model(
    train: Interactions,
    day: int,
    catalogue: Catalogue,
    *,
    without: frozenset[str] = frozenset(),
    learned: LearnedNeeds | None = None,
    progress: Progress = silent,
) -> FittedModel:
    """Learn from the weeks before ``day``, unless an earlier day has, then look at ``day``.

    The regressions are fitted to what was known on three earlier days and what was bought in the
    ``HORIZON_DAYS`` after each; nothing from ``day`` on is looked at.

    Args:
        train: Need-level interactions.
        day: The day to score for.
        catalogue: What the merchants tell of needs and items.
        without: Groups of features that are left out.
        learned: What an earlier day learned, in the catalogue's vocabulary of needs; None to
            learn anew.
        progress: Told which step is under way.
    """
    if learned is not None:
        snapshot = take_snapshot(train, day, catalogue, learned.ties)
        return FittedModel(NeedModel(snapshot, learned.lessons), learned, None)
    past = past_days(train, day, catalogue, PAST_DAYS, progress=progress)
    lessons = learn(train.before(day), past, without)
    progress("describing people and needs", len(PAST_DAYS), len(PAST_DAYS) + 2)
    today = NeedModel(take_snapshot(train, day, catalogue), lessons)
    return FittedModel(today, LearnedNeeds(day, lessons, today.snapshot.ties), past[0])


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
