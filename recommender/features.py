"""The features by which chances are learned, in the groups that an ablation can leave out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recommender.boosting import Features
from recommender.chance import Design
from recommender.complements import Hints
from recommender.crowd import Opinions
from recommender.habits import customers, habits, relatives, user_features
from recommender.hazard import HazardTable
from recommender.interactions import Floats, Ints
from recommender.rhythm import rhythm, rhythm_details
from recommender.snapshot import Block, Snapshot
from recommender.stacking import stacked

GROUPS = ("timing", "collaborative", "complements", "brand", "price")
"""What an ablation can leave out; how often people and the shop buy always stays."""

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

_VOICES = ("peers", "peer_share", "kin", "taste")
_SMALL = 1e-3


@dataclass(frozen=True)
class _Columns:
    """Features of pairs, needs or users in a fixed order."""

    names: tuple[str, ...]
    values: Features
    """Shape (n_rows, n_names)."""

    @classmethod
    def of(cls, columns: Mapping[str, Floats | Features], n_rows: int) -> _Columns:
        return cls(tuple(columns), stacked(columns, n_rows))


class RepeatFeatures:
    """Features of the needs people bought before: own habits, the crowd's voice, prices.

    Args:
        snapshot: The day.
        hazard: Chances by elapsed time alone.
        without: Groups, of ``GROUPS``, that are left out.
    """

    def __init__(
        self, snapshot: Snapshot, hazard: HazardTable, without: frozenset[str] = frozenset()
    ) -> None:
        histories, timing = snapshot.histories, snapshot.timing
        columns = _short(habits(histories, snapshot.demand))
        details = _short(customers(histories)) | _short(relatives(histories, snapshot.parents))
        if "timing" not in without:
            columns |= _short(rhythm(histories, timing, hazard))
            details |= _short(rhythm_details(histories, timing))
        if "brand" not in without:
            columns |= _short(snapshot.loyalty)
        if "price" not in without:
            columns |= _short(snapshot.deals)
        self._pairs = _Columns.of(columns | details, len(histories.users))
        self._voices = () if "collaborative" in without else _VOICES
        self.names = (*self._pairs.names, *self._voices)
        linear = tuple(name for name in self.names if name not in details)
        self.design = _design(self.names, linear, REPEAT_CROSSED)

    def of(self, block: Block, pairs: Ints, rows: Ints, needs: Ints) -> Features:
        """Describe pairs of a block, shape (n_pairs, n_features)."""
        own = self._pairs.values[pairs]
        return np.hstack([own, _voices(block.opinions, rows, needs)]) if self._voices else own


class NovelFeatures:
    """Features of the needs a person never bought.

    Args:
        snapshot: The day.
        without: Groups, of ``GROUPS``, that are left out.
    """

    def __init__(self, snapshot: Snapshot, without: frozenset[str] = frozenset()) -> None:
        demand, n_needs = snapshot.demand, snapshot.histories.shape[1]
        needs = {
            "buyers": np.log1p(demand.buyers),
            "ever_buyers": np.log1p(demand.ever_buyers),
            "first_share": np.log(demand.first_share + _SMALL),
            "trend": demand.trend,
            "hurry": demand.hurry,
            "need_repeat_odds": demand.repeat_odds,
        }
        users = user_features(snapshot.histories)
        self._needs = _Columns.of(needs, n_needs)
        self._users = _Columns.of(users, snapshot.histories.shape[0])
        self._hints, self._width = snapshot.hints, n_needs
        self._voices = () if "collaborative" in without else _VOICES
        self._rules = () if "complements" in without else Hints.NAMES
        self.names = (*self._voices, *needs, *users, *self._rules)
        self.design = _design(self.names, self.names, NOVEL_CROSSED)

    def of(self, block: Block, rows: Ints, needs: Ints) -> Features:
        """Describe (user, need) of a block, shape (n_rows, n_features)."""
        users = block.users[rows]
        parts = [self._needs.values[needs], self._users.values[users]]
        if self._voices:
            parts.insert(0, _voices(block.opinions, rows, needs))
        if self._rules:
            rules = self._hints.features(users * self._width + needs)
            parts.append(np.nan_to_num(rules).astype(np.float32))
        return np.hstack(parts)


def _short(columns: Mapping[str, Floats]) -> dict[str, Features]:
    """Halve the memory of columns at once, since all of them are held together."""
    return {name: values.astype(np.float32) for name, values in columns.items()}


def _design(names: tuple[str, ...], linear: tuple[str, ...], crossed: tuple[str, ...]) -> Design:
    return Design(
        tuple(names.index(name) for name in linear),
        tuple(names.index(name) for name in crossed if name in names),
    )


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
