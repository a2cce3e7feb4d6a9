"""The best selection over all trials at once: linear programme first, what it leaves open exactly.

A mixed-integer solver on the whole day does not finish; the linear relaxation does, and is whole
almost everywhere. What it leaves in fractions is settled by a small exact programme, and its reduced
costs tell which other applications could still change the result: a variable whose reduced cost
exceeds the gap between bound and selection keeps its value in every better selection (reduced-cost
fixing; Dantzig, Fulkerson and Johnson, Oper. Res. 2, 1954).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from trials.infeasibility import explain
from trials.programme import build
from trials.settlement import relax, settle

if TYPE_CHECKING:
    from trials.arrays import Bools
    from trials.programme import Problem, Programme
    from trials.settlement import Relaxed

_WHOLE = 1e-6


@dataclass(frozen=True, kw_only=True)
class SelectionOptions:
    """How much a person may get, and how hard the last fractions are settled."""

    units_per_person: int = 1
    """Most units to one person over all trials drawn on a day."""
    settle_limit: int = 4000
    """Most applications that the exact settlement may reconsider at once."""
    budget: float = inf
    """Most that the units drawn for on a day may cost together, at the items' list prices."""
    settle_nodes: int = 2000
    """Most nodes that the exact settlement may branch on before the next larger one is tried."""


@dataclass(frozen=True, kw_only=True)
class Selected:
    """A selection, and how far it can be from the best."""

    is_chosen: Bools
    """Which applications are selected, shape (n,)."""
    objective: float
    """Total score of the selection."""
    bound: float
    """No selection of as many units has a higher total score."""
    is_optimal: bool
    """Whether the selection is proved to be the best."""
    fractions: int
    """Applications that the linear programme left open."""


def select(problem: Problem, options: SelectionOptions) -> Selected:
    """Select who gets a unit, so that as many units as possible go out and the total score is best.

    Args:
        problem: Eligible applications, units, quotas and caps.
        options: Limits of the exact settlement.

    Returns:
        The selection, its score and its bound.

    Raises:
        InfeasibleError: If no selection meets the quotas; names each and its shortfall.
    """
    programme = build(problem)
    relaxed = relax(programme)
    if relaxed is None:
        raise explain(problem)
    settled = settle(programme, relaxed, limit=options.settle_limit, nodes=options.settle_nodes)
    if settled is None:
        raise explain(problem)
    objective = float(problem.scores[settled.is_chosen].sum())
    bound = _bound(programme, relaxed, int(settled.is_chosen.sum()))
    return Selected(
        is_chosen=settled.is_chosen,
        objective=objective,
        bound=max(bound, objective),
        is_optimal=settled.is_optimal,
        fractions=int(relaxed.is_open.sum()),
    )


def _bound(programme: Programme, relaxed: Relaxed, units: int) -> float:
    """Bound the total score of so many units; a part of a unit more would loosen it by its bonus."""
    if relaxed.units > units + _WHOLE:
        relaxed = relax(programme.giving(units)) or relaxed
    return relaxed.bound - programme.bonus * units
