"""What things cost lately, against what they usually cost: deals, and who waits for them."""

from __future__ import annotations

import numpy as np

from recommender.histories import Histories
from recommender.interactions import Bools, Floats, Interactions, Ints

USUAL_DAYS = 120
"""Days of purchases whose median price is an item's usual one."""
MEMORY_DAYS = 60.0
"""Decay of a purchase in what a person usually pays."""
ITEM_PSEUDO_PURCHASES = 3.0
NEED_PSEUDO_PURCHASES = 10.0
"""Purchases at the usual price that are mixed with those of an item or need."""


def deals(train: Interactions, histories: Histories) -> dict[str, Floats]:
    """Describe every pair by prices known before the day; shape (n_pairs,).

    The deal of a purchase is ln(price paid / usual price), the usual price being the item's
    median over the last 120 days; 0 where either is not known, negative in a promotion.

    Args:
        train: Need level, all days; days from the histories' on are not looked at.
        histories: The same purchases, gathered.
    """
    known = train.before(histories.day)
    n_items, n_needs = int(known.items.max(initial=-1)) + 1, histories.shape[1]
    deal = _deals(known, histories.day, n_items)
    pairs = np.searchsorted(histories.keys, known.users * n_needs + known.things)
    recency = np.exp((known.days - histories.day) / MEMORY_DAYS)
    weight = np.maximum(np.bincount(pairs, recency, len(histories.users)), 1e-9)
    columns = {"usual_deal": np.bincount(pairs, recency * deal, len(histories.users)) / weight}
    for days in (7, 28):
        recent = known.days >= histories.day - days
        items = _shrunk(known.items, deal, recent, n_items, ITEM_PSEUDO_PURCHASES)
        needs = _shrunk(known.things, deal, recent, n_needs, NEED_PSEUDO_PURCHASES)
        now = np.bincount(pairs, recency * items[known.items], len(histories.users))
        columns[f"own_items_deal_{days}"] = now / weight
        columns[f"need_deal_{days}"] = needs[histories.needs]
    last = np.zeros(len(histories.users))
    last[pairs] = deal
    columns["last_deal"] = last
    people = _shrunk(known.users, deal, known.days >= 0, histories.shape[0], 1.0)
    columns["deal_hunting"] = people[histories.users]
    priced = ~np.isnan(known.prices)
    total = np.bincount(known.things[priced], known.prices[priced], n_needs)
    columns["need_price"] = (
        total / np.maximum(np.bincount(known.things[priced], minlength=n_needs), 1)
    )[histories.needs]
    return columns


def usual_prices(known: Interactions, day: int, n_items: int) -> Floats:
    """Return the median log price of each item over the last 120 days; NaN if not bought."""
    chosen = (known.days >= day - USUAL_DAYS) & ~np.isnan(known.prices)
    items, prices = known.items[chosen], known.prices[chosen]
    order = np.lexsort((prices, items))
    bounds = np.searchsorted(items[order], np.arange(n_items + 1))
    sizes = np.diff(bounds)
    usual = np.full(n_items, np.nan)
    middle = bounds[:-1] + (sizes - 1) // 2
    usual[sizes > 0] = prices[order][middle[sizes > 0]]
    return usual


def _deals(known: Interactions, day: int, n_items: int) -> Floats:
    return np.nan_to_num(known.prices - usual_prices(known, day, n_items)[known.items])


def _shrunk(groups: Ints, values: Floats, chosen: Bools, n_groups: int, pseudo: float) -> Floats:
    """Return each group's mean, mixed with so many zeros."""
    sums = np.bincount(groups[chosen], values[chosen], n_groups)
    return np.asarray(sums / (np.bincount(groups[chosen], minlength=n_groups) + pseudo))
