"""The published ranking as a model that the evaluation can measure: one code path for both."""

from __future__ import annotations

import numpy as np

from recommender.catalogue import Catalogue
from recommender.evaluation.models import Mode
from recommender.interactions import Floats, Interactions, Ints
from recommender.lookup import floats_at, places
from recommender.needs import PersonalNeeds, read_needs
from recommender.popularity import Popularity, measure_popularity
from recommender.ranking import Part, rank_needs
from recommender.refill import make_lists

_PARTS: dict[Mode, tuple[Part, ...]] = {
    "all": ("own", "novel", "popular"),
    "repeat": ("own",),
    "novel": ("novel", "popular"),
}


class ShikeModel:
    """Ranks needs as ``stage.recommend`` does.

    Satisfied needs are held back from lists of everything. Lists of repeats or of new needs only
    measure the order of needs, so nothing is held back from them.

    Args:
        catalogue: What merchants told of the needs, whose vocabulary must be that of the training
            interactions; None if nothing is told.
        name: What the report calls it.
        holds_back: Whether satisfied needs are held back.
    """

    def __init__(
        self,
        catalogue: Catalogue | None = None,
        *,
        name: str = "shike",
        holds_back: bool = True,
    ) -> None:
        self.name = name
        self._catalogue, self._holds_back = catalogue, holds_back
        self._personal: PersonalNeeds | None = None
        self._popularity: Popularity | None = None

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Learn from ``train``, all of it before the start of day ``as_of``."""
        told, parents = self._told(train)
        self._personal = read_needs(train, as_of, told_days=told, parents=parents)
        nobody = np.full(len(train.user_ids), -1)
        self._popularity = measure_popularity(train, as_of, nobody, min_people=1)

    def lists(self, users: Ints, k: int, mode: Mode) -> Ints:
        """Return the best ``k`` needs of each user, shape (n_users, k); -1 is an empty slot."""
        personal, popularity = self._fitted()
        keys = personal.model.snapshot.histories.keys
        if mode == "all" and self._holds_back:
            held = keys[personal.states.is_held]
            return make_lists(personal, popularity, users, k, withheld=held).needs
        parts = _PARTS[mode]
        return rank_needs(personal, popularity, users, k, withheld=keys[:0], parts=parts).needs

    def timing_scores(self, users: Ints, things: Ints) -> Floats:
        """Return the chance of each pair within a week, shape (n_pairs,); 0 if never bought."""
        personal, _ = self._fitted()
        keys = personal.model.snapshot.histories.keys
        wanted = users * personal.n_needs + things
        return floats_at(personal.week_chances[:, 0], places(keys, wanted), 0.0)

    def _told(self, train: Interactions) -> tuple[Floats, Ints]:
        if self._catalogue is None:
            n_needs = len(train.thing_ids)
            return np.full(n_needs, np.nan), np.arange(n_needs)
        if not np.array_equal(self._catalogue.need_ids, train.thing_ids):
            raise ValueError(
                f"the catalogue must name the needs of the interactions, found "
                f"{len(self._catalogue.need_ids)} and {len(train.thing_ids)} needs"
            )
        return self._catalogue.told_days, self._catalogue.parents

    def _fitted(self) -> tuple[PersonalNeeds, Popularity]:
        if self._personal is None or self._popularity is None:
            raise ValueError(f"{self.name} must be fitted before it is asked for lists")
        return self._personal, self._popularity
