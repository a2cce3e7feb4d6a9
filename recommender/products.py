"""From a need to a product: the likeliest own one, else the likeliest new one, else the popular."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recommender.catalogue import Catalogue
from recommender.choice import ProductChances, likeliest_new
from recommender.interactions import Bools, Floats, Interactions, Ints
from recommender.lookup import firsts, ints_at, key_range, places

MEMORY_DAYS = 90.0
"""Decay of a purchase in what counts as the person's usual brand."""
POPULAR_DAYS = 30.0
"""Decay of a purchase in what counts as popular."""


@dataclass(frozen=True)
class Shelf:
    """What may be shown to whom; pair keys are user × number of needs + need, ascending."""

    catalogue: Catalogue
    blocked: Ints
    """Sorted keys user × number of items + item that are not shown to that user."""
    products: ProductChances
    usual_keys: Ints
    usual_items: Ints
    """The likeliest available product that the person bought, shape of its keys."""
    brand_keys: Ints
    brand_items: Ints
    """The most popular available product of the person's usual brand."""
    popular: Ints
    """Available items, by need, the most popular first."""
    starts: Ints
    """Where each need begins among them, shape (n_needs + 1,)."""

    def between(self, first: int, last: int) -> Shelf:
        """Keep the users ``first`` to before ``last``, coded from 0."""
        n_items, n_needs = len(self.catalogue.item_ids), len(self.catalogue.need_ids)
        blocked = key_range(self.blocked, first, last, n_items)
        usual = key_range(self.usual_keys, first, last, n_needs)
        branded = key_range(self.brand_keys, first, last, n_needs)
        return replace(
            self,
            blocked=self.blocked[blocked] - first * n_items,
            products=self.products.between(first, last),
            usual_keys=self.usual_keys[usual] - first * n_needs,
            usual_items=self.usual_items[usual],
            brand_keys=self.brand_keys[branded] - first * n_needs,
            brand_items=self.brand_items[branded],
        )

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

    def choose(self, users: Ints, needs: Ints, chances: Floats) -> Ints:
        """Choose a product for each (user, need); -1 where none may be shown.

        Half of all repeat purchases are of the same product and three quarters of the same
        maker, so what the person bought comes first.

        Args:
            users: Shape (n,).
            needs: Same shape.
            chances: Chance of each to buy the need, same shape.
        """
        keys = users * len(self.catalogue.need_ids) + needs
        items = self._unless_blocked(
            users, ints_at(self.usual_items, places(self.usual_keys, keys), -1)
        )
        items = self._try_new(items, users, needs, chances)
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

    def _try_new(self, items: Ints, users: Ints, needs: Ints, chances: Floats) -> Ints:
        """Fill in the likeliest product that the person never bought, if that was learned."""
        if self.products.learned.new is None:
            return items
        # What is known of a person is in the learned tables; who is not there is not profiled.
        is_known = np.isin(users, self.products.today.bought.users)
        open_ = np.flatnonzero((items < 0) & is_known)
        found = likeliest_new(self.products, users[open_], needs[open_], chances[open_])
        items[open_] = self._unless_blocked(users[open_], found)
        return items

    def _unless_blocked(self, users: Ints, items: Ints) -> Ints:
        keys = users * len(self.catalogue.item_ids) + items
        return np.where((items >= 0) & ~np.isin(keys, self.blocked), items, -1)


def popular_items(catalogue: Catalogue, everybody: Interactions, day: int) -> Ints:
    """Order the available items by need, the most popular first.

    Args:
        catalogue: The items.
        everybody: Item-level interactions before ``day``, in the catalogue's vocabulary of items.
        day: The day.
    """
    recency = np.exp((everybody.days - day) / POPULAR_DAYS)
    demand = np.bincount(everybody.things, recency, len(catalogue.item_ids))
    items = np.flatnonzero(catalogue.is_available)
    return np.asarray(items[np.lexsort((items, -demand[items], catalogue.needs[items]))])


def stock_shelf(
    catalogue: Catalogue,
    popular: Ints,
    products: ProductChances,
    blocked: Ints,
) -> Shelf:
    """Order the products of each need for everybody, and for those who bought some.

    Args:
        catalogue: The items.
        popular: What :func:`popular_items` returned.
        products: Chances of the products that people bought who may be profiled, on the day, and
            those purchases: what makes a brand usual.
        blocked: Sorted keys user × number of items + item that are not shown to that user.
    """
    n_needs = len(catalogue.need_ids)
    usual_keys, usual_items = _usual_products(catalogue, products, blocked)
    own = products.today.bought
    users, items, weights = own.users, own.needs, own.decayed_counts(MEMORY_DAYS)
    keys = users * n_needs + catalogue.needs[items]
    brand_keys, brand_items = _usual_brands(catalogue, popular, keys, items, weights)
    return Shelf(
        catalogue,
        blocked,
        products,
        usual_keys,
        usual_items,
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
        # Interactions are sorted by user, day and item, and so each pair's stay by day and item.
        order = np.argsort(pairs, kind="stable")
        is_last = np.append(np.diff(pairs[order]) > 0, True)[: len(order)]
        return cls(pairs[order][is_last], bought.things[order][is_last])

    def look_up(self, keys: Ints) -> Ints:
        """Return the product of each key; -1 where none was bought."""
        return ints_at(self.items, places(self.keys, keys), -1)


def _usual_products(
    catalogue: Catalogue, products: ProductChances, blocked: Ints
) -> tuple[Ints, Ints]:
    """Return pair keys, ascending, and the likeliest available product of each."""
    n_items, n_needs = len(catalogue.item_ids), len(catalogue.need_ids)
    users, items = products.keys // max(n_items, 1), products.keys % max(n_items, 1)
    can_be_shown = np.flatnonzero(catalogue.is_available[items] & ~np.isin(products.keys, blocked))
    keys = users[can_be_shown] * n_needs + catalogue.needs[items[can_be_shown]]
    best = firsts(keys, -products.chances[can_be_shown], items[can_be_shown])
    return keys[best], items[can_be_shown[best]]


def _usual_brands(
    catalogue: Catalogue, popular: Ints, keys: Ints, items: Ints, weights: Floats
) -> tuple[Ints, Ints]:
    """Return pair keys and the best product of the brand bought most; -1 if none can be had."""
    n_brands = catalogue.n_brands
    branded = catalogue.brands[items] >= 0
    triples, place = np.unique(
        keys[branded] * n_brands + catalogue.brands[items[branded]], return_inverse=True
    )
    sums = _sums(place, weights[branded], len(triples))
    pairs = triples // max(n_brands, 1)
    best = firsts(pairs, -sums, triples)
    shelf = catalogue.needs[popular] * n_brands + catalogue.brands[popular]
    shelf = np.where(catalogue.brands[popular] >= 0, shelf, -1)
    labels, first = np.unique(shelf, return_index=True)
    n_needs = len(catalogue.need_ids)
    wanted = (pairs[best] % max(n_needs, 1)) * n_brands + triples[best] % max(n_brands, 1)
    return pairs[best], ints_at(popular[first], places(labels, wanted), -1)


def _sums(groups: Ints, values: Floats, n_groups: int) -> Floats:
    return np.asarray(np.bincount(groups, values, n_groups), dtype=np.float64)
