"""One cut's yardstick, and what it says of a model's lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recommender.evaluation.metrics import Scores, accuracy, annoyance, coverage
from recommender.evaluation.models import Mode
from recommender.evaluation.pairs import PairSet
from recommender.evaluation.protocol import Cut
from recommender.evaluation.satisfied import satisfied_pairs
from recommender.interactions import Bools, Interactions, Ints

_PREFIX: dict[Mode, str] = {"all": "", "repeat": "repeat_", "novel": "novel_"}


@dataclass(frozen=True)
class Yardstick:
    """A cut, and which (user, need) a slot of it should not be spent on."""

    cut: Cut
    needs_of_things: Ints
    """The need of each thing, shape (n_things,)."""
    withheld: PairSet
    """Satiating needs that are still satisfied, from training data alone."""
    annoying: PairSet
    """Those of them that are not bought at all in the window."""
    annoying_any: PairSet
    """The same over all needs, satiating or not: a blunt stress test."""


@dataclass(frozen=True)
class Judged:
    """What the lists of one model for one cut are worth."""

    scores: Scores
    """Metric → shape (n_users,), NaN where a user has nothing to hit."""
    coverage: float
    """Share of the catalogue on the first ten slots of at least one list."""
    shown: Ints
    """The lists of anything, shape (n_users, k); -1 is an empty slot."""


def make_yardstick(
    cut: Cut, needs: Interactions, needs_of_things: Ints, is_satiating: Bools
) -> Yardstick:
    """Decide from need-level purchases before the cut what would annoy after it."""
    satisfied = satisfied_pairs(needs.before(cut.day), cut.day)
    window = needs.between(cut.day, cut.day + cut.horizon_days)
    bought = PairSet.of(window.users, window.things, satisfied.width)
    withheld = PairSet(satisfied.keys[is_satiating[satisfied.things]], satisfied.width)
    return Yardstick(cut, needs_of_things, withheld, withheld - bought, satisfied - bought)


def judge(yardstick: Yardstick, lists: Mapping[Mode, Ints]) -> Judged:
    """Measure the lists of the cut's users; "all" must be among them.

    Returns:
        Accuracy of each list (``repeat_`` and ``novel_`` stand before the names of those two);
        of the list of anything also ``ann_s@10`` and ``san_s@10`` over satiating needs,
        ``ann@10`` and ``san@10`` over all needs, and coverage.
    """
    cut = yardstick.cut
    scores: Scores = {}
    for mode, shown in lists.items():
        scores |= accuracy(shown, cut.users, cut.truth_of(mode), prefix=_PREFIX[mode])
    for name, annoying in (("_s", yardstick.annoying), ("", yardstick.annoying_any)):
        scores |= annoyance(
            lists["all"], cut.users, cut.truth, annoying, yardstick.needs_of_things, name=name
        )
    return Judged(scores, coverage(lists["all"], cut.catalogue_size), lists["all"])
