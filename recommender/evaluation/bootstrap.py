"""How sure a mean is: users are drawn again, the same ones for all that is compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.interactions import Floats

_DRAWS_AT_ONCE = 4_000_000
"""Users drawn at a time: few samples where there are many users."""


@dataclass(frozen=True)
class Interval:
    """An estimate and where it would fall if other users had been asked."""

    value: float
    low: float
    high: float


def bootstrap_means(
    cuts: Sequence[Floats], *, samples: int = 1000, seed: int = 0, level: float = 0.95
) -> list[Interval]:
    """Estimate means over users, then over cuts, with percentile intervals.

    Every column is judged on the same draws of users. For a paired comparison give the
    differences of two models, user by user.

    Args:
        cuts: One array a cut, shape (n_users, n_columns), the same columns in each; NaN for users
            who do not count in a column.
        samples: How often users are drawn with replacement, within each cut by itself.
        seed: Seed of the draws.
        level: Probability that an interval is meant to hold the mean.

    Returns:
        One interval a column.

    Raises:
        ValueError: If there is no cut, or no user counts in some column of a cut.
    """
    if not cuts or not all((~np.isnan(cut)).any(axis=0).all() for cut in cuts):
        raise ValueError("each cut must have at least one user with a value, one has none")
    rng = np.random.default_rng(seed)
    draws = np.mean([_resampled_means(cut, samples, rng) for cut in cuts], axis=0)
    lows, highs = np.nanquantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    values = np.mean([np.nanmean(cut, axis=0) for cut in cuts], axis=0)
    return [Interval(*map(float, found)) for found in zip(values, lows, highs, strict=True)]


def _resampled_means(values: Floats, samples: int, rng: np.random.Generator) -> Floats:
    """Return each column's mean in each sample, shape (samples, n_columns).

    NaN where a sample holds nobody who counts.
    """
    counts = (~np.isnan(values)).astype(np.float64)
    known = np.nan_to_num(values)
    with np.errstate(invalid="ignore"):
        means = [(drawn @ known) / (drawn @ counts) for drawn in _drawn(len(values), samples, rng)]
    return np.concatenate(means)


def _drawn(n_users: int, samples: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Yield how often each user is drawn in each sample, in blocks (n_block, n_users)."""
    at_once = max(1, _DRAWS_AT_ONCE // n_users)
    for first in range(0, samples, at_once):
        size = min(at_once, samples - first)
        drawn = rng.integers(0, n_users, (size, n_users)) + np.arange(size)[:, None] * n_users
        times = np.bincount(drawn.ravel(), minlength=size * n_users).reshape(size, n_users)
        yield times.astype(np.float64)
