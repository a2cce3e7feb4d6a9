"""Everybody's chances, a shard of people at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from quality.spreading import Spread, in_turn, slices
from recommender.interactions import Floats, Ints
from recommender.lessons import WEEKS_FITTED
from recommender.model import NeedModel, ScoredBlock
from recommender.snapshot import BLOCK_USERS, UserShard

NOVEL_KEPT = 60
"""Likeliest never-bought needs kept for each user."""


@dataclass(frozen=True)
class Scores:
    """Chances of some users; pairs in the order of the histories."""

    chances: Floats
    """Chance of each pair within the horizon, shape (n_pairs,)."""
    plain_chances: Floats
    """The same without trees."""
    week_chances: Floats
    """Shape (n_pairs, WEEKS_FITTED)."""
    novel_keys: Ints
    """user × number of needs + need, ascending, of never-bought needs worth considering."""
    novel_chances: Floats


def score_people(model: NeedModel, spread: Spread = in_turn) -> Scores:
    """Score what everybody bought before and might take up.

    Args:
        model: The day.
        spread: Where shards of people are scored; they are cut between the blocks of
            ``BLOCK_USERS`` people, so that the same numbers come of any number of shards.
    """
    shared = NeedModel(model.snapshot.with_people_of(model.snapshot.shard(0, 0)), model.lessons)
    return _joined(list(spread(_score_shard, shared, _shards(model, spread.shards))))


def _shards(model: NeedModel, count: int) -> Iterator[UserShard]:
    known = model.snapshot.histories.known_users
    for cut in slices(len(known), count, BLOCK_USERS):
        yield model.snapshot.shard(int(known[cut.start]), int(known[cut.stop - 1]) + 1)


def _score_shard(shared: NeedModel, shard: UserShard) -> Scores:
    """Score the people of a shard; ``shared`` knows nobody, but all that is the same for all."""
    model = NeedModel(shared.snapshot.with_people_of(shard), shared.lessons)
    histories = model.snapshot.histories
    chances, plain = np.zeros((2, len(histories.users)))
    weeks = np.zeros((len(histories.users), WEEKS_FITTED))
    novel_keys, novel_chances = [], []
    # One BLAS thread: sums must not depend on how many there are.
    with threadpool_limits(1, "blas"):
        for scored in model.blocks(histories.known_users):
            chances[scored.pairs] = scored.chances
            plain[scored.pairs] = scored.plain_chances
            weeks[scored.pairs] = scored.week_chances
            keys, kept = _likeliest(scored, histories.shape[1])
            novel_keys.append(keys + shard.first * histories.shape[1])
            novel_chances.append(kept)
    return Scores(chances, plain, weeks, np.concatenate(novel_keys), np.concatenate(novel_chances))


def _joined(shards: list[Scores]) -> Scores:
    none = np.zeros(0)
    return Scores(
        np.concatenate([none, *(one.chances for one in shards)]),
        np.concatenate([none, *(one.plain_chances for one in shards)]),
        np.concatenate([np.zeros((0, WEEKS_FITTED)), *(one.week_chances for one in shards)]),
        np.concatenate([none.astype(np.int64), *(one.novel_keys for one in shards)]),
        np.concatenate([none, *(one.novel_chances for one in shards)]),
    )


def _likeliest(scored: ScoredBlock, n_needs: int) -> tuple[Ints, Floats]:
    """Keep each user's likeliest new needs, as ascending keys with their chances."""
    rows, needs, chances = scored.block.novel_rows, scored.block.novel_needs, scored.novel_chances
    order = np.lexsort((needs, -chances, rows))
    sizes = np.bincount(rows, minlength=len(scored.block.users))
    place = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    kept = np.sort(order[place < NOVEL_KEPT])
    return scored.block.users[rows[kept]] * n_needs + needs[kept], chances[kept]
