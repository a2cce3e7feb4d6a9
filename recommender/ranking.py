"""One utility for old needs, new needs and popular ones, and the best of them in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from recommender.interactions import Bools, Floats, Ints
from recommender.lookup import rows_of
from recommender.needs import PersonalNeeds
from recommender.popularity import Popularity

Part = Literal["own", "novel", "popular"]

BLOCK_USERS = 512


@dataclass(frozen=True)
class Ranked:
    """Lists of needs, both of shape (n_users, k)."""

    needs: Ints
    """-1 where a list has nothing more."""
    utilities: Floats


def rank_needs(
    personal: PersonalNeeds,
    popularity: Popularity,
    users: Ints,
    k: int,
    *,
    withheld: Ints,
    showable: Bools | None = None,
    parts: tuple[Part, ...] = ("own", "novel", "popular"),
) -> Ranked:
    """Return each user's best ``k`` needs.

    Utility is the chance of buying within the horizon, less what may annoy
    (``PersonalNeeds.utilities``). Needs of which nothing personal is known
    come after all others, by their share of recent buyers less 1, and fill what is free.

    Args:
        personal: Chances of own and of new needs.
        popularity: What fills the rest.
        users: Whose lists; any order.
        k: Length of a list.
        withheld: Sorted keys user × number of needs + need that are not shown.
        showable: Which needs can be shown to anybody, shape (n_needs,); None for all.
        parts: Where needs may come from.
    """
    own = personal.utilities
    ranked = []
    for start in range(0, len(users), BLOCK_USERS):
        chosen = users[start : start + BLOCK_USERS]
        utilities = _utilities(personal, popularity, chosen, withheld, parts, own)
        if showable is not None:
            utilities[:, ~showable] = -np.inf
        ranked.append(_best(utilities, k))
    if not ranked:
        return Ranked(np.zeros((0, k), dtype=np.int64), np.zeros((0, k)))
    return Ranked(
        np.concatenate([block.needs for block in ranked]),
        np.concatenate([block.utilities for block in ranked]),
    )


def _utilities(
    personal: PersonalNeeds,
    popularity: Popularity,
    users: Ints,
    withheld: Ints,
    parts: tuple[Part, ...],
    own: Floats,
) -> Floats:
    """Return the utility of every need, -inf where it may not be shown."""
    histories = personal.model.snapshot.histories
    if "popular" in parts:
        utilities = popularity.shares[popularity.row_of[users]] - 1.0
    else:
        utilities = np.full((len(users), personal.n_needs), -np.inf)
    for part, keys, chances in (
        ("own", histories.keys, own),
        ("novel", personal.novel_keys, personal.novel_chances),
    ):
        rows, found = rows_of(keys, users, personal.n_needs)
        value = chances[found] if part in parts else -np.inf
        utilities[rows, keys[found] % personal.n_needs] = value
    rows, found = rows_of(withheld, users, personal.n_needs)
    utilities[rows, withheld[found] % personal.n_needs] = -np.inf
    return utilities


def _best(utilities: Floats, k: int) -> Ranked:
    """Return the best k of each row, ties by need; fewer columns than k leave empty slots."""
    short = max(k - utilities.shape[1], 0)
    if short:
        utilities = np.pad(utilities, ((0, 0), (0, short)), constant_values=-np.inf)
    # What ties with the k-th is let in first, so that ties are settled by need, not by chance.
    bar = -np.partition(-utilities, k - 1, axis=1)[:, [k - 1]]
    rows, needs = np.nonzero(utilities >= bar)
    values = utilities[rows, needs]
    order = np.lexsort((needs, -values, rows))
    sizes = np.bincount(rows, minlength=len(utilities))
    place = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    chosen = order[place < k].reshape(len(utilities), k)
    best, worth = needs[chosen], values[chosen]
    return Ranked(np.where(np.isfinite(worth), best, -1), worth)
