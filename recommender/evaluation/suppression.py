"""Holding back what is satisfied, as a rule put on top of any model's lists."""

import numpy as np

from recommender.evaluation.models import Model
from recommender.evaluation.pairs import PairSet
from recommender.interactions import Ints


def suppressed_lists(model: Model, users: Ints, k: int, withheld: PairSet, needs: Ints) -> Ints:
    """Return each user's list without withheld needs, the slots refilled by what comes next.

    Args:
        model: A fitted model.
        users: Whose lists.
        k: Slots.
        withheld: The (user, need) to hold back.
        needs: The need of each thing, shape (n_things,).

    Returns:
        Things, shape (n_users, k); -1 where the model has nothing more to show.
    """
    asked = 2 * k
    while True:
        lists = model.lists(users, asked, "all")
        is_held = withheld.contains(users[:, None], np.where(lists < 0, -1, needs[lists]))
        kept = np.where(is_held, -1, lists)
        is_short = ((kept >= 0).sum(axis=1) < k) & (lists[:, -1] >= 0)
        if not is_short.any() or asked >= len(needs):
            return _closed_up(kept)[:, :k]
        asked = min(2 * asked, len(needs))


def _closed_up(lists: Ints) -> Ints:
    """Move the empty slots of each list behind the others, order kept."""
    order = np.argsort(lists < 0, axis=1, kind="stable")
    return np.asarray(np.take_along_axis(lists, order, axis=1))
