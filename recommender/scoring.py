"""Everybody's chances and need states, a shard of people at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from quality.spreading import Spread, in_turn, slices
from recommender.interactions import Bools, Floats, Ints
from recommender.lessons import HORIZON_DAYS, WEEK_DAYS, WEEKS_FITTED
from recommender.model import NeedModel, ScoredBlock
from recommender.satiation import Satiation
from recommender.snapshot import BLOCK_USERS
from recommender.states import NeedStates, judge_needs

NOVEL_KEPT = 60
"""Likeliest never-bought needs kept for each user."""


@dataclass(frozen=True)
class Judge:
    """What need states are judged by, whosesoever they are."""

    satiation: Satiation
    """Which needs a purchase satisfies."""
    return_shares: Floats
    """Of everybody, shape (n_needs,)."""
    annoyance_weight: float
    """Hits that one annoying slot outweighs, λ ≥ 0."""

    def states(self, model: NeedModel, chances: Floats, first_week: Floats) -> NeedStates:
        """Place every pair of a model's people.

        Args:
            model: The people.
            chances: Chance of each pair within the horizon, shape (n_pairs,).
            first_week: The same within the first week.
        """
        histories, timing = model.snapshot.histories, model.snapshot.timing
        is_likely = self._are_likely(model, chances, first_week)
        return judge_needs(histories, timing, self.satiation, self.return_shares, is_likely)

    def _are_likely(self, model: NeedModel, chances: Floats, first_week: Floats) -> Bools:
        """Say which pairs are likely enough to be shown although the last purchase still satisfies.

        By the utility that is a chance of λ / (1 + λ) within the horizon. It must come soon, too:
        the first week's chance must be that of an even rate, for what is only due later in the
        month was just bought. Where nothing could be learned, no pair is.
        """
        if model.lessons.repeat is None:
            return np.zeros(len(chances), dtype=bool)
        refused = 1 / (1 + self.annoyance_weight)
        soon = 1 - refused ** (WEEK_DAYS / HORIZON_DAYS)
        return np.asarray((chances >= 1 - refused) & (first_week >= soon))


@dataclass(frozen=True)
class Scores:
    """Chances and states of some users; pairs in the order of the histories."""

    chances: Floats
    """Chance of each pair within the horizon, shape (n_pairs,)."""
    plain_chances: Floats
    """The same without trees."""
    week_chances: Floats
    """Shape (n_pairs, WEEKS_FITTED)."""
    states: NeedStates
    novel_keys: Ints
    """user × number of needs + need, ascending, of never-bought needs worth considering."""
    novel_chances: Floats


@dataclass(frozen=True)
class _Shared:
    model: NeedModel
    """Nobody's, with all that is the same for all."""
    judge: Judge


@dataclass(frozen=True)
class _Shard:
    first: int
    """The first user's code among everybody."""
    model: NeedModel


def score_people(model: NeedModel, judge: Judge, spread: Spread = in_turn) -> Scores:
    """Score what everybody bought before and might take up, and judge where they stand with it.

    Args:
        model: The day.
        judge: What states are judged by.
        spread: Where shards of people are scored; they are cut between the blocks of
            ``BLOCK_USERS`` people, so that the same numbers come of any number of shards.
    """
    shared = _Shared(model.between(0, 0), judge)
    nobody = _score_shard(shared, _Shard(0, shared.model))
    return _joined([nobody, *spread(_score_shard, shared, _shards(model, spread.shards))])


def _shards(model: NeedModel, count: int) -> Iterator[_Shard]:
    known = model.snapshot.histories.known_users
    for cut in slices(len(known), count, BLOCK_USERS):
        first, last = int(known[cut.start]), int(known[cut.stop - 1]) + 1
        yield _Shard(first, model.between(first, last))


def _score_shard(shared: _Shared, shard: _Shard) -> Scores:
    model, histories = shard.model, shard.model.snapshot.histories
    chances, plain = np.zeros((2, len(histories.users)))
    weeks = np.zeros((len(histories.users), WEEKS_FITTED))
    novel_keys, novel_chances = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    # One BLAS thread: sums must not depend on how many there are.
    with threadpool_limits(1, "blas"):
        for scored in model.blocks(histories.known_users):
            chances[scored.pairs] = scored.chances
            plain[scored.pairs] = scored.plain_chances
            weeks[scored.pairs] = scored.week_chances
            keys, kept = _likeliest(scored, histories.shape[1])
            novel_keys.append(keys + shard.first * histories.shape[1])
            novel_chances.append(kept)
    states = shared.judge.states(model, chances, weeks[:, 0])
    return Scores(
        chances, plain, weeks, states, np.concatenate(novel_keys), np.concatenate(novel_chances)
    )


def _joined(shards: list[Scores]) -> Scores:
    return Scores(
        np.concatenate([one.chances for one in shards]),
        np.concatenate([one.plain_chances for one in shards]),
        np.concatenate([one.week_chances for one in shards]),
        NeedStates.joined([one.states for one in shards]),
        np.concatenate([one.novel_keys for one in shards]),
        np.concatenate([one.novel_chances for one in shards]),
    )


def _likeliest(scored: ScoredBlock, n_needs: int) -> tuple[Ints, Floats]:
    """Keep each user's likeliest new needs, as ascending keys with their chances."""
    rows, needs, chances = scored.block.novel_rows, scored.block.novel_needs, scored.novel_chances
    order = np.lexsort((needs, -chances, rows))
    sizes = np.bincount(rows, minlength=len(scored.block.users))
    place = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    kept = np.sort(order[place < NOVEL_KEPT])
    return scored.block.users[rows[kept]] * n_needs + needs[kept], chances[kept]
