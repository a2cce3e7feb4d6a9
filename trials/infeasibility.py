"""When no selection meets the quotas: which limits stand in the way, and the smallest change that helps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from quality.errors import ContractError
from trials.errors import InfeasibleError, Shortfall
from trials.programme import build
from trials.settlement import relax, settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trials.arrays import Bools, Floats, Ints
    from trials.programme import Problem
    from trials.quotas import Quota

_WHOLE = 1e-6
_NODES = 2000
_OPTIMAL = 0
_SLACK = 0.1
"""More than what preferences among equal sums add to or take from a sum, and less than one."""
_TIE = 1e-4


def explain(problem: Problem) -> InfeasibleError:
    """Find the smallest change of minimums and maximums that would make a problem feasible.

    A change is counted in people, over all limits together. Units, households, people's caps and
    the budget stand: they are no quotas.

    A linear programme points at the trials at fault, which are then solved in whole people as if
    there were no others. While that leaves the whole infeasible, because trials compete for the
    same people, the trials at fault by then join them. What is found for some trials alone is never
    more than what all need, so that it is the smallest once it is enough.

    Args:
        problem: A problem without a feasible selection.

    Returns:
        The error to raise: each trial, quota and limit, with the nearest that could be kept. Where
        the proof takes too many nodes, the change told is one that would do, and says so.

    Raises:
        ContractError: If units given by decision of people stand in the way, and no quota.
    """
    suspects = np.zeros(0, dtype=np.int64)
    changed = problem
    is_least = True
    while len(fresh := np.setdiff1d(_at_fault(changed), suspects)):
        suspects = np.union1d(suspects, fresh)
        of_part = np.isin(problem.quota_trial, suspects)
        changed, is_least = _change(problem, of_part, problem.only(suspects))
    if not _is_feasible(changed):
        everything = np.ones(len(problem.quotas), dtype=np.bool_)
        changed, is_least = _change(problem, everything, problem)
    return InfeasibleError(tuple(_shortfalls(problem, changed)), is_least=is_least)


def _at_fault(problem: Problem) -> Ints:
    """Name the trials whose limits cannot be kept even if people could be selected in part."""
    change, _ = _least_change(problem, whole=False)
    return np.unique(problem.quota_trial[change.any(axis=0)])


def _change(problem: Problem, of_part: Bools, part: Problem) -> tuple[Problem, bool]:
    """Change limits as a part of the trials needs, in whole people; and whether less would not do."""
    change = np.zeros((2, len(problem.quotas)), dtype=np.int64)
    needed, is_least = _least_change(part, whole=True)
    change[:, of_part] = np.ceil(needed - _WHOLE)
    less, more = change.tolist()
    quotas = tuple(
        replace(quota, low=quota.low - fewer, high=quota.high + further)
        for quota, fewer, further in zip(problem.quotas, less, more, strict=True)
    )
    return replace(problem, quotas=quotas), is_least


def _is_feasible(problem: Problem) -> bool:
    programme = build(problem)
    relaxed = relax(programme)
    return relaxed is not None and settle(programme, relaxed, limit=0, nodes=_NODES) is not None


def _least_change(problem: Problem, *, whole: bool) -> tuple[Floats, bool]:
    """Minimise the people by which limits change, in sum over all quotas.

    Of equal sums the one that lowers the highest minimums is taken, the likeliest mistakes, and
    raises maximums last.

    Args:
        problem: The problem.
        whole: Whether people are selected whole.

    Returns:
        By how many people each minimum is lowered, and each maximum raised, shape (2, n_quotas);
        and whether no smaller sum is possible.
    """
    n, n_quotas = len(problem.scores), len(problem.quotas)
    programme = build(problem)
    quota_rows = programme.first_quota + np.arange(n_quotas)
    shape = (programme.matrix.shape[0], n_quotas)
    one_each = sparse.csr_matrix((np.ones(n_quotas), (quota_rows, np.arange(n_quotas))), shape)
    of_lowest = problem.lowest / max(1, problem.lowest.max(initial=0))
    result = milp(
        np.r_[np.zeros(n), 1 - _TIE * of_lowest, np.full(n_quotas, 1 + _TIE)],
        integrality=np.r_[np.full(n, int(whole)), np.zeros(2 * n_quotas)],
        bounds=Bounds(
            np.r_[programme.least, np.zeros(2 * n_quotas)],
            np.r_[np.ones(n), np.full(2 * n_quotas, np.inf)],
        ),
        constraints=LinearConstraint(
            sparse.hstack([programme.matrix, one_each, -one_each], format="csr"),
            programme.low,
            programme.high,
        ),
        # A limit of nodes, not of seconds: the same input gives the same answer.
        options={"mip_rel_gap": 0.0, "node_limit": _NODES},
    )
    if result.x is None:
        raise ContractError(
            "recruit.overrides must not give more units than a trial has, than a household or a "
            "person may get, or than the budget pays for; take some out"
        )
    values: Floats = result.x[n:].reshape(2, n_quotas)
    # Sums are whole people, so that a bound within one of them is a proof.
    is_least = result.status == _OPTIMAL or bool(
        np.ceil(result.mip_dual_bound - _SLACK) >= values.sum()
    )
    return np.where(values > _WHOLE, values, 0), is_least


def _shortfalls(problem: Problem, changed: Problem) -> Iterator[Shortfall]:
    eligible = np.asarray(problem.groups.sum(axis=1)).ravel()
    for index, (asked, reachable) in enumerate(zip(problem.quotas, changed.quotas, strict=True)):
        for bound, limit, nearest in _limits(asked, reachable):
            if limit != nearest:
                yield Shortfall(
                    trial_id=asked.trial_id,
                    quota=asked.name,
                    bound=bound,
                    asked=limit,
                    reachable=nearest,
                    eligible=int(eligible[index]),
                    units=int(problem.units[problem.quota_trial[index]]),
                )


def _limits(asked: Quota, reachable: Quota) -> tuple[tuple[str, int, int], ...]:
    return (("min", asked.low, reachable.low), ("max", asked.high, reachable.high))
