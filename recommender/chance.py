"""Calibrated chances from features: a logistic regression with squares and products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from recommender.interactions import Floats

Features = npt.NDArray[np.float32]
"""Shape (n_rows, n_features); finite."""

MIN_OUTCOMES = 100
"""Purchases, and refusals, without which no regression is fitted."""
CLIP = 5.0
"""Standard deviations beyond which a feature's products grow no further."""
CONSTANT = 1e-6
"""Standard deviation below which a feature says nothing."""
PENALTY = 0.1
"""Inverse strength of the ridge."""


@dataclass(frozen=True)
class Chance:
    """A fitted regression."""

    means: Features
    deviations: Features
    crossed: tuple[int, ...]
    weights: Features
    intercept: float

    def of(self, features: Features) -> Floats:
        """Return the chance of each row, shape (n_rows,)."""
        design = _design(features, self.means, self.deviations, self.crossed)
        odds = (design @ self.weights).astype(np.float64) + self.intercept
        return np.asarray(1 / (1 + np.exp(-odds)))


def fit_chance(features: Features, outcomes: Floats, crossed: tuple[int, ...]) -> Chance | None:
    """Fit P(outcome = 1) to standardised features, and to products of the crossed ones.

    Args:
        features: Shape (n_rows, n_features).
        outcomes: 1 or 0, shape (n_rows,).
        crossed: Columns whose squares and pairwise products are features too.

    Returns:
        The regression; None if there are too few of either outcome to learn from.
    """
    positive = int(outcomes.sum())
    if min(positive, len(outcomes) - positive) < MIN_OUTCOMES:
        return None
    means = features.mean(axis=0, dtype=np.float64).astype(np.float32)
    deviations = features.std(axis=0, dtype=np.float64).astype(np.float32)
    deviations[deviations < CONSTANT] = 1.0
    design = _design(features, means, deviations, crossed)
    model: Any = LogisticRegression(C=PENALTY, solver="newton-cholesky", max_iter=50)
    model.fit(design, outcomes)
    return Chance(
        means,
        deviations,
        crossed,
        np.asarray(model.coef_[0], dtype=np.float32),
        float(model.intercept_[0]),
    )


def _design(
    features: Features, means: Features, deviations: Features, crossed: tuple[int, ...]
) -> Features:
    standard = (features - means) / deviations
    chosen = np.clip(standard[:, list(crossed)], -CLIP, CLIP)
    left, right = np.triu_indices(len(crossed))
    return np.hstack([standard, chosen[:, left] * chosen[:, right]])
