"""What a draw can show, computed for the very verdict that will be given: Newcombe's interval.

The common normal formula (Fleiss, Levin and Paik, 2003, eq. 4.19) describes another test, which at
the sizes of trials finds an effect several points more or less often than the interval does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import bdtrc, gammaln, xlog1py, xlogy

from trials.intervals import wilson

if TYPE_CHECKING:
    from trials.arrays import Floats, Ints

POWER = 0.8
_SPREADS = 7.0
"""Standard deviations of the holdout's buyers that are summed over; beyond lies less than 1e-11."""


def smallest_detectable_effect(base_rate: float, n_treatment: int, n_holdout: int) -> float | None:
    """Return the smallest rise of a rate whose 95 % interval leaves out 0 four times in five.

    Solves power(δ) = 0.8 by bisection, with the power of ``power_of``.

    Args:
        base_rate: Rate p0 without treatment, in (0, 1).
        n_treatment: People treated.
        n_holdout: People held out.

    Returns:
        The rise, a share; None if an arm is empty or not even a rate of 1 would show.
    """
    if min(n_treatment, n_holdout) <= 0:
        return None
    held_out = _likely(n_holdout, base_rate)
    needed = _buyers_needed(held_out, n_treatment, n_holdout)
    chances = _mass(held_out, n_holdout, base_rate)

    def power(effect: float) -> float:
        return float(chances @ _reaches(needed, n_treatment, base_rate + effect))

    low, high = 0.0, 1 - base_rate
    if power(high) < POWER:
        return None
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if power(middle) >= POWER else (middle, high)
    return high


def power_of(effect: float, base_rate: float, n_treatment: int, n_holdout: int) -> float:
    """Return the chance that an effect gets the verdict "more buyers".

    The sum over x0 of P(x0) · P(x1 ≥ c(x0)), where x1 and x0 are binomial and c(x0) is the fewest
    buyers among those drawn at which Newcombe's interval lies above 0.

    Args:
        effect: The rise of the rate, a share.
        base_rate: The rate without treatment.
        n_treatment: People treated, positive.
        n_holdout: People held out, positive.
    """
    held_out = _likely(n_holdout, base_rate)
    needed = _buyers_needed(held_out, n_treatment, n_holdout)
    chances = _mass(held_out, n_holdout, base_rate)
    return float(chances @ _reaches(needed, n_treatment, base_rate + effect))


def _likely(n: int, rate: float) -> Ints:
    spread = _SPREADS * (np.sqrt(n * rate * (1 - rate)) + 1)
    return np.arange(max(0, int(n * rate - spread)), min(n, int(n * rate + spread)) + 1)


def _mass(count: Ints, n: int, rate: float) -> Floats:
    """Return binomial probabilities."""
    ways = gammaln(n + 1) - gammaln(count + 1) - gammaln(n - count + 1)
    chances: Floats = np.exp(ways + xlogy(count, rate) + xlog1py(n - count, -rate))
    return chances


def _reaches(needed: Ints, n: int, rate: float) -> Floats:
    """Return the chance of at least so many buyers; one more than everybody is never reached."""
    chances: Floats = np.where(needed > n, 0.0, bdtrc(np.maximum(needed - 1, 0), n, rate))
    return chances


def _buyers_needed(held_out: Ints, n_treatment: int, n_holdout: int) -> Ints:
    """Find, by bisection, the fewest buyers at which the interval lies above 0; n + 1 if none do."""
    low: Ints = np.zeros(len(held_out), dtype=np.int64)
    high: Ints = np.full(len(held_out), n_treatment + 1, dtype=np.int64)
    rate0 = held_out / n_holdout
    above = wilson(rate0, n_holdout)[1] - rate0
    while (low + 1 < high).any():
        middle = (low + high) // 2
        rate1 = np.minimum(middle, n_treatment) / n_treatment
        below = rate1 - wilson(rate1, n_treatment)[0]
        shows = rate1 - rate0 > np.sqrt(below**2 + above**2)
        low, high = np.where(shows, low, middle), np.where(shows, middle, high)
    return high
