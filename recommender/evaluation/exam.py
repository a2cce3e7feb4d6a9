"""Every model sits the same exam: the same days to learn from, the same lists asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from recommender.evaluation.calibration import Calibration, calibrate
from recommender.evaluation.judge import Judged, Yardstick, judge
from recommender.evaluation.measured import Measured, Variant
from recommender.evaluation.metrics import CUTOFFS
from recommender.evaluation.models import (
    CHANCE_DAYS,
    MODES,
    CalibratedModel,
    HoldingModel,
    Model,
    TimingModel,
)
from recommender.evaluation.suppression import suppressed_lists
from recommender.evaluation.timing import Week, stauc
from recommender.evaluation.timing_curve import Waits, timing_curve
from recommender.interactions import Bools, Floats, Interactions

_LENGTH = max(CUTOFFS)


@dataclass(frozen=True)
class Exam:
    """What is asked of each model."""

    things: Interactions
    is_satiating: Bools
    """Whether each thing's need satiates, shape (n_things,)."""
    yardsticks: Mapping[int, Yardstick]
    """By day of the cut."""
    weeks: Mapping[int, Week]
    """By first day; none to leave timing out."""
    waits: Mapping[int, Waits]
    """By the same days."""
    unheld: tuple[str, ...]
    """Names of models that are judged again with nothing held back, if they hold back."""
    suppressed: tuple[str, ...]
    """Names of models that are judged again with satisfied satiating needs held back."""
    filtered: tuple[str, ...]
    """Names of models that are judged again without what the user bought before."""

    def days_of(self, model: Model) -> list[int]:
        """Return the days for which the model is fitted, ascending."""
        weeks = self.weeks if isinstance(model, TimingModel) else {}
        return sorted({*self.yardsticks, *weeks})

    def sit(self, model: Model, after_fit: Callable[[], None]) -> tuple[Measured, ...]:
        """Fit a model once for each of its days, and measure all that it offers.

        Returns:
            The model as it is; with nothing held back, if it does so by itself; then, if its name
            asks for them, suppressed and filtered.
        """
        judged: dict[Variant, list[Judged]] = defaultdict(list)
        calibrations: list[Calibration] = []
        timing = _TimingSheet(self)
        for day in self.days_of(model):
            model.fit(self.things.before(day), as_of=day)
            after_fit()
            if day in self.yardsticks:
                for variant, result in self._judged(model, self.yardsticks[day]):
                    judged[variant].append(result)
                calibrations += _calibrations(model, self.yardsticks[day])
            timing.ask(model, day)
        plain = Measured(
            model.name,
            tuple(judged.pop("plain")),
            stauc=stauc(timing.weeks, timing.scores),
            calibrations=tuple(calibrations),
            curve=timing_curve(timing.waits, timing.chances, self.is_satiating),
        )
        variants = (Measured(model.name, tuple(found), it) for it, found in judged.items())
        return (plain, *variants)

    def _judged(self, model: Model, yardstick: Yardstick) -> Iterator[tuple[Variant, Judged]]:
        users = yardstick.cut.users
        lists = {mode: model.lists(users, _LENGTH, mode) for mode in MODES}
        yield "plain", judge(yardstick, lists)
        if isinstance(model, HoldingModel) and model.name in self.unheld:
            yield "unheld", judge(yardstick, {"all": model.unheld_lists(users, _LENGTH)})
        if model.name in self.suppressed:
            kept = suppressed_lists(
                model, users, _LENGTH, yardstick.withheld, yardstick.needs_of_things
            )
            yield "suppressed", judge(yardstick, {"all": kept})
        if model.name in self.filtered:
            yield "filtered", judge(yardstick, {"all": lists["novel"]})


class _TimingSheet:
    """What one model answers, week by week."""

    def __init__(self, exam: Exam) -> None:
        self._exam = exam
        self.weeks: list[Week] = []
        self.scores: list[Floats] = []
        self.waits: list[Waits] = []
        self.chances: list[Floats] = []

    def ask(self, model: Model, day: int) -> None:
        """Ask a model that has timing about a day that begins a week."""
        if day not in self._exam.weeks or not isinstance(model, TimingModel):
            return
        week, waits = self._exam.weeks[day], self._exam.waits[day]
        self.weeks.append(week)
        self.scores.append(model.timing_scores(week.users, week.things))
        if isinstance(model, CalibratedModel):
            self.waits.append(waits)
            self.chances.append(model.timing_scores(waits.users, waits.things))


def _calibrations(model: Model, yardstick: Yardstick) -> Iterator[Calibration]:
    """Yield the calibration of a model that has chances of the yardstick's horizon."""
    cut = yardstick.cut
    if isinstance(model, CalibratedModel) and cut.horizon_days == CHANCE_DAYS:
        users, things = cut.known.users, cut.known.things
        yield calibrate(model.chances(users, things), cut.truth.contains(users, things))
