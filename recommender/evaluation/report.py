"""What the evaluation found, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from recommender.evaluation.before_after import BeforeAfter
from recommender.evaluation.bootstrap import Interval, bootstrap_means
from recommender.evaluation.measured import Measured
from recommender.interactions import Floats

HEADLINES = ("ndcg@10", "repeat_ndcg@10", "novel_ndcg@10", "ann_s@10", "san_s@10")
"""The metrics of the printed table, before STAUC; the last is what models are ranked by."""
COMPARED = ("ndcg@10", "novel_ndcg@10", "san_s@10")
"""The metrics whose differences get an interval."""
PRINTED = (*HEADLINES, "stauc")
"""The columns of the printed table."""


@dataclass(frozen=True)
class Comparison:
    """The subject's lead over another model in one metric, same users on both sides."""

    metric: str
    subject: str
    other: str
    difference: Interval


@dataclass(frozen=True)
class EvaluationReport:
    """Every metric of every model; the first model is the subject of comparisons."""

    level: str
    cuts: tuple[date, ...]
    horizon_days: int
    users: tuple[int, ...]
    """Users judged, by cut."""
    n_needs: int
    """Needs ever bought."""
    satiating_needs: tuple[str, ...]
    measured: tuple[Measured, ...]
    ablations: tuple[str, ...]
    """Names of the models that are the subject with something left out."""
    before_after: BeforeAfter | None
    """One user's slots at the last cut; None if the simple baseline was not measured."""
    samples: int
    seed: int

    def named(self, name: str) -> Measured:
        """Return what was measured under a name.

        Raises:
            KeyError: If there is no such model.
        """
        for measured in self.measured:
            if measured.name == name:
                return measured
        raise KeyError(f"no model {name!r} was measured")

    def mean(self, model: str, metric: str) -> float:
        """Return a metric's mean over users, then cuts.

        Raises:
            KeyError: If there is no such model or metric.
        """
        return self.named(model).means()[metric]

    @cached_property
    def intervals(self) -> dict[tuple[str, str], Interval]:
        """Each model's headlines with their intervals, by model and metric."""
        asked = [
            (measured.name, metric)
            for measured in self.measured
            for metric in HEADLINES
            if _has(measured, metric)
        ]

        def scores(cut: int) -> list[Floats]:
            return [self.named(name).judged[cut].scores[metric] for name, metric in asked]

        return dict(zip(asked, self._bootstrap(scores, len(asked)), strict=True))

    @cached_property
    def leads(self) -> tuple[Comparison, ...]:
        """The subject's leads over each other model, metric by metric, in order of the models."""
        if not self.measured:
            return ()
        subject, *others = self.measured
        asked = [
            (metric, other)
            for other in others
            for metric in COMPARED
            if _has(subject, metric) and _has(other, metric)
        ]

        def scores(cut: int) -> list[Floats]:
            own = subject.judged[cut].scores
            return [own[metric] - other.judged[cut].scores[metric] for metric, other in asked]

        found = self._bootstrap(scores, len(asked))
        return tuple(
            Comparison(metric, subject.name, other.name, interval)
            for (metric, other), interval in zip(asked, found, strict=True)
        )

    def comparisons(self) -> tuple[Comparison, ...]:
        """Return the subject's leads over the best rival, metric by metric; ablations are none."""
        rivals = [lead for lead in self.leads if lead.other not in self.ablations]
        best = {}
        for metric in COMPARED:
            found = [lead for lead in rivals if lead.metric == metric]
            if found:
                best[metric] = max(found, key=lambda lead: self.mean(lead.other, metric))
        return tuple(best.values())

    def losses(self) -> tuple[Comparison, ...]:
        """Return by how much the subject leads over itself with something left out."""
        return tuple(lead for lead in self.leads if lead.other in self.ablations)

    def _bootstrap(
        self, scores: Callable[[int], Sequence[Floats]], n_columns: int
    ) -> list[Interval]:
        if not n_columns:
            return []
        columns = [np.column_stack(scores(cut)) for cut in range(len(self.cuts))]
        return bootstrap_means(columns, samples=self.samples, seed=self.seed)


def _has(measured: Measured, metric: str) -> bool:
    """Say whether every cut has a user who counts."""
    return all(
        metric in judged.scores and not np.isnan(judged.scores[metric]).all()
        for judged in measured.judged
    )
