"""What is usual: a robust band around the middle of counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, floor, log

import numpy as np
import numpy.typing as npt

_NORMAL_MAD = 1.4826
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Band:
    """Fewest and most rows that are usual, inclusive."""

    low: int
    high: int

    def __contains__(self, rows: int) -> bool:
        return self.low <= rows <= self.high


def band_around(middle: float, spread: float, deviations: float, factor: float) -> Band:
    """Return the counts within some robust deviations of a middle, or within a factor of it.

    Args:
        middle: Median of ln(1 + count).
        spread: Median absolute deviation of ln(1 + count).
        deviations: Half width in robust standard deviations.
        factor: The band is never narrower than this factor either way.

    Source:
        1.4826 = 1 / Φ⁻¹(3/4) makes the median absolute deviation a standard deviation where
        values are normal: Rousseeuw and Croux, "Alternatives to the Median Absolute Deviation",
        JASA 88(424), 1993. Up to half of the values may be wrong without moving it far.
    """
    half = max(log(factor), deviations * _NORMAL_MAD * spread)
    low, high = exp(middle - half) - 1, exp(middle + half) - 1
    return Band(max(0, ceil(low - _ROUNDING)), floor(high + _ROUNDING))


def usual_band(counts: Sequence[int], deviations: float, factor: float) -> Band:
    """Return the band of counts that know no weekday."""
    sizes = sizes_of(counts)
    middle = float(np.median(sizes))
    return band_around(middle, deviation(sizes - middle), deviations, factor)


def sizes_of(counts: Sequence[int]) -> npt.NDArray[np.float64]:
    """Return ln(1 + count): a fall to half and a rise to double are equally far."""
    return np.log1p(np.asarray(counts, dtype=np.float64))


def deviation(residuals: npt.NDArray[np.float64]) -> float:
    """Return the median of the absolute residuals."""
    return float(np.median(np.abs(residuals)))
