"""From a fractional optimum to a whole one, by exact programmes over ever more applications."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

if TYPE_CHECKING:
    from trials.arrays import Bools, Floats, Ints
    from trials.programme import Programme

_WHOLE = 1e-6
_SAME = 1e-7
_FIRST_NEIGHBOURS = 64
_OPTIMAL = 0
_INFEASIBLE = 2


@dataclass(frozen=True, kw_only=True)
class Relaxed:
    """The optimum when an application may be selected in part."""

    is_chosen: Bools
    """Applications selected whole, shape (n,)."""
    is_open: Bools
    """Applications selected in part, shape (n,)."""
    cost: Floats
    """What the total loses, at least, if an application is decided the other way, shape (n,)."""
    bound: float
    """The optimum: no whole selection has more."""
    units: float
    """Units given, parts of units included."""


_NOBODY = Relaxed(
    is_chosen=np.zeros(0, dtype=np.bool_),
    is_open=np.zeros(0, dtype=np.bool_),
    cost=np.zeros(0),
    bound=0.0,
    units=0.0,
)


@dataclass(frozen=True, kw_only=True)
class Settled:
    """A whole selection."""

    is_chosen: Bools
    """Applications selected, shape (n,)."""
    is_optimal: bool
    """Whether it is proved to be the best."""


def relax(programme: Programme) -> Relaxed | None:
    """Solve the linear relaxation with HiGHS' dual simplex; None if it has no solution.

    Raises:
        RuntimeError: If the solver gives up for another reason.
    """
    if not len(programme.gains):
        return None if (programme.low > 0).any() else _NOBODY
    has_minimum = np.isfinite(programme.low)
    result = linprog(
        -programme.gains,
        A_ub=sparse.vstack([programme.matrix, -programme.matrix[has_minimum]], format="csr"),
        b_ub=np.concatenate([programme.high, -programme.low[has_minimum]]),
        bounds=np.column_stack([programme.least, np.ones(len(programme.least))]),
        method="highs-ds",
    )
    if result.status == _INFEASIBLE:
        return None
    if result.x is None:
        raise RuntimeError(f"the linear programme of the selection failed: {result.message}")
    is_open = np.abs(result.x - np.round(result.x)) > _WHOLE
    cost = np.abs(result.lower.marginals + result.upper.marginals)
    return Relaxed(
        is_chosen=(result.x > 0.5) & ~is_open,  # noqa: PLR2004  half
        is_open=is_open,
        cost=np.where(is_open, 0, cost),
        bound=float(-result.fun),
        units=float(result.x.sum()),
    )


def settle(programme: Programme, relaxed: Relaxed, *, limit: int, nodes: int) -> Settled | None:
    """Decide what the relaxation left open, and prove the result where that is cheap.

    First the open applications alone are solved exactly; if that has no solution, twice as many
    are, those first whose decision costs least. Every better selection keeps the decision of an
    application whose cost exceeds the gap, so that a second programme over the others is exact.

    Args:
        programme: What is maximised under which limits.
        relaxed: Its linear optimum.
        limit: Most applications reconsidered by the second programme.
        nodes: Most nodes branched on a programme, except for the last resort: all applications.

    Returns:
        The selection; None if there is provably none.
    """
    by_cost = np.lexsort((relaxed.cost, ~relaxed.is_open))
    everyone = len(by_cost)
    size = int(relaxed.is_open.sum())
    while (first := _solve(programme, relaxed, by_cost[:size], nodes)) is None:
        if size == everyone:
            return None
        size = min(everyone, max(2 * size, _FIRST_NEIGHBOURS))
    size = max(size, min(limit, _movable(programme, relaxed, first)))
    second = _solve(programme, relaxed, by_cost[:size], nodes)
    if second is None or _total(programme, second) < _total(programme, first):
        return replace(first, is_optimal=False)
    is_exact = second.is_optimal and size >= _movable(programme, relaxed, second)
    return replace(second, is_optimal=is_exact)


def _movable(programme: Programme, relaxed: Relaxed, settled: Settled) -> int:
    """Count the applications that a better selection could decide otherwise than the relaxation."""
    gap = relaxed.bound - _total(programme, settled)
    return int((relaxed.cost <= gap + _SAME).sum()) if gap > _SAME else 0


def _solve(programme: Programme, relaxed: Relaxed, free: Ints, nodes: int) -> Settled | None:
    """Decide some applications exactly, all others being as relaxed; None if that found nothing."""
    is_chosen = relaxed.is_chosen.copy()
    is_chosen[free] = False
    taken = programme.matrix @ is_chosen.astype(np.float64)
    columns = programme.matrix[:, free]
    touched = np.diff(columns.indptr) > 0
    is_met = (taken >= programme.low) & (taken <= programme.high)
    if not is_met[~touched].all():
        return None
    if not len(free):
        return Settled(is_chosen=is_chosen, is_optimal=True)
    result = milp(
        -programme.gains[free],
        integrality=np.ones(len(free)),
        bounds=Bounds(programme.least[free], 1),
        constraints=LinearConstraint(
            columns[touched], (programme.low - taken)[touched], (programme.high - taken)[touched]
        ),
        # A limit of nodes, not of seconds: the same input gives the same selection.
        options={"mip_rel_gap": 0.0}
        | ({"node_limit": nodes} if len(free) < len(is_chosen) else {}),
    )
    if result.x is None:
        return None
    is_chosen[free] = result.x > 0.5  # noqa: PLR2004  half
    return Settled(is_chosen=is_chosen, is_optimal=result.status == _OPTIMAL)


def _total(programme: Programme, settled: Settled) -> float:
    return float(programme.gains[settled.is_chosen].sum())
