"""More than one product of a need in a list, where the shop allows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np

from recommender.interactions import Bools, Floats, Ints
from recommender.lookup import bools_at, floats_at, places
from recommender.needs import PersonalNeeds
from recommender.products import Shelf
from recommender.slots import Limits, Slots


def add_further_products(
    slots: Slots,
    personal: PersonalNeeds,
    shelf: Shelf,
    restock: Callable[[Ints], Shelf],
    limits: Limits,
) -> Slots:
    """Let further products of the listed needs compete with less likely needs.

    A further product is worth what it is likely to be bought itself: the chance q of a product
    that its person bought before, else the need's chance p times the product's share of the need's
    demand; never more than the product before it. Its utility is the need's less p - q, and less
    λ (p - q) again while the last purchase still satisfies (``PersonalNeeds.utilities``).

    Args:
        slots: The best product of each listed need.
        personal: What decides whether a purchase still satisfies, and λ.
        shelf: Where those products are from.
        restock: Returns the shelf without the given sorted keys user × number of items + item.
        limits: Of the lists.
    """
    first, blocked, layers = slots, shelf.blocked, [slots]
    n_items, worth = len(shelf.catalogue.item_ids), slots.chances
    for _ in range(1, limits.per_need):
        shown = layers[-1].users * n_items + layers[-1].items
        blocked = np.union1d(blocked, shown)
        items = restock(blocked).choose(first.users, first.needs, first.chances)
        found = items >= 0
        first, items = _where(first, found), items[found]
        worth = np.minimum(worth[found], _product_chances(shelf, first, items))
        early = bools_at(personal.states.is_early, first.pairs)
        loss = (first.chances - worth) * np.where(early, 1 + personal.annoyance_weight, 1.0)
        layers.append(replace(first, items=items, utilities=first.utilities - loss))
    return _best(layers, limits)


def _product_chances(shelf: Shelf, slots: Slots, items: Ints) -> Floats:
    catalogue, products = shelf.catalogue, shelf.products
    own = places(products.keys, slots.users * len(catalogue.item_ids) + items)
    chances = floats_at(products.chances, own, 0.0)
    shares = catalogue.shares_of_need(products.today.demand.buyers)
    return np.where(own >= 0, chances, slots.chances * shares[items])


def _best(layers: list[Slots], limits: Limits) -> Slots:
    """Merge first, second … products into lists again, and cut them to their limits."""
    merged = Slots(
        *(np.concatenate([getattr(one, field.name) for one in layers]) for field in fields(Slots))
    )
    # A stable sort: where utilities tie, what was ranked first stays first.
    merged = _where(merged, np.lexsort((-merged.utilities, merged.users)))
    merged = _where(merged, _place(merged.users, merged.pairs < 0) <= limits.new_needs)
    ranks = _place(merged.users, np.ones(len(merged.users), dtype=bool))
    return _where(replace(merged, ranks=ranks), ranks <= limits.length)


def _place(users: Ints, counted: Bools) -> Ints:
    """Number the counted rows of each user from 1; what is not counted is 0."""
    total = np.cumsum(counted)
    is_first = np.append(True, np.diff(users) > 0)[: len(users)]
    before = np.maximum.accumulate(np.where(is_first, total - counted, 0))
    return np.where(counted, total - before, 0)


def _where(slots: Slots, chosen: Bools | Ints) -> Slots:
    return Slots(*(getattr(slots, field.name)[chosen] for field in fields(Slots)))
