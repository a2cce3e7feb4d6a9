"""Several trials taken together: what they show on average, and what that says of each."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.special import stdtrit

from trials.intervals import Z_95

if TYPE_CHECKING:
    from trials.arrays import Floats

ENOUGH = 2
"""Trials without which there is nothing to pool."""
USUAL_SPREAD = 0.05
"""Scale of the prior of the spread τ between trials' effects: 95 % of it lies below 10 points."""
_WIDEST, _STEPS = 5.0, 201
"""How far the grid of τ reaches, in scales, and its points."""


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """The mean effect over trials, with its 95 % interval."""

    value: float
    low: float
    high: float
    tau2: float
    """Variance of the true effects between trials."""
    i2: float
    """Share of the variation between the estimates that is not sampling error, in [0, 1)."""
    n: int


@dataclass(frozen=True, kw_only=True)
class Shrunken:
    """Each trial's effect in the light of the others, each array of shape (n,)."""

    value: Floats
    low: Floats
    high: Floats


def random_effects(estimates: Floats, variances: Floats) -> Pooled | None:
    """Pool by random effects: trials have effects of their own around a mean.

    The variance between trials τ² is Paule and Mandel's, which solves Σ (y − μ)² / (v + τ²) = n − 1:
    it needs no normality and is less biased than DerSimonian and Laird's where trials are few and
    outcomes rare. The interval is Hartung and Knapp's, μ ± t(n − 1)·√(q / Σw) with
    q = Σ w (y − μ)² / (n − 1), but never shorter than the normal one, μ ± z·√(1 / Σw), so that
    trials which agree by luck do not make it shorter than their own errors allow. (With Paule and
    Mandel's τ², q is 1 unless τ² is 0, so that holding q at 1 would be a t interval on errors that
    are known: for ten trials alike it covers 98 %, this one 97 %.)

    Args:
        estimates: Effects y, shape (n,).
        variances: Their sampling variances v, positive, shape (n,).

    Returns:
        The mean; None of fewer than ``ENOUGH`` trials.

    Source:
        Paule and Mandel, J. Res. Nat. Bur. Stand. 87 (1982) 377–385; Veroniki et al., Res. Synth.
        Methods 7 (2016) 55–79; Hartung and Knapp, Statist. Med. 20 (2001) 3875–3889; where it is
        shorter, the normal one: Wiksten, Rücker and Schwarzer, Statist. Med. 35 (2016) 2503–2515;
        I²: Higgins and Thompson, Statist. Med. 21 (2002) 1539–1558.
    """
    n = len(estimates)
    if n < ENOUGH:
        return None
    tau2 = _paule_mandel(estimates, variances)
    weights = 1 / (variances + tau2)
    mean = float(weights @ estimates / weights.sum())
    spread = float(weights @ (estimates - mean) ** 2) / (n - 1)
    reach = max(float(stdtrit(n - 1, 0.975)) * sqrt(spread), Z_95) / sqrt(float(weights.sum()))
    excess = max(0.0, _heterogeneity(estimates, variances, 0.0))
    return Pooled(
        value=mean,
        low=mean - reach,
        high=mean + reach,
        tau2=tau2,
        i2=excess / (excess + n - 1),
        n=n,
    )


def shrink(estimates: Floats, variances: Floats) -> Shrunken:
    """Move each trial towards the mean by as much as its own estimate is noise.

    Given τ, a trial's effect is μ + b (y − μ) with b = τ² / (τ² + v) and variance b·v + (1 − b)²·var μ.
    A handful of trials say little of τ, and an estimate of it, often 0, would make the intervals too
    short; so all are averaged over what the trials say of τ, with a half-normal prior of scale
    ``USUAL_SPREAD``: p(τ | y) ∝ p(τ) √(1 / Σw) Π √w exp(−w (y − μ)² / 2) with w = 1 / (v + τ²).

    Args:
        estimates: Effects y, differences of rates, shape (n,).
        variances: Their sampling variances v, positive, shape (n,).

    Source:
        Röver, J. Stat. Softw. 93 (2020) 6, doi:10.18637/jss.v093.i06; the prior: Gelman, Bayesian
        Anal. 1 (2006) 515–534.
    """
    tau = USUAL_SPREAD * np.linspace(0, _WIDEST, _STEPS)[:, None]
    weights = 1 / (variances + tau**2)
    precision = weights.sum(axis=1, keepdims=True)
    mean = (weights @ estimates)[:, None] / precision
    misfit = (weights * (estimates - mean) ** 2 - np.log(weights)).sum(axis=1)
    log_chance = -0.5 * (misfit + np.log(precision[:, 0]) + (tau[:, 0] / USUAL_SPREAD) ** 2)
    chance = np.exp(log_chance - log_chance.max())
    chance /= chance.sum()
    own = tau**2 * weights
    value_given = mean + own * (estimates - mean)
    value = chance @ value_given
    variance = chance @ (own * variances + (1 - own) ** 2 / precision + (value_given - value) ** 2)
    reach = Z_95 * np.sqrt(variance)
    return Shrunken(value=value, low=value - reach, high=value + reach)


def smoothed_variances(rate1: Floats, n1: Floats, rate0: Floats, n0: Floats) -> Floats:
    """Return sampling variances of differences of rates that do not depend on each one's own luck.

    v = p1 (1 − p1) / n1 + p0 (1 − p0) / n0 with the mean rates p1, p0 of all that are pooled. With
    a trial's own rates, one that by chance had few buyers would seem the more certain, and draw the
    mean down. Half a buyer is added, so that no variance is 0.

    Args:
        rate1: Rates among those offered a unit, shape (n,).
        n1: How many they are.
        rate0: Rates among those held out.
        n0: How many they are.

    Source:
        Berkey, Hoaglin, Mosteller and Colditz, Statist. Med. 14 (1995) 395–411.
    """
    p1, p0 = ((rate @ n + 0.5) / (n.sum() + 1) for rate, n in ((rate1, n1), (rate0, n0)))
    variances: Floats = p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0
    return variances


def _heterogeneity(estimates: Floats, variances: Floats, tau2: float) -> float:
    """Return Σ (y − μ)² / (v + τ²) − (n − 1), which falls as τ² grows."""
    weights = 1 / (variances + tau2)
    mean = weights @ estimates / weights.sum()
    return float(weights @ (estimates - mean) ** 2) - (len(estimates) - 1)


def _paule_mandel(estimates: Floats, variances: Floats) -> float:
    def excess(tau2: float) -> float:
        return _heterogeneity(estimates, variances, tau2)

    # At the squared range of the estimates no sum of squares is left over.
    return brentq(excess, 0.0, float(np.ptp(estimates) ** 2)) if excess(0.0) > 0 else 0.0
