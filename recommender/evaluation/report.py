"""What the evaluation found: a table to read, rows to compute with, intervals to believe."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from recommender.evaluation.bootstrap import Interval, bootstrap_mean
from recommender.evaluation.judge import Judged

HEADLINES = ("ndcg@10", "repeat_ndcg@10", "novel_ndcg@10", "ann_s@10", "san_s@10")
"""The metrics of the printed table, before STAUC; the last is what models are ranked by."""
COMPARED = ("ndcg@10", "novel_ndcg@10", "san_s@10")
"""The metrics whose differences get an interval."""

PRINTED = (*HEADLINES, "stauc")
"""The columns of the printed table."""

_SCHEMA = pa.schema(
    [
        pa.field("model", pa.string(), nullable=False),
        *(pa.field(name, pa.float64()) for name in PRINTED),
    ]
)
_DIGITS = 6


@dataclass(frozen=True)
class Measured:
    """One model, or one variant of it."""

    name: str
    judged: tuple[Judged, ...]
    """One a cut."""
    stauc: float
    """Over all weeks; NaN where the model has no timing or it was not asked for."""

    def of_cut(self, number: int) -> dict[str, float]:
        """Return each metric's mean over the cut's users, and coverage; NaN metrics are left out."""
        judged = self.judged[number]
        counting = {name: v[~np.isnan(v)] for name, v in judged.scores.items()}
        means = {name: float(values.mean()) for name, values in counting.items() if len(values)}
        return means | {"coverage@10": judged.coverage}

    def means(self) -> dict[str, float]:
        """Return each metric's mean over users, then over the cuts that have it, and STAUC."""
        cuts = [self.of_cut(number) for number in range(len(self.judged))]
        names = dict.fromkeys(name for cut in cuts for name in cut)
        means = {name: float(np.mean([cut[name] for cut in cuts if name in cut])) for name in names}
        return means if np.isnan(self.stauc) else means | {"stauc": self.stauc}


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

    def compare(self, subject: str, other: str, metric: str) -> Comparison:
        """Return by how much the subject leads, with a paired-bootstrap interval.

        Raises:
            KeyError: If there is no such model or metric.
        """
        pairs = zip(self.named(subject).judged, self.named(other).judged, strict=True)
        differences = [ours.scores[metric] - theirs.scores[metric] for ours, theirs in pairs]
        interval = bootstrap_mean(differences, samples=self.samples, seed=self.seed)
        return Comparison(metric, subject, other, interval)

    def comparisons(self) -> tuple[Comparison, ...]:
        """Compare the first model with the best other one, metric by metric."""
        if not self.measured:
            return ()
        subject, *others = self.measured
        found = []
        for metric in COMPARED:
            means = {other.name: other.means().get(metric) for other in others}
            rivals = {name: mean for name, mean in means.items() if mean is not None}
            if rivals and metric in subject.means():
                best = max(rivals, key=lambda name: rivals[name])
                found.append(self.compare(subject.name, best, metric))
        return tuple(found)

    def to_arrow(self) -> pa.Table:
        """Return the printed table: one row a model, a column a metric, null where it has none."""
        rows = []
        for measured in self.measured:
            means = measured.means()
            rows.append({"model": measured.name, **{name: means.get(name) for name in PRINTED}})
        return pa.Table.from_pylist(rows, schema=_SCHEMA)

    def to_json(self) -> str:
        """Return the means, cut by cut too, and the comparisons; floats have six digits."""
        document = {
            "level": self.level,
            "cuts": [cut.isoformat() for cut in self.cuts],
            "horizon_days": self.horizon_days,
            "users": list(self.users),
            "needs": self.n_needs,
            "satiating_needs": list(self.satiating_needs),
            "models": [
                {
                    "model": measured.name,
                    "mean": _rounded(measured.means()),
                    "by_cut": [_rounded(measured.of_cut(n)) for n in range(len(self.cuts))],
                }
                for measured in self.measured
            ],
            "comparisons": [_as_json(comparison) for comparison in self.comparisons()],
        }
        return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)

    def to_text(self) -> str:
        """Return the table a person reads, and the comparisons below it."""
        n_cuts = len(self.cuts)
        head = (
            f"{self.level} level, horizon {self.horizon_days} days, mean of {n_cuts} cuts "
            f"({', '.join(map(str, self.cuts))}); users {', '.join(map(str, self.users))}; "
            f"{len(self.satiating_needs)} of {self.n_needs} needs satiate"
        )
        width = max([len(measured.name) for measured in self.measured], default=0)
        lines = [_line("", [_heading(name) for name in PRINTED], width)]
        for measured in self.measured:
            means = measured.means()
            cells = [f"{means[name]:.4f}" if name in means else "–" for name in PRINTED]
            lines.append(_line(measured.name, cells, width))
        return "\n".join([head, "", *lines, "", *map(_sentence, self.comparisons())]).rstrip()


def _line(name: str, cells: Sequence[str], width: int) -> str:
    return name.ljust(width) + "".join(cell.rjust(16) for cell in cells)


def _heading(metric: str) -> str:
    return metric.replace("_ndcg", " ndcg").upper()


def _sentence(comparison: Comparison) -> str:
    gap = comparison.difference
    return (
        f"{_heading(comparison.metric)}: {comparison.subject} minus {comparison.other} "
        f"{gap.value:+.4f}, 95% interval [{gap.low:+.4f}, {gap.high:+.4f}]"
    )


def _as_json(comparison: Comparison) -> dict[str, str | float]:
    gap = comparison.difference
    return {
        "metric": comparison.metric,
        "subject": comparison.subject,
        "other": comparison.other,
    } | _rounded({"difference": gap.value, "low": gap.low, "high": gap.high})


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, _DIGITS) for name, value in values.items()}
