"""Past days described as if they were today, and what became of them: what is learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender.boosting import Features
from recommender.chance import Design
from recommender.features import NovelFeatures, RepeatFeatures
from recommender.hazard import HazardTable
from recommender.histories import bought_within
from recommender.interactions import Floats, Interactions, Ints
from recommender.snapshot import Snapshot, own_pairs, user_blocks


@dataclass(frozen=True)
class Sample:
    """Described (user, need)s of past days; shape (n_rows,)."""

    days: Ints
    users: Ints
    needs: Ints
    features: Features
    design: Design

    def outcomes(self, train: Interactions, first: int, last: int) -> Floats:
        """Say of each row whether it was bought from ``first`` to before ``last`` days later."""
        bought = np.zeros(len(self.days))
        for day in np.unique(self.days):
            rows = self.days == day
            start, end = int(day) + first, int(day) + last
            bought[rows] = bought_within(train, start, end, self.users[rows], self.needs[rows])
        return bought

    def where(self, mask: np.ndarray) -> Sample:
        """Return some of the rows."""
        return Sample(
            self.days[mask], self.users[mask], self.needs[mask], self.features[mask], self.design
        )


def describe(
    past: Sequence[Snapshot], hazard: HazardTable, without: frozenset[str], *, max_users: int
) -> tuple[Sample, Sample]:
    """Describe what users had bought before each past day, and what they might take up.

    What leads to a first purchase changes little within weeks, and looking for it is the dearest
    part of a day: only the latest day's candidates are described.

    Args:
        past: The days, the latest first; at least one.
        hazard: Chances by elapsed time alone.
        without: Groups of features that are left out.
        max_users: Users described of each day.

    Returns:
        Own needs of all days and never-bought candidates of the latest.
    """
    own = describe_own(past, hazard, without, max_users=max_users)
    return own, _new(past[0], without, max_users)


def describe_own(
    past: Sequence[Snapshot], hazard: HazardTable, without: frozenset[str], *, max_users: int
) -> Sample:
    """Describe only what users had bought before each past day, as ``describe`` does."""
    return _joined([_own(snapshot, hazard, without, max_users) for snapshot in past])


def _new(past: Snapshot, without: frozenset[str], max_users: int) -> Sample:
    novelties = NovelFeatures(past, without)
    parts = [_nothing(novelties)]
    for block in user_blocks(past, past.sample(max_users)):
        rows, needs = block.novel_rows, block.novel_needs
        features = novelties.of(block, rows, needs)
        parts.append(_sample(past, block.users[rows], needs, features, novelties.design))
    return _joined(parts)


def _own(past: Snapshot, hazard: HazardTable, without: frozenset[str], max_users: int) -> Sample:
    users = past.sample(max_users)
    sampled = past.of_users(users)
    repeats = RepeatFeatures(sampled, hazard, without)
    parts = [_nothing(repeats)]
    for block in user_blocks(sampled, users):
        pairs, rows, needs = own_pairs(sampled, block)
        features = repeats.of(block, pairs, rows, needs)
        parts.append(_sample(past, block.users[rows], needs, features, repeats.design))
    return _joined(parts)


def _sample(past: Snapshot, users: Ints, needs: Ints, features: Features, design: Design) -> Sample:
    return Sample(np.full(len(users), past.histories.day), users, needs, features, design)


def _nothing(described: RepeatFeatures | NovelFeatures) -> Sample:
    none = np.zeros(0, dtype=np.int64)
    features = np.zeros((0, len(described.names)), dtype=np.float32)
    return Sample(none, none, none, features, described.design)


def _joined(samples: Sequence[Sample]) -> Sample:
    return Sample(
        np.concatenate([sample.days for sample in samples]),
        np.concatenate([sample.users for sample in samples]),
        np.concatenate([sample.needs for sample in samples]),
        np.concatenate([sample.features for sample in samples]),
        samples[0].design,
    )
