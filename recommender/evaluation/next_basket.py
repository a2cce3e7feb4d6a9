"""Next-basket evaluation: all that a user bought is known but the last basket, which is asked for.

The day is the basket. Every user's last basket must fall on one day: that is so in data that carry
days between orders but no dates, and ``one_basket_earlier`` makes it so.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from quality.errors import ContractError
from recommender.evaluation.metrics import CUTOFFS, Scores, accuracy
from recommender.evaluation.models import Model
from recommender.evaluation.pairs import PairSet
from recommender.interactions import Interactions, Ints


def basket_users(things: Interactions, day: int) -> Ints:
    """Return who has a basket on ``day`` and one before it, ascending."""
    return np.intersect1d(things.before(day).users, things.between(day, day + 1).users)


def next_basket_scores(model: Model, things: Interactions, day: int) -> Scores:
    """Fit a model before ``day`` and compare its lists with the baskets of ``day``.

    Args:
        model: What is measured; it is left fitted.
        things: All days, at one level.
        day: The day of the baskets, counted from 1970-01-01.

    Returns:
        One value for each of ``basket_users``: the metrics of ``accuracy`` of the list of
        anything, in which a thing that nobody had bought before is a miss; with the prefix
        ``known_`` where such things are left out of the truth (NaN where nothing is left).

    Raises:
        ContractError: If nobody has a basket on ``day`` and one before it.
    """
    train, baskets = things.before(day), things.between(day, day + 1)
    users = basket_users(things, day)
    if not len(users):
        raise ContractError(
            f"nobody bought both on {np.datetime64(day, 'D')} and before it, so there is no basket "
            "to ask for; choose another day"
        )
    width = len(things.thing_ids)
    is_known = np.isin(baskets.things, train.things)
    whole = PairSet.of(baskets.users, baskets.things, width)
    known = PairSet.of(baskets.users[is_known], baskets.things[is_known], width)
    model.fit(train, as_of=day)
    lists = model.lists(users, max(CUTOFFS), "all")
    return accuracy(lists, users, whole) | accuracy(lists, users, known, prefix="known_")


def one_basket_earlier(things: Interactions, day: int) -> Interactions:
    """Forget each user's last basket and move what is left so that it ends on ``day``.

    What is chosen on these interactions is chosen without a look at the last baskets. Days between
    a user's baskets stay; days between two users' baskets do not. Users with one basket are gone.
    """
    earlier = things.where(things.days < _last_days(things)[things.users])
    last = _last_days(earlier)
    return replace(earlier, days=earlier.days + day - last[earlier.users])


def _last_days(things: Interactions) -> Ints:
    last = np.full(len(things.user_ids), np.iinfo(np.int64).min)
    np.maximum.at(last, things.users, things.days)
    return last
