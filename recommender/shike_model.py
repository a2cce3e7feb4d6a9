"""The published ranking as a model that the evaluation can measure: one code path for both."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from recommender.catalogue import Catalogue, unknown_catalogue
from recommender.evaluation.models import Mode
from recommender.features import GROUPS
from recommender.interactions import Floats, Interactions, Ints
from recommender.lessons import HORIZON_DAYS, TIMED_DAYS, Lessons, learn_timing
from recommender.lookup import floats_at, places
from recommender.model import RELEARN_DAYS, LearnedNeeds, NeedModel, past_days
from recommender.needs import ANNOYANCE_WEIGHT, PersonalNeeds, read_needs
from recommender.popularity import Popularity, measure_popularity
from recommender.ranking import Part, rank_needs
from recommender.refill import make_lists
from recommender.satiation import Review
from recommender.snapshot import take_snapshot

ABLATIONS = GROUPS
"""Groups of features that an ablation may leave out."""

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
        annoyance_weight: How many hits one annoying slot outweighs.
        without: Groups of features that are left out, of ``ABLATIONS``.
        relearn_days: Days for which what was learned on a day holds, that day being the first.
    """

    def __init__(
        self,
        catalogue: Catalogue | None = None,
        *,
        name: str = "shike",
        annoyance_weight: float = ANNOYANCE_WEIGHT,
        without: frozenset[str] = frozenset(),
        relearn_days: int = RELEARN_DAYS,
    ) -> None:
        self.name = name
        self._catalogue, self._without = catalogue, without
        self._annoyance_weight, self._relearn_days = annoyance_weight, relearn_days
        self._read: _Read | None = None
        self._timing: tuple[int, Lessons] | None = None
        self._review: Review | None = None
        self._learned: LearnedNeeds | None = None

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Take in ``train``, all of it before the start of day ``as_of``.

        What is asked for is learned when it is first asked for. Three things outlive the fit, as
        they do in a shop from day to day: a review of satiation while it holds, what was learned
        of needs for ``relearn_days``, and of timing for ``HORIZON_DAYS``.
        """
        self._read = _Read(train, as_of, self._known_catalogue(train))
        if self._timing and not 0 <= as_of - self._timing[0] < HORIZON_DAYS:
            self._timing = None

    def lists(self, users: Ints, k: int, mode: Mode) -> Ints:
        """Return the best ``k`` needs of each user, shape (n_users, k); -1 is an empty slot."""
        personal, popularity = self._personal()
        if mode == "all":
            held = personal.model.snapshot.histories.keys[personal.states.is_held]
            return make_lists(personal, popularity, users, k, withheld=held).needs
        return self._by_chance(users, k, _PARTS[mode])

    def unheld_lists(self, users: Ints, k: int) -> Ints:
        """Return the likeliest ``k`` needs of each user, whether or not they still satisfy."""
        return self._by_chance(users, k, _PARTS["all"])

    def _by_chance(self, users: Ints, k: int, parts: tuple[Part, ...]) -> Ints:
        personal, popularity = self._personal()
        likely = replace(personal, annoyance_weight=0.0)
        nothing = np.zeros(0, dtype=np.int64)
        return rank_needs(likely, popularity, users, k, withheld=nothing, parts=parts).needs

    def chances(self, users: Ints, things: Ints) -> Floats:
        """Return the chance of each pair within the horizon, (n_pairs,); 0 if never bought."""
        personal, _ = self._personal()
        keys = personal.model.snapshot.histories.keys
        return floats_at(personal.chances, places(keys, users * personal.n_needs + things), 0.0)

    def timing_scores(self, users: Ints, things: Ints) -> Floats:
        """Return the chance of each pair within a week in which its user shops, (n_pairs,).

        0 for what was never bought.
        """
        read = self._fitted()
        if read.timing is None:
            read.timing = self._read_timing(read)
        keys, chances = read.timing
        return floats_at(chances, places(keys, users * len(read.train.thing_ids) + things), 0.0)

    def _read_timing(self, read: _Read) -> tuple[Ints, Floats]:
        with threadpool_limits(1, "blas"):
            if self._timing is None:
                past = past_days(read.train, read.day, read.catalogue, TIMED_DAYS)
                self._timing = (read.day, learn_timing(read.train, past, self._without))
            snapshot = take_snapshot(read.train, read.day, read.catalogue)
            chances = NeedModel(snapshot, self._timing[1]).week_chances()
        return snapshot.histories.keys, chances

    def _personal(self) -> tuple[PersonalNeeds, Popularity]:
        read = self._fitted()
        if read.needs is None:
            personal = read_needs(
                read.train,
                read.day,
                read.catalogue,
                annoyance_weight=self._annoyance_weight,
                without=self._without,
                review=self._review,
                learned=self._still_learned(read.day),
            )
            self._review, self._learned = personal.review, personal.learned
            nobody = np.full(len(read.train.user_ids), -1)
            popularity = measure_popularity(read.train, read.day, nobody, min_people=1)
            read.needs = personal, popularity
        return read.needs

    def _still_learned(self, day: int) -> LearnedNeeds | None:
        if self._learned and self._learned.holds_on(day, self._relearn_days):
            return self._learned
        return None

    def _known_catalogue(self, train: Interactions) -> Catalogue:
        if self._catalogue is None:
            return unknown_catalogue(train.thing_ids, int(train.items.max(initial=-1)) + 1)
        if not np.array_equal(self._catalogue.need_ids, train.thing_ids):
            raise ValueError(
                f"the catalogue must name the needs of the interactions, found "
                f"{len(self._catalogue.need_ids)} and {len(train.thing_ids)} needs"
            )
        return self._catalogue

    def _fitted(self) -> _Read:
        if self._read is None:
            raise ValueError(f"{self.name} must be fitted before it is asked for lists")
        return self._read


@dataclass
class _Read:
    """What the model was given, and what it has read from it so far."""

    train: Interactions
    day: int
    catalogue: Catalogue
    needs: tuple[PersonalNeeds, Popularity] | None = None
    timing: tuple[Ints, Floats] | None = None
    """Keys of the pairs, ascending, and their chances in the first week."""
