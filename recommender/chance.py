"""Calibrated chances from features: a logistic regression, and trees on what it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from recommender.boosting import Features, Trees, fit_trees
from recommender.interactions import Floats

MIN_OUTCOMES = 100
"""Purchases, and refusals, without which no regression is fitted."""
MIN_TREE_OUTCOMES = 5000
"""Purchases, and refusals, below which trees would learn noise."""
CLIP = 5.0
"""Standard deviations beyond which a feature's products grow no further."""
CONSTANT = 1e-6
"""Standard deviation below which a feature says nothing."""
PENALTY = 0.1
"""Inverse strength of the ridge."""

_BLOCK_ROWS = 16384


@dataclass(frozen=True)
class Design:
    """Which columns enter the regression; trees see all of them."""

    linear: tuple[int, ...]
    crossed: tuple[int, ...]
    """Columns whose squares and pairwise products enter, too."""


@dataclass(frozen=True)
class Chance:
    """A fitted regression."""

    design: Design
    means: Features
    deviations: Features
    weights: Features
    intercept: float
    trees: Trees | None

    def of(self, features: Features) -> Floats:
        """Return the chance of each row, shape (n_rows,)."""
        return self.with_and_without_trees(features)[0]

    def with_and_without_trees(self, features: Features) -> tuple[Floats, Floats]:
        """Return the chance of each row, and that by the regression alone; shape (n_rows,)."""
        odds = self.margin(features)
        plain = _chance(odds)
        if self.trees is None:
            return plain, plain
        return _chance(odds + self.trees.margin(features)), plain

    def margin(self, features: Features) -> Floats:
        """Return the log odds of each row by the regression alone, shape (n_rows,)."""
        return _margins([self], features)[0]

    def looks_like(self, other: Chance) -> bool:
        """Say whether both regressions see the same columns."""
        return self.design == other.design and all(
            np.array_equal(own, its)
            for own, its in ((self.means, other.means), (self.deviations, other.deviations))
        )


def chances_of_each(chances: Sequence[Chance], features: Features) -> list[Floats]:
    """Return the chance of each row by each of several regressions, shapes (n_rows,).

    Neighbours that were fitted to the same rows share the work of making columns.
    """
    margins = _margins(chances, features)
    return [
        _chance(odds if chance.trees is None else odds + chance.trees.margin(features))
        for chance, odds in zip(chances, margins, strict=True)
    ]


def fit_chance(
    features: Features, outcomes: Floats, design: Design, *, boosted: bool = False
) -> Chance | None:
    """Fit P(outcome = 1) to standardised features, and to products of the crossed ones.

    Args:
        features: Shape (n_rows, n_features).
        outcomes: 1 or 0, shape (n_rows,).
        design: Columns of the regression.
        boosted: Whether trees on all columns correct the regression, where rows are enough.

    Returns:
        The regression; None if there are too few of either outcome to learn from.
    """
    positive = int(outcomes.sum())
    fewest = min(positive, len(outcomes) - positive)
    if fewest < MIN_OUTCOMES:
        return None
    means = features.mean(axis=0, dtype=np.float64).astype(np.float32)
    deviations = features.std(axis=0, dtype=np.float64).astype(np.float32)
    deviations[deviations < CONSTANT] = 1.0
    model: Any = LogisticRegression(C=PENALTY, solver="newton-cholesky", max_iter=50)
    model.fit(_columns(features, design, means, deviations), outcomes)
    weights = np.asarray(model.coef_[0], dtype=np.float32)
    chance = Chance(design, means, deviations, weights, float(model.intercept_[0]), None)
    if not boosted or fewest < MIN_TREE_OUTCOMES:
        return chance
    return replace(chance, trees=fit_trees(features, outcomes, chance.margin(features)))


def _margins(chances: Sequence[Chance], features: Features) -> list[Floats]:
    odds = [np.zeros(len(features)) for _ in chances]
    # So many rows at a time that memory does not grow with their products.
    for start in range(0, len(features), _BLOCK_ROWS):
        rows, last = slice(start, start + _BLOCK_ROWS), None
        for chance, own in zip(chances, odds, strict=True):
            if last is None or not chance.looks_like(last):
                columns = _columns(features[rows], chance.design, chance.means, chance.deviations)
            own[rows] = (columns @ chance.weights).astype(np.float64) + chance.intercept
            last = chance
    return odds


def _chance(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-odds)))


def _columns(features: Features, design: Design, means: Features, deviations: Features) -> Features:
    standard = (features - means) / deviations
    chosen = np.clip(standard[:, list(design.crossed)], -CLIP, CLIP)
    left, right = np.triu_indices(len(design.crossed))
    return np.hstack([standard[:, list(design.linear)], chosen[:, left] * chosen[:, right]])
