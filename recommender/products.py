"""From a need to a product: the person's usual one, else of the usual brand, else the popular."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.catalogue import Catalogue
from recommender.interactions import Bools, Floats, Interactions, Ints
from recommender.lookup import ints_at, places

MEMORY_DAYS = 90.0
"""Decay of a purchase in what counts as the person's usual product."""
POPULAR_DAYS = 30.0
"""Decay of a purchase in what counts as popular."""


@dataclass(frozen=True)
class Shelf:
    """What may be shown to whom; pair keys are user × number of needs + need, ascending."""

    catalogue: Catalogue
    blocked: Ints
    """Sorted keys user × number of items + item that are not shown to that user."""
    usual_keys: Ints
    usual_items: Ints
    """The available product bought most and latest, shape of its keys."""
    brand_keys: Ints
    brand_items: Ints
    """The most popular available product of the person's usual brand."""
    popular: Ints
    """Available items, by need, the most popular first."""
    starts: Ints
    """Where each need begins among them, shape (n_needs + 1,)."""

    @property
    def has_items(self) -> Bools:
        """Whether any product of each need can be bought, shape (n_needs,)."""
        return np.asarray(np.diff(self.starts) > 0)

    def exhausted(self) -> Ints:
        """Return sorted pair keys of which every available product is blocked."""
        n_items, n_needs = len(self.catalogue.item_ids), len(self.catalogue.need_ids)
        users, items = self.blocked // n_items, self.blocked % n_items
        chosen = self.catalogue.is_available[items]
        keys, sizes = np.unique(
            users[chosen] * n_needs + self.catalogue.needs[items[chosen]], return_counts=True
        )
        return np.asarray(keys[sizes >= np.diff(self.starts)[keys % max(n_needs, 1)]])

    def choose(self, users: Ints, needs: Ints) -> Ints:
        """Choose a product for each (user, need), any one shape (n,); -1 where none may be shown.

        Half of all repeat purchases are of the same product and three quarters of the same
        maker, so the usual product comes first and the usual brand next.
        """
        keys = users * len(self.catalogue.need_ids) + needs
        items = self._unless_blocked(
            users, ints_at(self.usual_items, places(self.usual_keys, keys), -1)
        )
        brand = self._unless_blocked(
            users, ints_at(self.brand_items, places(self.brand_keys, keys), -1)
        )
        items = np.where(items < 0, brand, items)
        place = 0
        sizes = np.diff(self.starts)[needs]
        while (open_ := np.flatnonzero((items < 0) & (place < sizes))).size:
            candidate = self.popular[self.starts[needs[open_]] + place]
            items[open_] = self._unless_blocked(users[open_], candidate)
            place += 1
        return items

    def _unless_blocked(self, users: Ints, items: Ints) -> Ints:
        keys = users * len(self.catalogue.item_ids) + items
        return np.where((items >= 0) & ~np.isin(keys, self.blocked), items, -1)


def stock_shelf(
    catalogue: Catalogue, everybody: Interactions, bought: Interactions, day: int, blocked: Ints
) -> Shelf:
    """Order the products of each need for everybody, and for those who bought some.

    Args:
        catalogue: The items.
        everybody: Item-level interactions before ``day``, in the catalogue's vocabulary of
            items: what makes a product popular.
        bought: Those of them whose people may be profiled: what makes a product usual.
        day: The day.
        blocked: Sorted keys user × number of items + item that are not shown to that user.
    """
    n_items, n_needs = len(catalogue.item_ids), len(catalogue.need_ids)
    recency = np.exp((everybody.days - day) / POPULAR_DAYS)
    demand = np.bincount(everybody.things, recency, n_items)
    open_items = np.flatnonzero(catalogue.is_available)
    popular = open_items[np.lexsort((open_items, -demand[open_items], catalogue.needs[open_items]))]
    pairs, place = np.unique(bought.users * n_items + bought.things, return_inverse=True)
    weights = _sums(place, np.exp((bought.days - day) / MEMORY_DAYS), len(pairs))
    users, items = pairs // max(n_items, 1), pairs % max(n_items, 1)
    keys = users * n_needs + catalogue.needs[items]
    can_be_shown = catalogue.is_available[items] & ~np.isin(pairs, blocked)
    usual = np.flatnonzero(can_be_shown)
    usual = usual[_firsts(keys[usual], -weights[usual], items[usual])]
    brand_keys, brand_items = _usual_brands(catalogue, popular, keys, items, weights)
    return Shelf(
        catalogue,
        blocked,
        keys[usual],
        items[usual],
        brand_keys,
        brand_items,
        popular,
        np.searchsorted(catalogue.needs[popular], np.arange(n_needs + 1)),
    )


@dataclass(frozen=True)
class LastItems:
    """The product bought last, by pair key."""

    keys: Ints
    items: Ints

    @classmethod
    def of(cls, catalogue: Catalogue, bought: Interactions) -> LastItems:
        """Gather them from item-level interactions in the catalogue's vocabulary."""
        pairs = bought.users * len(catalogue.need_ids) + catalogue.needs[bought.things]
        order = np.lexsort((bought.things, bought.days, pairs))
        is_last = np.append(np.diff(pairs[order]) > 0, True)[: len(order)]
        return cls(pairs[order][is_last], bought.things[order][is_last])

    def look_up(self, keys: Ints) -> Ints:
        """Return the product of each key; -1 where none was bought."""
        return ints_at(self.items, places(self.keys, keys), -1)


def _usual_brands(
    catalogue: Catalogue, popular: Ints, keys: Ints, items: Ints, weights: Floats
) -> tuple[Ints, Ints]:
    """Return pair keys and the best product of the brand bought most; -1 if none can be had."""
    n_brands = int(catalogue.brands.max(initial=-1)) + 1
    branded = catalogue.brands[items] >= 0
    triples, place = np.unique(
        keys[branded] * n_brands + catalogue.brands[items[branded]], return_inverse=True
    )
    sums = _sums(place, weights[branded], len(triples))
    pairs = triples // max(n_brands, 1)
    best = _firsts(pairs, -sums, triples)
    shelf = catalogue.needs[popular] * n_brands + catalogue.brands[popular]
    shelf = np.where(catalogue.brands[popular] >= 0, shelf, -1)
    labels, first = np.unique(shelf, return_index=True)
    n_needs = len(catalogue.need_ids)
    wanted = (pairs[best] % max(n_needs, 1)) * n_brands + triples[best] % max(n_brands, 1)
    return pairs[best], ints_at(popular[first], places(labels, wanted), -1)


def _sums(groups: Ints, values: Floats, n_groups: int) -> Floats:
    return np.asarray(np.bincount(groups, values, n_groups), dtype=np.float64)


def _firsts(keys: Ints, first_by: Floats, then_by: Ints) -> Ints:
    """Return the index of each key's first row in the given order, by ascending key."""
    order = np.lexsort((then_by, first_by, keys))
    is_first = np.append(True, np.diff(keys[order]) > 0)[: len(order)]
    return np.asarray(order[is_first])
