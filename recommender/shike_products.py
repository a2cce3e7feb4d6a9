"""Products ranked as the lists choose them, as a model that the evaluation can measure."""

from __future__ import annotations

import numpy as np

from recommender.catalogue import Catalogue
from recommender.choice import ProductChances, read_products
from recommender.evaluation.models import Mode
from recommender.interactions import Bools, Floats, Interactions, Ints, of_needs
from recommender.lookup import bools_at, floats_at, places
from recommender.model import RELEARN_DAYS
from recommender.needs import ANNOYANCE_WEIGHT, PersonalNeeds, read_needs
from recommender.satiation import Review


class ShikeProducts:
    """Ranks products by their chance, less what a still satisfied need may annoy.

    Args:
        catalogue: The items, whose ids must be the things of the training interactions.
        annoyance_weight: How many hits one annoying slot outweighs.
        relearn_days: Days for which what was learned on a day holds, that day being the first.
    """

    name = "shike"

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        annoyance_weight: float = ANNOYANCE_WEIGHT,
        relearn_days: int = RELEARN_DAYS,
    ) -> None:
        self._catalogue, self._annoyance_weight = catalogue, annoyance_weight
        self._relearn_days = relearn_days
        self._read: tuple[PersonalNeeds, ProductChances] | None = None
        self._review: Review | None = None

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Learn needs and products from ``train``, all of it before day ``as_of``.

        What an earlier fit learned is used for ``relearn_days``, as in a shop from day to day.
        """
        catalogue, earlier = self._catalogue, self._read
        if earlier and not earlier[0].learned.holds_on(as_of, self._relearn_days):
            earlier = None
        needs = of_needs(train, catalogue.needs, catalogue.need_ids)
        personal = read_needs(
            needs,
            as_of,
            catalogue,
            annoyance_weight=self._annoyance_weight,
            review=self._review,
            learned=earlier[0].learned if earlier else None,
        )
        self._review = personal.review
        learned = earlier[1].learned if earlier else None
        self._read = personal, read_products(train, personal, catalogue, learned)

    def lists(self, users: Ints, k: int, mode: Mode) -> Ints:
        """Return the best ``k`` products of each user, shape (n_users, k); -1 is an empty slot.

        Lists of repeats and of new products measure the order alone: nothing is held back.
        """
        if mode == "all":
            personal, products = self._fitted()
            keys, chances = _of_all(products, users)
            worth, is_held = self._less_annoyance(personal, keys, chances)
            return self._best(keys[~is_held], worth[~is_held], users, k)
        _, products = self._fitted()
        if mode == "repeat":
            return self._best(products.keys, products.chances, users, k)
        return self._best(*products.new_to(np.unique(users)), users, k)

    def unheld_lists(self, users: Ints, k: int) -> Ints:
        """Return the likeliest ``k`` products of each user, whether or not needs still satisfy."""
        return self._best(*_of_all(self._fitted()[1], users), users, k)

    def _fitted(self) -> tuple[PersonalNeeds, ProductChances]:
        if self._read is None:
            raise ValueError(f"{self.name} must be fitted before it is asked for lists")
        return self._read

    def _best(self, keys: Ints, worth: Floats, users: Ints, k: int) -> Ints:
        return _best(keys, worth, users, k, len(self._catalogue.item_ids))

    def _less_annoyance(
        self, personal: PersonalNeeds, keys: Ints, worth: Floats
    ) -> tuple[Floats, Bools]:
        n_items, states = len(self._catalogue.item_ids), personal.states
        users, needs = keys // n_items, self._catalogue.needs[keys % n_items]
        pairs = places(personal.model.snapshot.histories.keys, users * personal.n_needs + needs)
        annoys = bools_at(states.is_early, pairs) * (1 - floats_at(personal.chances, pairs, 0.0))
        return worth - self._annoyance_weight * annoys, bools_at(states.is_held, pairs)


def _of_all(products: ProductChances, users: Ints) -> tuple[Ints, Floats]:
    """Return keys and chances of what people bought, and of what these users might try."""
    new, chances = products.new_to(np.unique(users))
    return np.concatenate([products.keys, new]), np.concatenate([products.chances, chances])


def _best(keys: Ints, worth: Floats, users: Ints, k: int, n_items: int) -> Ints:
    """Return the k best things of each user, ties to the lower code."""
    order = np.lexsort((keys, -worth, keys // n_items))
    owners = keys[order] // n_items
    lists = np.full((len(users), k), -1)
    start, end = np.searchsorted(owners, users), np.searchsorted(owners, users, side="right")
    for slot in range(k):
        rows = np.flatnonzero(start + slot < end)
        lists[rows, slot] = keys[order[start[rows] + slot]] % n_items
    return lists
