"""What the tables of one day are written with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from recommender.catalogue import Catalogue
from recommender.needs import PersonalNeeds
from recommender.people import People
from recommender.popularity import Popularity
from recommender.products import Shelf


@dataclass(frozen=True)
class Day:
    """Everything that is known on the day, and what is on the shelf."""

    personal: PersonalNeeds
    popularity: Popularity
    shelf: Shelf
    people: People
    brands: pa.Array
    """Brand of each item as the shop writes it, null where none is known; shape (n_items,)."""
    as_of: date
    valid_days: int

    def between(self, first: int, last: int) -> Day:
        """Keep the users ``first`` to before ``last``, coded from 0."""
        return replace(
            self,
            personal=self.personal.between(first, last),
            popularity=self.popularity.between(first, last),
            shelf=self.shelf.between(first, last),
            people=self.people.between(first, last),
        )

    def without_evidence(self) -> Day:
        """Leave out what no list is made from: more than half of what is known of people."""
        products = self.shelf.products.without_evidence()
        return replace(
            self,
            personal=self.personal.without_evidence(),
            shelf=replace(self.shelf, products=products),
        )

    @property
    def catalogue(self) -> Catalogue:
        """The items and needs."""
        return self.shelf.catalogue
