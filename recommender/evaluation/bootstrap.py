"""How sure a difference is: users are drawn again, the same ones for both models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender.interactions import Floats


@dataclass(frozen=True)
class Interval:
    """An estimate and where it would fall if other users had been asked."""

    value: float
    low: float
    high: float


def bootstrap_mean(
    cuts: Sequence[Floats], *, samples: int = 1000, seed: int = 0, level: float = 0.95
) -> Interval:
    """Estimate the mean over users, then over cuts, with a percentile interval.

    For a paired comparison give the differences of the two models, user by user.

    Args:
        cuts: One array a cut, one value a user; NaN for users who do not count.
        samples: How often users are drawn with replacement, within each cut by itself.
        seed: Seed of the draws.
        level: Probability that the interval is meant to hold the mean.

    Raises:
        ValueError: If a cut has no user who counts.
    """
    rng = np.random.default_rng(seed)
    values = [cut[~np.isnan(cut)] for cut in cuts]
    if not values or not all(len(cut) for cut in values):
        raise ValueError("each cut must have at least one user with a value, one has none")
    draws = np.mean([_resampled_means(cut, samples, rng) for cut in values], axis=0)
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(np.mean([cut.mean() for cut in values])), float(low), float(high))


def _resampled_means(values: Floats, samples: int, rng: np.random.Generator) -> Floats:
    n = len(values)
    means = np.empty(samples)
    for sample in range(samples):
        means[sample] = values[rng.integers(0, n, n)].mean()
    return means
