"""What everybody needs on one day: chances of old and new needs, and where each need stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from quality.progress import Progress, silent
from quality.spreading import Spread, in_turn
from recommender.catalogue import Catalogue
from recommender.interactions import Floats, Interactions, Ints
from recommender.lessons import PAST_DAYS
from recommender.lookup import key_range
from recommender.model import FittedModel, LearnedNeeds, NeedModel, fit_need_model
from recommender.satiation import Review, Satiation, review_satiation
from recommender.scoring import Judge, score_people
from recommender.snapshot import Snapshot
from recommender.states import NeedStates, return_shares

ANNOYANCE_WEIGHT = 2.0
"""Hits that one annoying slot outweighs. On the cut of 2017-09-11 weights from 1 to 2 lose less
than .001 of SAN_S, and 2 halves ANN_S."""


@dataclass(frozen=True)
class PersonalNeeds:
    """Everything about needs that lists, states and calendar are made from."""

    model: NeedModel
    satiation: Satiation
    states: NeedStates
    chances: Floats
    """Chance of each pair of the histories within the horizon, shape (n_pairs,)."""
    plain_chances: Floats
    """The same without trees; what the choice of products is learned on."""
    week_chances: Floats
    """Shape (n_pairs, WEEKS_FITTED)."""
    novel_keys: Ints
    """user × number of needs + need, ascending, of never-bought needs worth considering."""
    novel_chances: Floats
    past: Snapshot | None
    """The latest day that was learned from; None if an earlier day had learned."""
    annoyance_weight: float
    """Hits that one annoying slot outweighs."""
    review: Review
    """What was learned of satiation, and when."""
    learned: LearnedNeeds
    """What the chances come from, and when that was learned."""

    @property
    def utilities(self) -> Floats:
        """Worth of showing each pair, shape (n_pairs,).

        The chance p of a hit; less λ (1 - p), the weighted chance to annoy, while the last
        purchase still satisfies.
        """
        annoying = np.where(self.states.is_early, 1 - self.chances, 0.0)
        return np.asarray(self.chances - self.annoyance_weight * annoying)

    def between(self, first: int, last: int) -> PersonalNeeds:
        """Keep the users ``first`` to before ``last``, coded from 0, and no past day."""
        pairs = slice(*np.searchsorted(self.model.snapshot.histories.users, [first, last]))
        novel = key_range(self.novel_keys, first, last, self.n_needs)
        return replace(
            self,
            model=self.model.between(first, last),
            states=self.states.of_pairs(pairs),
            chances=self.chances[pairs],
            plain_chances=self.plain_chances[pairs],
            week_chances=self.week_chances[pairs],
            novel_keys=self.novel_keys[novel] - first * self.n_needs,
            novel_chances=self.novel_chances[novel],
            past=None,
        )

    def without_evidence(self) -> PersonalNeeds:
        """Leave out what is not read once chances are known and products are chosen."""
        snapshot = self.model.snapshot.without_evidence()
        return replace(
            self,
            model=NeedModel(snapshot, self.model.lessons),
            plain_chances=self.plain_chances[:0],
            week_chances=self.week_chances[:0],
            past=None,
        )

    @property
    def n_needs(self) -> int:
        """Number of needs in the vocabulary."""
        return self.model.snapshot.histories.shape[1]


def read_needs(  # noqa: PLR0913 - two are what earlier days left
    train: Interactions,
    day: int,
    catalogue: Catalogue,
    *,
    annoyance_weight: float = ANNOYANCE_WEIGHT,
    without: frozenset[str] = frozenset(),
    review: Review | None = None,
    learned: LearnedNeeds | None = None,
    progress: Progress = silent,
    spread: Spread = in_turn,
) -> PersonalNeeds:
    """Learn from everything before ``day`` what everybody needs on it.

    Args:
        train: Need-level interactions; days from ``day`` on are not looked at.
        day: The day, counted from 1970-01-01.
        catalogue: What the merchants tell of needs and items.
        annoyance_weight: How many hits one annoying slot outweighs, λ ≥ 0. A learned satisfied
            need is held back while p < λ / (1 + λ).
        without: Groups of features that are left out.
        review: The last review of satiation; None, or one that no longer holds, for a new one.
        learned: What an earlier day learned of needs, in the catalogue's vocabulary; None to learn
            from the past weeks.
        progress: Told which step is under way.
        spread: Where people are scored.
    """
    # One BLAS thread: sums must not depend on how many there are, and small products gain nothing.
    with threadpool_limits(1, "blas"):
        fitted = fit_need_model(
            train, day, catalogue, without=without, learned=learned, progress=progress
        )
        progress("scoring people's needs", len(PAST_DAYS) + 1, len(PAST_DAYS) + 2)
        if review is None or not review.holds_on(day):
            review = review_satiation(train, day)
        satiation = review.with_told(catalogue.told_days)
        return _scored(fitted, review, satiation, annoyance_weight, spread)


def _scored(
    fitted: FittedModel,
    review: Review,
    satiation: Satiation,
    annoyance_weight: float,
    spread: Spread,
) -> PersonalNeeds:
    model = fitted.today
    shares = return_shares(model.snapshot.histories)
    scores = score_people(model, Judge(satiation, shares, annoyance_weight), spread)
    return PersonalNeeds(
        model,
        satiation,
        scores.states,
        scores.chances,
        scores.plain_chances,
        scores.week_chances,
        scores.novel_keys,
        scores.novel_chances,
        fitted.past,
        annoyance_weight,
        review,
        fitted.learned,
    )
