"""Whether chances mean what they say: of the pairs given 30 %, do 30 % buy?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.interactions import Bools, Floats, Ints

BINS = 15
"""Bins of equal mass behind the headline error and the reliability curve."""
COARSE_BINS = 10
"""Bins of the two errors reported beside it."""


@dataclass(frozen=True)
class Calibration:
    """A model's chances on one cut against what came true.

    The expected calibration error is Σ_b n_b / n · |mean chance_b - rate_b| over the bins b.

    Source:
        Naeini, Cooper, Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian
        Binning", AAAI 2015; bins of equal mass after Nguyen, O'Connor, EMNLP 2015, so that the
        many small chances do not hide in one bin.
    """

    pairs: int
    error: float
    """Over ``BINS`` bins of equal mass: the headline."""
    error_equal_mass: float
    """Over ``COARSE_BINS`` bins of equal mass."""
    error_equal_width: float
    """Over ``COARSE_BINS`` bins of equal width."""
    means: Floats
    """Mean chance of each of the headline's bins, ascending; shape (at most BINS,)."""
    rates: Floats
    """Share of the bin that came true."""
    counts: Ints
    """Pairs in the bin, never 0."""


@dataclass(frozen=True)
class _Bins:
    means: Floats
    rates: Floats
    counts: Ints

    @property
    def error(self) -> float:
        return float(np.average(np.abs(self.means - self.rates), weights=self.counts))


def calibrate(chances: Floats, outcomes: Bools) -> Calibration:
    """Compare chances with outcomes.

    Args:
        chances: In [0, 1], shape (n_pairs,), n_pairs at least 1.
        outcomes: Whether each came true, same shape.
    """
    fine = _binned(chances, outcomes, _mass_edges(chances, BINS))
    coarse = _binned(chances, outcomes, _mass_edges(chances, COARSE_BINS))
    even = _binned(chances, outcomes, np.arange(1, COARSE_BINS) / COARSE_BINS)
    return Calibration(
        pairs=len(chances),
        error=fine.error,
        error_equal_mass=coarse.error,
        error_equal_width=even.error,
        means=fine.means,
        rates=fine.rates,
        counts=fine.counts,
    )


def _mass_edges(chances: Floats, bins: int) -> Floats:
    return np.asarray(np.quantile(chances, np.arange(1, bins) / bins))


def _binned(chances: Floats, outcomes: Bools, edges: Floats) -> _Bins:
    """Sum up the bins between the edges; equal chances share a bin, and empty bins are left out."""
    bins = np.searchsorted(edges, chances, side="right")
    counts = np.bincount(bins, minlength=len(edges) + 1)
    some = counts > 0
    means = np.bincount(bins, chances, len(counts))[some] / counts[some]
    rates = np.bincount(bins, outcomes, len(counts))[some] / counts[some]
    return _Bins(means, rates, counts[some])
