"""The day as a basket: where each of a user's shopping days stands in their history."""

import numpy as np

from recommender.interactions import Interactions, Ints


def basket_positions(train: Interactions) -> tuple[Ints, Ints]:
    """Number each user's baskets from the oldest.

    Returns:
        The position of each interaction's basket, from 0, shape (n_interactions,), and the
        number of baskets of each user, shape (n_user_ids,).
    """
    is_new_user = np.ones(len(train), dtype=bool)
    is_new_user[1:] = train.users[1:] != train.users[:-1]
    is_new = is_new_user.copy()
    is_new[1:] |= train.days[1:] != train.days[:-1]
    running = np.cumsum(is_new) - 1
    starts = running[is_new_user]
    positions = running - np.repeat(
        starts, np.diff(np.append(np.flatnonzero(is_new_user), len(train)))
    )
    counts = np.bincount(train.users[is_new], minlength=len(train.user_ids))
    return positions, counts
