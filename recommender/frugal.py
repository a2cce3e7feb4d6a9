"""Lists for people who want to buy less: what they need again, and little that they never had."""

from __future__ import annotations

import numpy as np

from recommender.interactions import Bools, Ints
from recommender.needs import PersonalNeeds
from recommender.popularity import Popularity
from recommender.ranking import Part, Ranked, rank_needs
from recommender.slots import Limits

_PARTS: tuple[tuple[Part, ...], ...] = (("own",), ("novel", "popular"))


def make_frugal_lists(
    personal: PersonalNeeds,
    popularity: Popularity,
    users: Ints,
    limits: Limits,
    *,
    withheld: Ints,
    showable: Bools,
) -> Ranked:
    """Rank own needs, and at most ``limits.new_needs`` others among them.

    Lists may end early, and no slot that withholding freed is given to a complement.

    Args:
        personal: Chances of own and of new needs.
        popularity: What fills the rest.
        users: Whose lists; ascending.
        limits: Of the lists.
        withheld: Sorted keys user × number of needs + need that are not shown.
        showable: Which needs can be shown to anybody, shape (n_needs,).
    """
    k = limits.length
    most = int(min(limits.new_needs, k))
    own, new = (
        rank_needs(
            personal, popularity, users, k, withheld=withheld, showable=showable, parts=parts
        )
        for parts in _PARTS
    )
    needs = np.hstack([own.needs, new.needs[:, :most]])
    utilities = np.hstack([own.utilities, new.utilities[:, :most]])
    best = np.lexsort((needs, -utilities))[:, :k]
    return Ranked(
        np.take_along_axis(needs, best, axis=1), np.take_along_axis(utilities, best, axis=1)
    )
