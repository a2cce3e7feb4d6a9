"""What lists lose when what was learned some days ago is used, instead of learning on the day.

    python benchmarks/quality_incremental.py [--test] [--products] [days ...]

Each cut is seen through lessons of the cut itself, and of so many days before it, by default 7, 14
and 28: ALS factors of needs, rules, and all regressions and trees. Satiation is reviewed on the
first cut for all of them alike. The cut is 2017-09-11, on which things are chosen; with ``--test``
it is the three test cuts. Gains are of learning on the day, paired over users. With ``--products``
it is the ranking of products that is measured, with nothing held back.
"""

import os
import sys
from dataclasses import replace
from datetime import date

# BLAS reads it when it is loaded, as does the flow that runs the stage.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from infra.sources.complete_journey import journey_tables, open_journey
from recommender.catalogue import Catalogue, read_catalogue
from recommender.evaluation.models import Mode
from recommender.evaluation.report import HEADLINES
from recommender.evaluation.rolling import EvaluationOptions, evaluate
from recommender.interactions import Interactions, Ints, Level
from recommender.model import LearnedNeeds, fit_need_model
from recommender.needs import PersonalNeeds, read_needs
from recommender.popularity import Popularity, measure_popularity
from recommender.ranking import Part, rank_needs
from recommender.refill import make_lists
from recommender.satiation import Review, review_satiation
from recommender.shike_products import ShikeProducts

TUNED_ON = (date(2017, 9, 11),)
TEST_CUTS = (date(2017, 10, 9), date(2017, 11, 6), date(2017, 12, 4))
AGES = (7, 14, 28)


class Aged:
    """Shike, seeing the day through what it learned some days before.

    Args:
        catalogue: What merchants told of the needs.
        age: Days before the day.
    """

    def __init__(self, catalogue: Catalogue, age: int) -> None:
        self.name = named(age)
        self._catalogue, self._age = catalogue, age
        self._review: Review | None = None
        self._read: tuple[PersonalNeeds, Popularity] | None = None

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Learn on the earlier day from what was known then, and read the day."""
        review = self._review
        if review is None or not review.holds_on(as_of):
            self._review = review = review_satiation(train, as_of)
        personal = read_needs(
            train, as_of, self._catalogue, review=review, learned=self._learned(train, as_of)
        )
        nobody = np.full(len(train.user_ids), -1)
        self._read = personal, measure_popularity(train, as_of, nobody, min_people=1)

    def _learned(self, train: Interactions, as_of: int) -> LearnedNeeds | None:
        if not self._age:
            return None
        day = as_of - self._age
        return fit_need_model(train.before(day), day, self._catalogue).learned

    def lists(self, users: Ints, k: int, mode: Mode) -> Ints:
        """Return the best ``k`` needs of each user, as ``ShikeModel`` does."""
        if self._read is None:
            raise ValueError(f"{self.name} must be fitted before it is asked for lists")
        personal, popularity = self._read
        if mode == "all":
            held = personal.model.snapshot.histories.keys[personal.states.is_held]
            return make_lists(personal, popularity, users, k, withheld=held).needs
        parts: tuple[Part, ...] = ("own",) if mode == "repeat" else ("novel", "popular")
        likely, nothing = replace(personal, annoyance_weight=0.0), np.zeros(0, dtype=np.int64)
        return rank_needs(likely, popularity, users, k, withheld=nothing, parts=parts).needs


class AgedProducts(ShikeProducts):
    """Shike's ranking of products through what it learned some days before.

    Args:
        catalogue: The items.
        age: Days before the day.
    """

    def __init__(self, catalogue: Catalogue, age: int) -> None:
        super().__init__(catalogue, relearn_days=age + 1)
        self.name, self._age = named(age), age

    def fit(self, train: Interactions, *, as_of: int) -> None:
        """Learn on the earlier day from what was known then, and read the day."""
        self._read = None
        if self._age:
            super().fit(train.before(as_of - self._age), as_of=as_of - self._age)
        super().fit(train, as_of=as_of)


def named(age: int) -> str:
    """Name a model by its age."""
    return f"learned {age} days before" if age else "learned on the day"


def main() -> None:
    """Print every metric of every age."""
    arguments = sys.argv[1:]
    tables = journey_tables(open_journey(), as_of=date(2018, 1, 2))
    cuts = TEST_CUTS if "--test" in arguments else TUNED_ON
    ages = [int(argument) for argument in arguments if argument.isdigit()] or AGES
    catalogue = read_catalogue(tables["items"], min(cuts))
    level: Level = "item" if "--products" in arguments else "need"
    model = AgedProducts if level == "item" else Aged
    models = [model(catalogue, age) for age in (0, *ages)]
    # What is held back comes of the review of satiation, which products take with their lessons.
    unheld = tuple(one.name for one in models) if level == "item" else ()
    options = EvaluationOptions(with_timing=False, suppressed=(), filtered=(), unheld=unheld)
    report = evaluate(tables, cuts=cuts, level=level, models=models, options=options)
    print(f"{'':<48}" + "".join(f"{metric:>16}" for metric in HEADLINES))
    for measured in report.measured:
        means = measured.means()
        cells = (f"{means[name]:.4f}" if name in means else "–" for name in HEADLINES)
        print(f"{measured.name:<48}" + "".join(f"{cell:>16}" for cell in cells))
    for lead in report.leads:
        gain = lead.difference
        print(
            f"{lead.metric:<14} {lead.subject} minus {lead.other}:"
            f" {gain.value:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]"
        )


if __name__ == "__main__":
    main()
