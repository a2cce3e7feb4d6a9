"""A slot that is freed by withholding a satisfied need goes to what completes a purchase."""

from __future__ import annotations

import numpy as np

from recommender.interactions import Bools, Floats, Ints
from recommender.lookup import floats_at, places
from recommender.needs import PersonalNeeds
from recommender.popularity import Popularity
from recommender.ranking import Ranked, rank_needs

MIN_LENGTH = 10
"""Slots of a list below which none is set aside."""


def make_lists(
    personal: PersonalNeeds,
    popularity: Popularity,
    users: Ints,
    k: int,
    *,
    withheld: Ints,
    showable: Bools | None = None,
) -> Ranked:
    """Rank needs, then give the last slot to a complement where withholding freed one.

    Slots are filled by chance. If a need that would have had a slot is withheld, and no complement
    of a recent purchase is listed, the likeliest new complement takes the last slot.

    Args:
        personal: Chances of own and of new needs.
        popularity: What fills the rest.
        users: Whose lists; ascending.
        k: Length of a list.
        withheld: Sorted keys user × number of needs + need that are not shown.
        showable: Which needs can be shown to anybody, shape (n_needs,); None for all.
    """
    ranked = rank_needs(personal, popularity, users, k, withheld=withheld, showable=showable)
    if k < MIN_LENGTH:
        return ranked
    keys, chances = _complements(personal, withheld, showable)
    listed = users[:, None] * personal.n_needs + ranked.needs
    has_one = np.isin(np.where(ranked.needs >= 0, listed, -1), keys).any(axis=1)
    best = _likeliest(keys, chances, personal.n_needs, users)
    rows = np.flatnonzero(_freed(personal, ranked, users, withheld) & ~has_one & (best >= 0))
    needs, utilities = ranked.needs.copy(), ranked.utilities.copy()
    needs[rows, -1] = keys[best[rows]] % personal.n_needs
    utilities[rows, -1] = chances[best[rows]]
    return Ranked(needs, utilities)


def _complements(
    personal: PersonalNeeds, withheld: Ints, showable: Bools | None
) -> tuple[Ints, Floats]:
    """Return the keys, ascending, and chances of never-bought needs to which a rule applies."""
    keys, n_needs = personal.novel_keys, personal.n_needs
    lifts, _ = personal.model.snapshot.hints.lookup(keys)
    chosen = (lifts > 1) & (places(withheld, keys) < 0)
    if showable is not None:
        chosen &= showable[keys % n_needs]
    return keys[chosen], personal.novel_chances[chosen]


def _freed(personal: PersonalNeeds, ranked: Ranked, users: Ints, withheld: Ints) -> Bools:
    """Say for each user whether a withheld need would have had a slot."""
    chances = floats_at(
        personal.chances, places(personal.model.snapshot.histories.keys, withheld), -np.inf
    )
    row = places(users, withheld // personal.n_needs)
    would = (row >= 0) & (chances > ranked.utilities[row, -1])
    freed = np.zeros(len(users), dtype=bool)
    freed[row[would]] = True
    return freed


def _likeliest(keys: Ints, chances: Floats, n_needs: int, users: Ints) -> Ints:
    """Return the place of each user's likeliest key; -1 where there is none."""
    order = np.lexsort((keys, -chances, keys // n_needs))
    owners = keys[order] // n_needs
    is_first = np.append(True, np.diff(owners) > 0)[: len(order)]
    found = places(owners[is_first], users)
    best = np.full(len(users), -1)
    best[found >= 0] = order[is_first][found[found >= 0]]
    return best
