"""Every model sits the same exam: the same days to learn from, the same lists asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from recommender.evaluation.judge import Judged, Yardstick, judge
from recommender.evaluation.metrics import CUTOFFS
from recommender.evaluation.models import MODES, Model, TimingModel
from recommender.evaluation.report import Measured
from recommender.evaluation.suppression import suppressed_lists
from recommender.evaluation.timing import Week, stauc
from recommender.interactions import Floats, Interactions

_LENGTH = max(CUTOFFS)


@dataclass(frozen=True)
class Exam:
    """What is asked of each model."""

    things: Interactions
    yardsticks: Mapping[int, Yardstick]
    """By day of the cut."""
    weeks: Mapping[int, Week]
    """By first day; none to leave timing out."""
    suppressed: tuple[str, ...]
    """Names of models that are judged again with satisfied satiating needs held back."""
    filtered: tuple[str, ...]
    """Names of models that are judged again without what the user bought before."""

    def days_of(self, model: Model) -> list[int]:
        """Return the days for which the model is fitted, ascending."""
        weeks = self.weeks if isinstance(model, TimingModel) else {}
        return sorted({*self.yardsticks, *weeks})

    def sit(self, model: Model, after_fit: Callable[[], None]) -> tuple[Measured, ...]:
        """Fit a model for each of its days, judge its lists and collect its timing scores.

        Returns:
            The model as it is; then, if its name asks for them, suppressed and filtered.
        """
        judged: dict[str, list[Judged]] = defaultdict(list)
        asked: list[Week] = []
        scores: list[Floats] = []
        for day in self.days_of(model):
            model.fit(self.things.before(day), as_of=day)
            after_fit()
            if day in self.yardsticks:
                for name, result in self._judged(model, self.yardsticks[day]):
                    judged[name].append(result)
            if day in self.weeks and isinstance(model, TimingModel):
                asked.append(self.weeks[day])
                scores.append(model.timing_scores(asked[-1].users, asked[-1].things))
        timing = stauc(asked, scores)
        return tuple(
            Measured(name, tuple(results), timing if name == model.name else float("nan"))
            for name, results in judged.items()
        )

    def _judged(self, model: Model, yardstick: Yardstick) -> Iterator[tuple[str, Judged]]:
        users = yardstick.cut.users
        lists = {mode: model.lists(users, _LENGTH, mode) for mode in MODES}
        yield model.name, judge(yardstick, lists)
        if model.name in self.suppressed:
            kept = suppressed_lists(
                model, users, _LENGTH, yardstick.withheld, yardstick.needs_of_things
            )
            yield f"{model.name} + suppression", judge(yardstick, {"all": kept})
        if model.name in self.filtered:
            yield f"{model.name}, filter on", judge(yardstick, {"all": lists["novel"]})
