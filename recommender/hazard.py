"""The chance that a need comes back soon, by how much of its usual gap has passed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.interactions import Floats, Ints

RATIO_EDGES = (0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 1.1, 1.4, 2.0, 3.0, 5.0)
"""Elapsed days over the usual gap: the bounds of the table's rows."""
GAP_EDGES = (7.0, 14.0, 28.0, 56.0)
"""Usual gap in days: the bounds of the table's columns."""
PSEUDO_PAIRS = 20.0
"""Weight of the renewal formula against what was observed in a cell."""
STOPPED_RATIO = 3.0
"""When three gaps have passed in silence, it is as likely as not that the person has stopped."""


@dataclass(frozen=True)
class HazardTable:
    """Chance of a purchase within the horizon, by elapsed share of the gap and by gap."""

    horizon_days: int
    excess: Floats
    """Logit of observed over expected by the formula, shape (n_ratios, n_gaps); 0 if unseen."""

    def chances(self, elapsed: Floats, gaps: Floats) -> Floats:
        """Look pairs up, any one shape; strictly between 0 and 1."""
        odds = _logit(renewal_chances(elapsed, gaps, self.horizon_days))
        return 1 / (1 + np.exp(-odds - self.excess[_cells(elapsed, gaps)]))

    def even_chances(self, elapsed: Floats, gaps: Floats, days: int) -> Floats:
        """Look up the chance within other days, as if each day of the horizon were like the next.

        1 - (1 - p)^(days / horizon), where p is the chance within the horizon.
        """
        missed = 1 - self.chances(elapsed, gaps)
        return np.asarray(1 - missed ** (days / self.horizon_days))


def renewal_chances(elapsed: Floats, gaps: Floats, horizon_days: int) -> Floats:
    """Return the chance of buying if purchases come evenly and people stop now and then.

    (1 - exp(-horizon / gap)) · 1 / (1 + (elapsed / (3 gap))²): the second factor is the chance
    of still being a buyer, one half after three silent gaps.
    """
    still_buys = 1 / (1 + np.square(elapsed / (STOPPED_RATIO * gaps)))
    return np.clip(-np.expm1(-horizon_days / gaps) * still_buys, 1e-6, 1 - 1e-6)


def fit_hazard(elapsed: Floats, gaps: Floats, bought: Floats, horizon_days: int) -> HazardTable:
    """Fit the table on pairs whose outcome is known.

    Each cell's rate is shrunk to the renewal formula's mean with 20 pseudo-pairs; with nothing
    observed the formula is all there is.

    Args:
        elapsed: Days since the last purchase, shape (n_pairs,).
        gaps: Usual days between purchases, same shape.
        bought: 1 where it was bought within the horizon, else 0.
        horizon_days: The horizon.
    """
    rows, columns = _cells(elapsed, gaps)
    shape = (len(RATIO_EDGES) + 1, len(GAP_EDGES) + 1)
    cells = rows * shape[1] + columns
    size = shape[0] * shape[1]
    pairs = np.bincount(cells, minlength=size)
    formula = np.bincount(cells, renewal_chances(elapsed, gaps, horizon_days), size)
    expected = np.where(pairs > 0, formula / np.maximum(pairs, 1), 0.5)
    seen = np.bincount(cells, bought, size)
    rate = (seen + PSEUDO_PAIRS * expected) / (pairs + PSEUDO_PAIRS)
    excess = np.where(pairs > 0, _logit(rate) - _logit(expected), 0.0)
    return HazardTable(horizon_days, excess.reshape(shape))


def _cells(elapsed: Floats, gaps: Floats) -> tuple[Ints, Ints]:
    return np.digitize(elapsed / gaps, RATIO_EDGES), np.digitize(gaps, GAP_EDGES)


def _logit(share: Floats) -> Floats:
    return np.asarray(np.log(share / (1 - share)))
