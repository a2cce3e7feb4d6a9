"""Which product of a need: the chance of every product that a person bought or might try."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from recommender.catalogue import Catalogue
from recommender.chance import Chance, fit_chance
from recommender.collaborative import Factors
from recommender.histories import bought_within
from recommender.interactions import Floats, Interactions, Ints
from recommender.lessons import HORIZON_DAYS, MAX_USERS
from recommender.lookup import firsts, floats_at, key_range, places, spread
from recommender.model import NeedModel
from recommender.needs import PersonalNeeds
from recommender.new_products import (
    ProductDay,
    new_candidates,
    new_features,
    take_product_day,
    tasted_candidates,
)
from recommender.product_features import own_products

LEARNERS = 10_000
"""Users from whom the choice of a product is learned."""
NEEDS_SEARCHED = 20
"""Likeliest needs of a user among whose products new ones are sought."""
_CERTAIN = 1e-6


@dataclass(frozen=True)
class _NeedChances:
    """Chances of (user, need) within the horizon, by ascending key."""

    keys: Ints
    chances: Floats
    n_needs: int

    @classmethod
    def of(cls, keys: Ints, chances: Floats, n_needs: int) -> _NeedChances:
        order = np.argsort(keys)
        return cls(keys[order], np.clip(chances[order], _CERTAIN, 1 - _CERTAIN), n_needs)

    def between(self, first: int, last: int) -> _NeedChances:
        """Keep the users ``first`` to before ``last``, coded from 0."""
        own = key_range(self.keys, first, last, self.n_needs)
        return replace(self, keys=self.keys[own] - first * self.n_needs, chances=self.chances[own])

    def at(self, users: Ints, needs: Ints) -> Floats:
        """Return the chance of each (user, need), NaN where there is none."""
        return floats_at(self.chances, places(self.keys, users * self.n_needs + needs), np.nan)

    def likeliest(self, users: Ints) -> tuple[Ints, Ints]:
        """Name the ``NEEDS_SEARCHED`` likeliest needs of each user, as users and needs."""
        owners = self.keys // self.n_needs
        order = np.lexsort((self.keys, -self.chances, owners))
        sizes = np.bincount(owners)
        rank = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        kept = order[(rank < NEEDS_SEARCHED) & np.isin(owners[order], users)]
        return owners[kept], self.keys[kept] % self.n_needs


@dataclass(frozen=True)
class LearnedChoice:
    """What a day learned of the choice of products; None where there was too little."""

    own: Chance | None
    """Of products bought before."""
    new: Chance | None
    """Of never-bought products."""
    factors: Factors
    """ALS factors of each item, (n_items, n_factors); NaN for items that were not known."""


@dataclass(frozen=True)
class ProductChances:
    """Chances of products within the horizon."""

    today: ProductDay
    needs: _NeedChances
    keys: Ints
    """user × number of items + item, ascending, of products the user bought; shape (n_own,)."""
    chances: Floats
    learned: LearnedChoice

    def between(self, first: int, last: int) -> ProductChances:
        """Keep the users ``first`` to before ``last``, coded from 0."""
        n_items = len(self.today.catalogue.item_ids)
        own = key_range(self.keys, first, last, n_items)
        return replace(
            self,
            today=self.today.between(first, last),
            needs=self.needs.between(first, last),
            keys=self.keys[own] - first * n_items,
            chances=self.chances[own],
        )

    def without_evidence(self) -> ProductChances:
        """Leave out what is not read once it is known which needs are listed.

        Their chances come with them; :meth:`new_to` then finds nothing.
        """
        return replace(
            self,
            today=replace(self.today, bought=self.today.bought.dates_alone()),
            needs=self.needs.between(0, 0),
        )

    def of_new(self, users: Ints, items: Ints, need_chances: Floats) -> Floats:
        """Return the chance of products never bought by the user of their row, shape (n_rows,).

        Where nothing could be learned, the need's chance times the product's share of demand.
        """
        sure = np.clip(need_chances, _CERTAIN, 1 - _CERTAIN)
        if self.learned.new is not None:
            return self.learned.new.of(new_features(self.today, users, items, sure)[0])
        shares = self.today.catalogue.shares_of_need(self.today.demand.buyers)
        return np.asarray(sure * shares[items])

    def new_to(self, users: Ints) -> tuple[Ints, Floats]:
        """Return the products that each user might try, and their chances.

        Args:
            users: Ascending, without doubles.

        Returns:
            Keys user × number of items + item, ascending, and chances, same shape.
        """
        owners, items, need_chances = _searched(self.today, self.needs, users)
        chances = self.of_new(owners, items, need_chances)
        return owners * len(self.today.catalogue.item_ids) + items, chances


def read_products(
    train: Interactions,
    personal: PersonalNeeds,
    catalogue: Catalogue,
    learned: LearnedChoice | None = None,
) -> ProductChances:
    """Learn the choice of products from the latest past day, and apply it today.

    A need is judged first, then the product in it: the chance of the need is a feature of the
    product's. It is the one without trees, since those flatter the past days they were grown on.

    Args:
        train: Item-level interactions in the catalogue's vocabulary of items; days from the day of
            ``personal`` on are not looked at.
        personal: The needs of the same people.
        catalogue: The items.
        learned: What an earlier day learned of the choice, in the catalogue's vocabulary of items;
            None to learn it, for which ``personal`` must hold a past day.
    """
    with threadpool_limits(1, "blas"):
        own, new = (learned.own, learned.new) if learned else _learn(train, personal, catalogue)
        now = personal.model.snapshot.histories
        needs = _NeedChances.of(
            np.concatenate([now.keys, personal.novel_keys]),
            np.concatenate([personal.plain_chances, personal.novel_chances]),
            personal.n_needs,
        )
        today = take_product_day(train, now.day, catalogue, learned.factors if learned else None)
        products = own_products(today.bought, catalogue, needs.at)
        chances = own.of(products.features) if own else _shares(today, needs, products.keys)
        choice = learned or LearnedChoice(own, new, _known_factors(today))
        return ProductChances(today, needs, products.keys, chances, choice)


def likeliest_new(products: ProductChances, users: Ints, needs: Ints, need_chances: Floats) -> Ints:
    """Choose the likeliest new product of each (user, need), shape (n,); -1 if there is none."""
    rows, items = new_candidates(products.today, users, needs)
    chances = products.of_new(users[rows], items, need_chances[rows])
    best = firsts(rows, -chances, items)
    chosen = np.full(len(users), -1)
    chosen[rows[best]] = items[best]
    return chosen


def _learn(
    train: Interactions, personal: PersonalNeeds, catalogue: Catalogue
) -> tuple[Chance | None, Chance | None]:
    """Learn the chances of products bought before, and of new ones; the past day is then let go."""
    if personal.past is None:
        raise ValueError(
            "the choice of products must be learned on the day on which needs are; found needs "
            f"learned on day {personal.learned.day}: hand over what was learned of products then"
        )
    before = take_product_day(train, personal.past.histories.day, catalogue)
    learners = personal.past.sample(LEARNERS)
    past = NeedModel(personal.past, personal.model.lessons)
    needs = _past_needs(past, learners)
    own = _learn_own(train, before, needs, learners)
    return own, _learn_new(train, before, needs, spread(learners, MAX_USERS))


def _past_needs(past: NeedModel, users: Ints) -> _NeedChances:
    n_needs = past.snapshot.histories.shape[1]
    keys, chances = [], []
    for scored in past.blocks(users):
        block = scored.block
        keys += [
            block.users[scored.rows] * n_needs + scored.needs,
            block.users[block.novel_rows] * n_needs + block.novel_needs,
        ]
        chances += [scored.plain_chances, scored.novel_chances]
    none = np.zeros(0, dtype=np.int64)
    return _NeedChances.of(
        np.concatenate([none, *keys]), np.concatenate([np.zeros(0), *chances]), n_needs
    )


def _known_factors(today: ProductDay) -> Factors:
    """Return the items' factors, NaN where nobody had bought an item: it has none to be kept."""
    is_known = today.demand.ever_buyers > 0
    return np.where(is_known[:, None], today.item_factors, np.float32("nan"))


def _learn_own(
    train: Interactions, before: ProductDay, needs: _NeedChances, users: Ints
) -> Chance | None:
    products = own_products(before.bought, before.catalogue, needs.at)
    chosen = np.isin(products.keys // max(len(before.catalogue.item_ids), 1), users)
    bought = _outcomes(train, before, products.keys[chosen])
    return fit_chance(products.features[chosen], bought, products.design)


def _learn_new(
    train: Interactions, before: ProductDay, needs: _NeedChances, chosen: Ints
) -> Chance | None:
    users, items, chances = _searched(before, needs, chosen)
    features, design = new_features(before, users, items, chances)
    n_items = len(before.catalogue.item_ids)
    return fit_chance(features, _outcomes(train, before, users * n_items + items), design)


def _searched(today: ProductDay, needs: _NeedChances, users: Ints) -> tuple[Ints, Ints, Floats]:
    """Name products that users might try, by need and by taste, with the chance of their need."""
    owners, likely = needs.likeliest(users)
    rows, items = new_candidates(today, owners, likely)
    tasters, tasted = tasted_candidates(today, users)
    n_items = len(today.catalogue.item_ids)
    keys = np.unique(np.concatenate([owners[rows] * n_items + items, tasters * n_items + tasted]))
    users, items = keys // max(n_items, 1), keys % max(n_items, 1)
    chances = needs.at(users, today.catalogue.needs[items])
    is_known = ~np.isnan(chances)
    return users[is_known], items[is_known], chances[is_known]


def _outcomes(train: Interactions, before: ProductDay, keys: Ints) -> Floats:
    n_items, day = max(len(before.catalogue.item_ids), 1), before.bought.day
    return bought_within(train, day, day + HORIZON_DAYS, keys // n_items, keys % n_items)


def _shares(today: ProductDay, needs: _NeedChances, keys: Ints) -> Floats:
    """Return the chance of the need times the product's share of the person's purchases of it."""
    bought, catalogue = today.bought, today.catalogue
    often = bought.decayed_counts(90.0)
    of_item = catalogue.needs[bought.needs]
    _, owner = np.unique(bought.users * len(catalogue.need_ids) + of_item, return_inverse=True)
    total = np.bincount(owner, often)[owner] if len(owner) else often
    worth = needs.at(bought.users, of_item) * often / np.maximum(total, 1e-9)
    return floats_at(worth, places(bought.keys, keys), 0.0)
