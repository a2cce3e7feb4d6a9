"""Everything known on one day, ready to describe any (user, need) by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recommender.chance import Features
from recommender.complements import Hints, find_complements, hints_today
from recommender.crowd import Crowd, Opinions, gather_crowd, hear
from recommender.habits import Demand, habit_features, measure_demand, user_features
from recommender.hazard import HazardTable
from recommender.histories import Histories, gather
from recommender.interactions import Floats, Interactions, Ints
from recommender.timing import Timing, estimate_timing

BLOCK_USERS = 256
"""Users described at a time, so that memory does not grow with their number."""
CANDIDATES = 100
"""Never-bought needs considered for each user by taste, and as many by like-minded people."""
POPULAR_CANDIDATES = 50

_SMALL = 1e-3


@dataclass(frozen=True)
class Snapshot:
    """The state of the shop at the start of a day."""

    histories: Histories
    timing: Timing
    demand: Demand
    crowd: Crowd
    hints: Hints


@dataclass(frozen=True)
class Block:
    """Some users' opinions, their pairs, and what they might take up."""

    users: Ints
    """Ascending codes."""
    opinions: Opinions
    pairs: slice
    """Their rows among the snapshot's pairs."""
    novel_rows: Ints
    """Row of ``users`` of each never-bought candidate, ascending; shape (n_candidates,)."""
    novel_needs: Ints


def take_snapshot(train: Interactions, day: int, told_days: Floats, parents: Ints) -> Snapshot:
    """Gather what is known at the start of ``day``.

    Args:
        train: Need-level interactions; days from ``day`` on are not looked at.
        day: The day.
        told_days: The merchant's repurchase days by need; NaN where not told.
        parents: Parent category of each need.
    """
    histories = gather(train, day)
    return Snapshot(
        histories,
        estimate_timing(histories, told_days),
        measure_demand(histories),
        gather_crowd(histories),
        hints_today(find_complements(histories, parents), histories),
    )


def user_blocks(snapshot: Snapshot, users: Ints) -> Iterator[Block]:
    """Yield blocks of the given users, ascending codes without doubles."""
    bounds = snapshot.histories.users
    for start in range(0, len(users), BLOCK_USERS):
        chosen = users[start : start + BLOCK_USERS]
        opinions = hear(snapshot.crowd, chosen)
        first, last = np.searchsorted(bounds, [chosen[0], chosen[-1] + 1])
        rows, needs = _candidates(snapshot, chosen, opinions)
        yield Block(chosen, opinions, slice(int(first), int(last)), rows, needs)


def own_pairs(snapshot: Snapshot, block: Block) -> tuple[Ints, Ints, Ints]:
    """Return pair index, row of the block and need of what its users bought before."""
    pairs = np.arange(block.pairs.start, block.pairs.stop)
    pairs = pairs[np.isin(snapshot.histories.users[pairs], block.users)]
    rows = np.searchsorted(block.users, snapshot.histories.users[pairs])
    return pairs, rows, snapshot.histories.needs[pairs]


REPEAT_CROSSED = (
    "often_20",
    "share_90",
    "often_inf",
    "elapsed",
    "gap",
    "periods",
    "buyers",
    "peers",
    "repeat_odds",
)
"""Features of own needs whose products count too."""
NOVEL_CROSSED = ("taste", "peers", "peer_share", "kin", "buyers", "first_share", "trips_90")
"""Features of never-bought needs whose products count too."""


class RepeatFeatures:
    """Features of the needs people bought before: their own habits, and the crowd's voice."""

    def __init__(self, snapshot: Snapshot, hazard: HazardTable) -> None:
        self._names, self._habits = habit_features(
            snapshot.histories, snapshot.timing, snapshot.demand, hazard
        )
        self.names = (*self._names, "peers", "peer_share", "kin", "taste")
        self.crossed = tuple(self.names.index(name) for name in REPEAT_CROSSED)

    def of(self, block: Block, pairs: Ints, rows: Ints, needs: Ints) -> Features:
        """Describe pairs of a block, shape (n_pairs, n_features)."""
        return np.hstack([self._habits[pairs], _voices(block.opinions, rows, needs)])


class NovelFeatures:
    """Features of the needs a person never bought."""

    def __init__(self, snapshot: Snapshot) -> None:
        demand = snapshot.demand
        needs = {
            "buyers": np.log1p(demand.buyers),
            "ever_buyers": np.log1p(demand.ever_buyers),
            "first_share": demand.first_share,
            "trend": demand.trend,
            "hurry": demand.hurry,
            "need_repeat_odds": demand.repeat_odds,
        }
        users = user_features(snapshot.histories)
        self._needs = np.stack(list(needs.values()), axis=1).astype(np.float32)
        self._users = np.stack(list(users.values()), axis=1).astype(np.float32)
        self._hints, self._width = snapshot.hints, snapshot.histories.shape[1]
        self.names = ("peers", "peer_share", "kin", "taste", *needs, *users, "complement")
        self.crossed = tuple(self.names.index(name) for name in NOVEL_CROSSED)

    def of(self, block: Block, rows: Ints, needs: Ints) -> Features:
        """Describe (user, need) of a block, shape (n_rows, n_features)."""
        users = block.users[rows]
        lifts, _ = self._hints.lookup(users * self._width + needs)
        voices = _voices(block.opinions, rows, needs)
        rule = np.log(lifts)[:, None].astype(np.float32)
        return np.hstack([voices, self._needs[needs], self._users[users], rule])


def _voices(opinions: Opinions, rows: Ints, needs: Ints) -> Features:
    return np.stack(
        [
            np.log(opinions.peers[rows, needs] + np.float32(_SMALL)),
            np.sqrt(opinions.peer_share[rows, needs]),
            np.log(opinions.kin[rows, needs] + np.float32(_SMALL)),
            opinions.taste[rows, needs],
        ],
        axis=1,
    )


def _candidates(snapshot: Snapshot, users: Ints, opinions: Opinions) -> tuple[Ints, Ints]:
    """Choose never-bought needs by taste, by like-minded people, by demand and by rule."""
    shape = opinions.taste.shape
    known = snapshot.crowd.shares[users].tocoo()
    chosen = np.zeros(shape, dtype=bool)
    for scores in (opinions.taste, opinions.peers):
        unknown = scores.copy()
        unknown[known.row, known.col] = -np.inf
        _mark_best(chosen, unknown, CANDIDATES)
    buyers = snapshot.demand.buyers
    chosen[:, np.argsort(-buyers, kind="stable")[:POPULAR_CANDIDATES]] = True
    keys = snapshot.hints.keys
    first = np.searchsorted(keys, users * shape[1])
    last = np.searchsorted(keys, (users + 1) * shape[1])
    for row, span in enumerate(zip(first, last, strict=True)):
        chosen[row, keys[slice(*span)] % shape[1]] = True
    chosen[known.row, known.col] = False
    chosen &= (snapshot.demand.ever_buyers > 0)[None, :]
    rows, needs = np.nonzero(chosen)
    return rows, needs


def _mark_best(chosen: np.ndarray, scores: np.ndarray, count: int) -> None:
    if scores.shape[1] <= count:
        chosen[:] = True
        return
    best = np.argpartition(-scores, count, axis=1)[:, :count]
    np.put_along_axis(chosen, best, values=True, axis=1)
