"""Compare two models on the shop's own reports: how well each tells praise from blame."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from trials.arrays import Floats, Ints
from trials.reports.normalising import normalise
from trials.reports.options import TrainingOptions
from trials.reports.own_texts import OwnText
from trials.reports.polarity import Polarity

_LEVELS = (0.025, 0.975)
_DIGITS = 6


def macro_f1(model: Polarity, texts: Sequence[OwnText]) -> float:
    """Return the mean of the F1 of praise and of blame, in [0, 1]."""
    labels = np.array([one.label for one in texts])
    return float(_macro_f1(_counts(labels, said(model, texts)))[0])


def said(model: Polarity, texts: Sequence[OwnText]) -> Ints:
    """Return 1 where a model finds praise, else 0, shape (texts,)."""
    chances = model.report_chances([normalise(one.text).text for one in texts])
    return np.asarray(chances > 0.5, dtype=np.int64)  # noqa: PLR2004 - as likely as not


def compare(
    testing: Sequence[OwnText], used: Polarity, model: Polarity, options: TrainingOptions
) -> dict[str, Any]:
    """Return the figures of a :class:`~trials.reports.retraining.Comparison`, and its verdict."""
    labels = np.array([one.label for one in testing])
    return judged(labels, said(used, testing), said(model, testing), options)


def judged(labels: Ints, before: Ints, after: Ints, options: TrainingOptions) -> dict[str, Any]:
    """Return the same figures of what two models said, each of shape (texts,), 1 for praise.

    Source:
        Paired bootstrap: Koehn, "Statistical significance tests for machine translation
        evaluation", EMNLP 2004.
    """
    rng = np.random.default_rng(options.seed)
    low, high = np.quantile(_drawn(labels, before, after, options.draws, rng), _LEVELS)
    f1_before, f1_after = (float(_macro_f1(_counts(labels, each))[0]) for each in (before, after))
    difference = f1_after - f1_before
    figures = {
        "accuracy_before": float((before == labels).mean()),
        "accuracy_after": float((after == labels).mean()),
        "macro_f1_before": f1_before,
        "macro_f1_after": f1_after,
        "difference": difference,
        "low": float(low),
        "high": float(high),
    }
    verdict = "worse" if difference < 0 else "cannot_tell" if low <= -options.margin else "replaced"
    return {name: round(value, _DIGITS) for name, value in figures.items()} | {"verdict": verdict}


def _drawn(labels: Ints, before: Ints, after: Ints, draws: int, rng: np.random.Generator) -> Floats:
    """Differences of macro-F1 in resamples of the texts, shape (draws,).

    A text counts only by its label and what the two models say, eight kinds in all, so a resample
    is a draw of how many there are of each kind.
    """
    kinds = np.bincount(4 * labels + 2 * before + after, minlength=8)
    counts = rng.multinomial(len(labels), kinds / len(labels), size=draws).reshape(-1, 2, 2, 2)
    drawn: Floats = _macro_f1(counts.sum(axis=2)) - _macro_f1(counts.sum(axis=3))
    return drawn


def _counts(labels: Ints, said: Ints) -> Ints:
    """Confusion counts, shape (1, label, said)."""
    counts: Ints = np.bincount(2 * labels + said, minlength=4).reshape(1, 2, 2)
    return counts


def _macro_f1(counts: Ints) -> Floats:
    """Mean of the F1 of praise and of blame, per table of shape (label, said)."""
    right = np.stack([counts[:, 0, 0], counts[:, 1, 1]], axis=1)
    wrong = (counts[:, 0, 1] + counts[:, 1, 0])[:, None]
    scores: Floats = (2 * right / np.maximum(2 * right + wrong, 1)).mean(axis=1)
    return scores
