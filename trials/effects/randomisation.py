"""The randomisation test: how often the lottery alone would have made so large a difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

if TYPE_CHECKING:
    from trials.arrays import Floats, Ints

_TIE = 1e-7
"""Distances from the mean closer than this are the same distance."""


def randomisation_p_value(
    buyers_treatment: Ints, n_treatment: Ints, buyers_holdout: Ints, n_holdout: Ints
) -> float | None:
    """Return the two-sided p-value over every lottery that could have been held.

    If a unit changes nobody's purchase, each stratum's m buyers are fixed and the lottery only
    deals them out: x1 of them are drawn, hypergeometric. With Mantel–Haenszel weights
    n1·n0 / (n1 + n0) the difference of the rates is, up to a constant factor, Σ (x1 − E x1), so its
    distribution over all lotteries is the convolution of the strata's. It is computed whole: there
    is nothing to sample, no random seed, and no lottery is left out that a sampled test would have
    to make up for by counting one more.

    Args:
        buyers_treatment: Buyers a stratum among those drawn, shape (n_strata,).
        n_treatment: People drawn a stratum.
        buyers_holdout: Buyers a stratum among those held out.
        n_holdout: People held out a stratum.

    Returns:
        The share of lotteries whose difference is at least as far from 0; None if no stratum has
        both arms.

    Source:
        Fisher, The Design of Experiments, 1935, §21; the exact conditional test of Mantel and
        Haenszel, J. Nat. Cancer Inst. 22 (1959) 719–748.
    """
    both = (n_treatment > 0) & (n_holdout > 0)
    if not both.any():
        return None
    chances, lowest, mean = np.ones(1), 0, 0.0
    for x1, n1, x0, n0 in zip(
        buyers_treatment[both],
        n_treatment[both],
        buyers_holdout[both],
        n_holdout[both],
        strict=True,
    ):
        first, part = _dealt(int(n1), int(n0), int(x1 + x0))
        chances, lowest = np.convolve(chances, part), lowest + first
        mean += (x1 + x0) * n1 / (n1 + n0)
    distance = np.abs(np.arange(len(chances)) + lowest - mean)
    observed = abs(float(buyers_treatment[both].sum()) - mean)
    return min(float(chances[distance >= observed - _TIE].sum()), 1.0)


def _dealt(n1: int, n0: int, buyers: int) -> tuple[int, Floats]:
    """Return the fewest buyers who can be drawn, and the chance of that many, one more, and so on."""
    first, last = max(0, buyers - n0), min(n1, buyers)
    x = np.arange(first, last + 1)
    logs = _ways(n1, x) + _ways(n0, buyers - x) - _ways(n1 + n0, np.array(buyers))
    return first, np.exp(logs)


def _ways(n: int, k: Ints) -> Floats:
    ways: Floats = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return ways
