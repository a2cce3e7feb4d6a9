"""How reliable people of known history are, and how much they differ: the prior of those of none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln

if TYPE_CHECKING:
    from trials.arrays import Floats

FEWEST_PEOPLE = 30
"""People of known history without whom the stated prior stands."""
_STRENGTH = (1.0, 100.0)
"""Least and most observations that a fitted prior may count for."""
_MEAN = (0.01, 0.99)
_START = (0.7, 4.0)


def fit_beta(done: Floats, due: Floats) -> tuple[float, float] | None:
    """Fit the beta prior a, b of a beta-binomial by maximum marginal likelihood.

    With it (done + a) / (due + a + b) is calibrated among people like these: of those with a chance
    of p, a share p keep the next promise.

    Args:
        done: Promises kept, a person, shape (n,).
        due: Promises that were due, same shape; who had none tells nothing.

    Returns:
        a and b, a + b being between 1 and 100; None if fewer than ``FEWEST_PEOPLE`` had any.

    Source:
        Empirical Bayes for the beta-binomial: Skellam, J. R. Statist. Soc. B 10 (1948) 257–261;
        log-likelihood Σ ln B(done + a, due − done + b) − ln B(a, b), binomial terms left out.
    """
    known = due > 0
    if known.sum() < FEWEST_PEOPLE:
        return None
    pairs, counts = np.unique(np.column_stack([done, due])[known], axis=0, return_counts=True)
    kept, missed = pairs[:, 0], pairs[:, 1] - pairs[:, 0]

    def loss(at: Floats) -> float:
        a, b = _shape(at)
        return -float(counts @ (betaln(kept + a, missed + b) - betaln(a, b)))

    bounds = [_MEAN, tuple(np.log(_STRENGTH))]
    start = np.array([_START[0], np.log(_START[1])])
    best = minimize(loss, start, method="L-BFGS-B", bounds=bounds)
    return _shape(best.x)


def _shape(at: Floats) -> tuple[float, float]:
    """Return a and b of a mean and the logarithm of a strength."""
    strength = float(np.exp(at[1]))
    return float(at[0]) * strength, (1 - float(at[0])) * strength
