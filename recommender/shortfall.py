"""Why some lists are shorter than they might be."""

from __future__ import annotations

import numpy as np

from recommender.interactions import Ints
from recommender.lookup import places
from recommender.products import Shelf
from recommender.slots import Limits, Slots

SHORTFALLS = ("too little in the catalogue", "too little available", "held back", "frugal")
"""What may keep a list short, in the order in which it is asked for."""


def short_lists(
    slots: Slots, shelf: Shelf, users: Ints, withheld: Ints, limits: Limits
) -> dict[str, int]:
    """Count the lists with free slots by the first limit that alone leaves some free.

    Args:
        slots: What was filled.
        shelf: What could be shown.
        users: Whose lists, ascending; a list may have no slot at all.
        withheld: Sorted keys user × number of needs + need that were not shown.
        limits: Of the lists.

    Returns:
        The number of short lists for each of ``SHORTFALLS``.
    """
    n_needs = len(shelf.catalogue.need_ids)
    known = np.bincount(shelf.catalogue.needs, minlength=n_needs).clip(max=limits.per_need)
    available = np.diff(shelf.starts).clip(max=limits.per_need)
    held = np.bincount(
        places(users, withheld // n_needs), available[withheld % n_needs], len(users)
    )
    owners = places(users, slots.users)
    filled = np.bincount(owners, minlength=len(users))
    new = np.bincount(owners[slots.pairs < 0], minlength=len(users))
    is_frugal = (new >= limits.new_needs) & (available.sum() - held >= limits.length)
    too_little, sold_out, held_back, frugal = range(len(SHORTFALLS))
    why = np.where(is_frugal, frugal, held_back)
    if available.sum() < limits.length:
        why[:] = sold_out if known.sum() >= limits.length else too_little
    counts = np.bincount(why[filled < limits.length], minlength=len(SHORTFALLS))
    return dict(zip(SHORTFALLS, counts.tolist(), strict=True))
