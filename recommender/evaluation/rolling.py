"""Rolling-origin evaluation: train before a cut, recommend, look at what was bought after it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from quality.progress import Progress, silent
from recommender.catalogue import Catalogue, read_catalogue
from recommender.evaluation.baselines import baselines
from recommender.evaluation.before_after import BASELINE, BeforeAfter, compare_slots
from recommender.evaluation.contenders import ablated_name, contenders
from recommender.evaluation.exam import Exam
from recommender.evaluation.histories import histories
from recommender.evaluation.judge import Yardstick, make_yardstick
from recommender.evaluation.measured import Measured
from recommender.evaluation.models import Model
from recommender.evaluation.protocol import make_cut
from recommender.evaluation.report import EvaluationReport
from recommender.evaluation.satiating import satiating_needs
from recommender.evaluation.satisfied import need_gaps
from recommender.evaluation.timing import observe_week, regular_pairs, timing_days
from recommender.evaluation.timing_curve import observe_waits
from recommender.interactions import Bools, Interactions, Ints, Level, day_number, purchase_days
from recommender.needs import ANNOYANCE_WEIGHT

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class EvaluationOptions:
    """What is measured beside the models as they are."""

    with_timing: bool = True
    """Whether models are fitted for twelve weeks more to measure STAUC and the timing curve."""
    without: tuple[str, ...] = ()
    """Groups of features, of ``shike_model.ABLATIONS``, each left out of a shike of its own."""
    annoyance_weight: float = ANNOYANCE_WEIGHT
    """How many hits one annoying slot outweighs, in shike and its ablations."""
    unheld: tuple[str, ...] = ("shike",)
    """Models measured again with nothing held back, of those that hold back by themselves."""
    suppressed: tuple[str, ...] = tuple(model.name for model in baselines())
    """Models measured again with the evaluator's satisfied satiating needs held back."""
    filtered: tuple[str, ...] = ("implicit ALS", "BM25 neighbours", "BPR")
    """Models measured again with everything bought before filtered out."""
    bootstrap_samples: int = 1000
    """Draws of users for each interval."""
    seed: int = 0
    """Seed of the baselines and of the bootstrap."""


@dataclass(frozen=True)
class _Shop:
    """The purchases at the level that is evaluated, and at need level."""

    things: Interactions
    needs: Interactions
    needs_of_things: Ints
    catalogue: Catalogue


def evaluate(
    tables: Mapping[str, pa.Table],
    *,
    cuts: Sequence[date],
    horizon_days: int = 28,
    level: Level = "need",
    models: Sequence[Model] | None = None,
    options: EvaluationOptions | None = None,
    progress: Progress = silent,
) -> EvaluationReport:
    """Measure models on the same cuts with the same yardstick.

    At each cut a model is fitted on the days before it and asked for lists of 20: of anything, of
    repeats, of novel things. The truth is what the user buys within the horizon, of things that
    anybody bought before; users are those with a purchase before and a truth after. What annoys
    is decided by the evaluator from training data alone. A purchase counts even if it is returned.

    A model's chances (``models.CalibratedModel``) are held against all pairs bought before the
    cut, whether or not their users come back, where the horizon is that of the chances.

    Args:
        tables: ``events`` and ``items``, valid.
        cuts: First days of the windows; the earliest fixes which needs satiate.
        horizon_days: Days in a window.
        level: Whether needs or items are recommended; annoyance is judged by need either way.
        models: What to measure; by default shike (at need level) and the baselines. The first is
            the one that comparisons are about.
        options: What else is measured.
        progress: Told after each fit of a model.

    Returns:
        Every metric of every model, cut by cut.

    Raises:
        ContractError: If a cut leaves nothing to train on or to compare with.
        ValueError: If no cut is given.
    """
    if not cuts:
        raise ValueError("cuts must name at least one day, found none")
    options = options or EvaluationOptions()
    shop = _read_shop(tables, level, min(cuts))
    if models is None:
        models = contenders(
            shop.catalogue,
            level,
            annoyance_weight=options.annoyance_weight,
            without=options.without,
            seed=options.seed,
        )
    days = sorted({day_number(cut) for cut in cuts})
    sliced = [make_cut(shop.things, day, horizon_days) for day in days]
    is_satiating = satiating_needs(shop.needs, days[0])
    yardsticks = {
        cut.day: make_yardstick(cut, shop.needs, shop.needs_of_things, is_satiating)
        for cut in sliced
    }
    exam = _make_exam(shop, yardsticks, is_satiating, options)
    measured = _sit(exam, models, progress)
    logger.info("evaluated %d models on %d cuts", len(models), len(days))
    ablated = [ablated_name(group) for group in options.without]
    return EvaluationReport(
        level=level,
        cuts=tuple(np.datetime64(day, "D").item() for day in days),
        horizon_days=horizon_days,
        users=tuple(len(cut.users) for cut in sliced),
        n_needs=len(np.unique(shop.needs.things)),
        satiating_needs=tuple(shop.needs.thing_ids[is_satiating].tolist()),
        measured=measured,
        ablations=tuple(
            found.name for found in measured if found.name in ablated or found.variant == "unheld"
        ),
        before_after=_before_after(shop, yardsticks[days[-1]], measured),
        samples=options.bootstrap_samples,
        seed=options.seed,
    )


def _read_shop(tables: Mapping[str, pa.Table], level: Level, as_of: date) -> _Shop:
    """Read the purchases, coded alike at both levels: by the sorted ids of all items and needs."""
    events, items = tables["events"], tables["items"]
    catalogue = read_catalogue(items, as_of)
    needs = purchase_days(events, items, level="need")
    if level == "need":
        return _Shop(needs, needs, np.arange(len(catalogue.need_ids)), catalogue)
    things = purchase_days(events, items, level="item")
    return _Shop(things, needs, catalogue.needs, catalogue)


def _make_exam(
    shop: _Shop,
    yardsticks: Mapping[int, Yardstick],
    is_satiating: Bools,
    options: EvaluationOptions,
) -> Exam:
    first = min(yardsticks)
    regulars = regular_pairs(shop.things, first)
    gaps = need_gaps(histories(shop.things.before(first)), len(shop.things.thing_ids))
    days = timing_days(shop.things, first) if options.with_timing else ()
    return Exam(
        shop.things,
        is_satiating[shop.needs_of_things],
        yardsticks,
        {day: observe_week(shop.things, regulars, day) for day in days},
        {day: observe_waits(shop.things, regulars, gaps, day) for day in days},
        options.unheld,
        options.suppressed,
        options.filtered,
    )


def _sit(exam: Exam, models: Sequence[Model], progress: Progress) -> tuple[Measured, ...]:
    total = sum(len(exam.days_of(model)) for model in models)
    done = 0

    def after_fit() -> None:
        nonlocal done
        done += 1
        progress("evaluate", done, total)

    return tuple(measured for model in models for measured in exam.sit(model, after_fit))


def _before_after(
    shop: _Shop, yardstick: Yardstick, measured: Sequence[Measured]
) -> BeforeAfter | None:
    """Show the first model's slots beside the simple baseline's, if that was measured, too."""
    before = [it for it in measured[1:] if it.name == BASELINE]
    if not before:
        return None
    return compare_slots(
        yardstick,
        before[0].judged[-1],
        measured[0].judged[-1],
        user_ids=shop.things.user_ids,
        thing_ids=shop.things.thing_ids,
        need_ids=shop.needs.thing_ids,
    )
