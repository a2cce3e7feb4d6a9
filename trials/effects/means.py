"""Differences of means between arms drawn by lot inside strata, plain and adjusted for the past."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

if TYPE_CHECKING:
    from trials.arrays import Bools, Floats, Ints
    from trials.effects.arms import Arms


@dataclass(frozen=True, kw_only=True)
class MeanDifference:
    """A difference of means with its 95 % interval."""

    value: float
    low: float
    high: float
    rho2: float
    """Share of the variance within arms and strata that the past explains, in [0, 1]."""


def mean_difference(
    arms: Arms, outcome: Floats, before: Floats | None = None
) -> MeanDifference | None:
    """Compare the arms' means, adjusted for what the same people did before the draw (CUPED).

    Σ w [(ȳ1 − ȳ0) − θ (x̄1 − x̄0)] over strata with Mantel–Haenszel weights, where θ is the slope of
    y on x within arms and strata; the lottery makes x̄1 − x̄0 0 in expectation, so any θ leaves the
    difference right and this one leaves the least variance: 1 − ρ² of what it was. Errors come from
    the residuals, an arm's variance being the same in all its strata; the interval is Student's.

    Args:
        arms: Who is compared with whom.
        outcome: y, shape (n,).
        before: x, fixed before the draw, shape (n,); None for no adjustment.

    Returns:
        The difference; None if no stratum has both arms, or so few people that errors are unknown.

    Source:
        Deng, Xu, Kohavi and Walker, WSDM 2013, 123–132, doi:10.1145/2433396.2433413; as a
        regression with an indicator a stratum, Lin, Ann. Appl. Stat. 7 (2013) 295–318.
    """
    use, weights = arms.is_comparable, arms.weights
    treated = arms.is_treatment[use]
    cell = 2 * arms.stratum[use] + treated
    y, y_mean = _centred(outcome[use], cell, 2 * len(weights))
    slope, rho2 = 0.0, 0.0
    gap = y_mean[1::2] - y_mean[::2]
    if before is not None:
        x, x_mean = _centred(before[use], cell, 2 * len(weights))
        xx, xy, yy = float(x @ x), float(x @ y), float(y @ y)
        if xx > 0 and yy > 0:
            slope, rho2 = xy / xx, min(xy * xy / (xx * yy), 1.0)
            gap, y = gap - slope * (x_mean[1::2] - x_mean[::2]), y - slope * x
    sizes = np.bincount(cell, minlength=2 * len(weights))
    variance, freedom = 0.0, -1.0 if slope else 0.0
    for arm in (0, 1):
        spare = _spare(treated == bool(arm), sizes[arm::2])
        if spare <= 0:
            return None
        residual = y[treated == bool(arm)]
        share = weights[weights > 0] ** 2 / sizes[arm::2][weights > 0]
        variance += float(residual @ residual) / spare * float(share.sum())
        freedom += spare
    if freedom <= 0:
        return None
    value, reach = float(weights @ gap), float(stdtrit(freedom, 0.975)) * sqrt(variance)
    return MeanDifference(value=value, low=value - reach, high=value + reach, rho2=rho2)


def _centred(values: Floats, cell: Ints, n_cells: int) -> tuple[Floats, Floats]:
    """Return values less the mean of their cell, and the means; 0 for an empty cell."""
    sizes = np.bincount(cell, minlength=n_cells)
    means = np.bincount(cell, values, n_cells) / np.maximum(sizes, 1)
    return values - means[cell], means


def _spare(members: Bools, sizes: Ints) -> int:
    """Return an arm's people beyond one a stratum, from whom errors are known."""
    return int(members.sum()) - int((sizes > 0).sum())
