"""Whether what a column holds is distributed unlike before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quality.measures.distances import ks, ks_bound, psi, psi_bound
from quality.measures.shares import Shares
from quality.rules.options import ValidationOptions


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How far a column is from what is usual."""

    psi: float
    ks: float | None
    """None where values have no order."""
    has_drifted: bool


def drift_of(
    shares: Shares, options: ValidationOptions, past_psi: float = 0.0, past_ks: float = 0.0
) -> Drift | None:
    """Judge a column: it has drifted if a distance is large, beyond chance, and as never before.

    The limits mean the same: a normal distribution moved by half its standard deviation has an
    index of 0.25 and a distance of 0.197. The bounds take rows to be drawn one by one; rows that
    come in baskets vary more, which is why a limit must be passed as well.

    Args:
        shares: What the column holds.
        options: What is large.
        past_psi: The largest index of a past week against the others; 0 if none stood out.
        past_ks: The largest distance of one.

    Returns:
        None where either side has no rows.
    """
    recent, usual = shares.recent, shares.usual
    if usual is None or not recent.sum() or not usual.sum():
        return None
    n, m = float(recent.sum()), float(usual.sum())
    index = psi(recent, usual)
    seen = int(np.count_nonzero((recent > 0) | (usual > 0)))
    has_drifted = index > max(options.psi_limit, psi_bound(n, m, seen), past_psi)
    if shares.kind == "value":
        return Drift(psi=index, ks=None, has_drifted=has_drifted)
    gap = ks(recent, usual) if shares.gap is None else shares.gap
    far = gap > max(options.ks_limit, ks_bound(n, m), past_ks)
    return Drift(psi=index, ks=gap, has_drifted=has_drifted or far)
