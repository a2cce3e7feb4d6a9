"""The features by which chances are learned: own habits, the crowd's voice, the need's demand."""

from __future__ import annotations

import numpy as np

from recommender.chance import Features
from recommender.crowd import Opinions
from recommender.habits import habit_features, user_features
from recommender.hazard import HazardTable
from recommender.interactions import Ints
from recommender.snapshot import Block, Snapshot

_SMALL = 1e-3

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
            "first_share": np.log(demand.first_share + _SMALL),
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
