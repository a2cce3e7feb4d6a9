"""Intervals for rates and their differences, good for small samples."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trials.arrays import Floats, Ints

Z_95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A difference of two rates with its 95 % interval."""

    rate_treatment: float
    rate_holdout: float
    low: float
    high: float

    @property
    def value(self) -> float:
        """Treatment minus holdout."""
        return self.rate_treatment - self.rate_holdout


def wilson(rate: Floats | float, n: Floats | float, z: float = Z_95) -> tuple[Floats, Floats]:
    """Return Wilson's score interval for rates.

    Args:
        rate: Observed rates, in [0, 1].
        n: People observed, positive; need not be whole.
        z: Normal quantile.

    Returns:
        Lower and upper limits.

    Source:
        Wilson, J. Amer. Statist. Assoc. 22 (1927) 209–212, doi:10.1080/01621459.1927.10502953.
    """
    rate, n = np.asarray(rate, dtype=np.float64), np.asarray(n, dtype=np.float64)
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


def stratified_newcombe(
    buyers_treatment: Ints, n_treatment: Ints, buyers_holdout: Ints, n_holdout: Ints
) -> Difference | None:
    """Compare two arms drawn by lot inside strata.

    Each arm's rate is the mean of its strata with Mantel–Haenszel weights w ∝ n1·n0 / (n1 + n0),
    which favour the strata that tell most. An arm's mean has the variance p(1 − p)·Σw²/n of a
    sample of 1 / Σ(w²/n) people, for which Wilson's interval is taken; the two are joined by
    Newcombe's square-and-add. With one stratum this is Newcombe's method 10.

    Args:
        buyers_treatment: Buyers a stratum among those drawn, shape (n_strata,).
        n_treatment: People drawn a stratum.
        buyers_holdout: Buyers a stratum among those held out.
        n_holdout: People held out a stratum.

    Returns:
        The difference; None if no stratum has both arms.

    Source:
        Newcombe, Statist. Med. 17 (1998) 873–890; Yan and Su, Statist. Biopharm. Res. 2 (2010)
        329–335, doi:10.1198/sbr.2009.0049, without their iterated weights.
    """
    both = (n_treatment > 0) & (n_holdout > 0)
    if not both.any():
        return None
    n1, n0 = n_treatment[both].astype(np.float64), n_holdout[both].astype(np.float64)
    weights = n1 * n0 / (n1 + n0)
    weights = weights / weights.sum()
    rate1 = float(weights @ (buyers_treatment[both] / n1))
    rate0 = float(weights @ (buyers_holdout[both] / n0))
    low1, high1 = wilson(rate1, float(1 / (weights**2 / n1).sum()))
    low0, high0 = wilson(rate0, float(1 / (weights**2 / n0).sum()))
    difference = rate1 - rate0
    return Difference(
        rate_treatment=rate1,
        rate_holdout=rate0,
        low=difference - sqrt(float((rate1 - low1) ** 2 + (high0 - rate0) ** 2)),
        high=difference + sqrt(float((high1 - rate1) ** 2 + (rate0 - low0) ** 2)),
    )
