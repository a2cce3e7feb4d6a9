"""What the past weeks teach: the weights by which features become chances."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from recommender.chance import Chance, Features, fit_chance
from recommender.features import NovelFeatures, RepeatFeatures
from recommender.hazard import HazardTable, fit_hazard
from recommender.histories import bought_within
from recommender.interactions import Floats, Interactions, Ints
from recommender.snapshot import Block, Snapshot, own_pairs, user_blocks

HORIZON_DAYS = 28
WEEKS_FITTED = 4
"""Weeks after the day whose chances are fitted one by one; later ones are like the last."""
MAX_FIT_USERS = 1500
"""Users whose past the regressions are fitted to."""


@dataclass(frozen=True)
class Lessons:
    """What earlier days taught; None where they held too little to learn from."""

    hazard: HazardTable
    repeat: Chance | None
    """Of own needs: bought within the horizon."""
    novel: Chance | None
    """Of never-bought needs: the same."""
    weeks: tuple[Chance | None, ...]
    """Of own needs: bought in the first, second … week after the day."""


@dataclass(frozen=True)
class _Sample:
    """Described (user, need)s of a past day."""

    users: Ints
    needs: Ints
    features: Features


def learn(train: Interactions, past: Snapshot) -> Lessons:
    """Fit chances to what was known on a past day and what was bought in the horizon after it.

    Args:
        train: Need-level interactions that reach ``HORIZON_DAYS`` beyond the past day.
        past: The state of the shop on that day.
    """
    histories = past.histories

    def outcomes(users: Ints, needs: Ints, first: int, last: int) -> Floats:
        return bought_within(train, histories.day + first, histories.day + last, users, needs)

    bought = outcomes(histories.users, histories.needs, 0, HORIZON_DAYS)
    hazard = fit_hazard(histories.elapsed, past.timing.expected, bought, HORIZON_DAYS)
    repeats, novelties = RepeatFeatures(past, hazard), NovelFeatures(past)
    known = np.unique(histories.users)
    chosen = known[:: max(-(-len(known) // MAX_FIT_USERS), 1)]
    if not len(chosen):
        return Lessons(hazard, None, None, (None,) * WEEKS_FITTED)
    own, new = _sample(past, chosen, repeats, novelties)

    def fit(sample: _Sample, first: int, last: int, crossed: tuple[int, ...]) -> Chance | None:
        target = outcomes(sample.users, sample.needs, first, last)
        return fit_chance(sample.features, target, crossed)

    return Lessons(
        hazard=hazard,
        repeat=fit(own, 0, HORIZON_DAYS, repeats.crossed),
        novel=fit(new, 0, HORIZON_DAYS, novelties.crossed),
        weeks=tuple(
            fit(own, 7 * week, 7 * week + 7, repeats.crossed if week == 0 else ())
            for week in range(WEEKS_FITTED)
        ),
    )


def _sample(
    past: Snapshot, users: Ints, repeats: RepeatFeatures, novelties: NovelFeatures
) -> tuple[_Sample, _Sample]:
    """Describe what the users bought before the past day, and what they might have taken up."""
    own, new = [], []
    for block in user_blocks(past, users):
        pairs, rows, needs = own_pairs(past, block)
        own.append(_Sample(block.users[rows], needs, repeats.of(block, pairs, rows, needs)))
        new.append(_novel(block, novelties))
    return _joined(own), _joined(new)


def _novel(block: Block, novelties: NovelFeatures) -> _Sample:
    rows, needs = block.novel_rows, block.novel_needs
    return _Sample(block.users[rows], needs, novelties.of(block, rows, needs))


def _joined(samples: Iterable[_Sample]) -> _Sample:
    parts = list(samples)
    return _Sample(
        np.concatenate([part.users for part in parts]),
        np.concatenate([part.needs for part in parts]),
        np.concatenate([part.features for part in parts]),
    )
