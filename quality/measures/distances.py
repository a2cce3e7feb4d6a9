"""How far two distributions are apart, and how far chance alone would put them.

Every function takes counts, not shares, because how much a distance says depends on how many rows
it was measured on.
"""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

Counts = npt.NDArray[np.float64]
"""Rows by value or bin, shape (n_bins,)."""

CHANCE = 0.001
"""How often a distance between samples of one distribution may exceed its bound."""


def psi(recent: Counts, usual: Counts) -> float:
    """Return the population stability index, Σ (p - q) ln(p / q): 0 if equal, symmetric.

    A bin that only one side has would make it infinite; that side is taken to have half a row.

    Args:
        recent: Counts of one side, shape (n_bins,), with a positive sum.
        usual: Counts of the other, same bins.

    Source:
        Siddiqi, "Credit Risk Scorecards", 2006; it is the symmetric divergence J of Jeffreys,
        "An invariant form for the prior probability", Proc. R. Soc. A 186, 1946.
    """
    seen = (recent > 0) | (usual > 0)
    p = np.maximum(recent[seen], 0.5) / recent.sum()
    q = np.maximum(usual[seen], 0.5) / usual.sum()
    return float(np.sum((p - q) * np.log(p / q)))


def psi_bound(n: float, m: float, bins: int, *, chance: float = CHANCE) -> float:
    """Return what the index of two samples of one distribution exceeds as rarely as told.

    The index of samples of n and m rows in B bins is about (1/n + 1/m) χ²(B - 1): with few rows
    it is large although nothing has changed.

    Args:
        n: Rows of one sample.
        m: Rows of the other.
        bins: Bins that either has rows in.
        chance: How often it may be exceeded, a share.

    Source:
        Yurdakul and Naranjo, "Statistical properties of the population stability index",
        Journal of Risk Model Validation 14(4), 2020.
    """
    return float((1 / n + 1 / m) * chdtri(max(bins - 1, 1), chance))


def ks(recent: Counts, usual: Counts) -> float:
    """Return the Kolmogorov-Smirnov distance, the largest gap between the cumulated shares.

    Args:
        recent: Counts by value, values ascending, shape (n_values,), with a positive sum. By bin,
            the distance is at most that of the values.
        usual: Counts of the other side, same values.
    """
    gaps = np.cumsum(recent) / recent.sum() - np.cumsum(usual) / usual.sum()
    return float(min(1.0, np.abs(gaps).max()))


def ks_bound(n: float, m: float) -> float:
    """Return what the distance of two samples of one distribution exceeds once in a thousand.

    c(α) √((n + m) / (n m)) with c(α) = √(-ln(α / 2) / 2); for values that repeat it is an upper
    bound.

    Source:
        Smirnov, "Table for estimating the goodness of fit of empirical distributions", Annals of
        Mathematical Statistics 19(2), 1948.
    """
    return sqrt(-log(CHANCE / 2) / 2) * sqrt((n + m) / (n * m))
