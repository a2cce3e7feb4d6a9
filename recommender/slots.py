"""The places of the lists: a need and a product each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.interactions import Floats, Ints
from recommender.lookup import floats_at, places
from recommender.needs import PersonalNeeds
from recommender.popularity import Popularity
from recommender.products import Shelf
from recommender.ranking import Ranked


@dataclass(frozen=True)
class Limits:
    """How long a list may be, and how it may be filled."""

    length: int
    """Most slots of a list, at least 1."""
    per_need: int
    """Most slots of one need in a list, at least 1."""
    new_needs: float
    """Most slots of a list for needs that its person never bought; inf for no limit."""


@dataclass(frozen=True)
class Slots:
    """One row a filled place, by user and rank; shape (n_slots,)."""

    users: Ints
    ranks: Ints
    """From 1, without gaps."""
    needs: Ints
    items: Ints
    utilities: Floats
    """What a list is ordered by."""
    chances: Floats
    """Chance of each user to buy the need, or the share of recent buyers where no more is known."""
    pairs: Ints
    """The pair of the histories; -1 if the user never bought the need."""


def fill_slots(
    personal: PersonalNeeds, popularity: Popularity, shelf: Shelf, ranked: Ranked, users: Ints
) -> Slots:
    """Choose a product for every ranked need.

    Args:
        personal: Chances of own needs.
        popularity: Shares of recent buyers.
        shelf: The products.
        ranked: The needs of each list, best first.
        users: Whose lists, ascending.
    """
    rows, columns = np.nonzero(ranked.needs >= 0)
    owners, needs = users[rows], ranked.needs[rows, columns]
    utilities = ranked.utilities[rows, columns]
    pairs = places(personal.model.snapshot.histories.keys, owners * personal.n_needs + needs)
    shares = popularity.shares[popularity.row_of[owners], needs]
    unbought = np.where(utilities >= 0, utilities, shares)
    chances = np.where(pairs >= 0, floats_at(personal.chances, pairs, 0.0), unbought)
    items = shelf.choose(owners, needs, chances)
    return Slots(owners, columns + 1, needs, items, utilities, chances, pairs)
