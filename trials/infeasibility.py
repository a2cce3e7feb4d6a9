"""When no selection meets the quotas: which ones fall short, and by how little."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from trials.errors import InfeasibleError, Shortfall
from trials.programme import build
from trials.settlement import relax, settle

if TYPE_CHECKING:
    from trials.arrays import Bools, Floats, Ints
    from trials.programme import Problem

_WHOLE = 1e-6
_NODES = 2000
_TIE = 1e-4


def explain(problem: Problem) -> InfeasibleError:
    """Find the smallest lowering of minimums, in people, that would make a problem feasible.

    A linear programme points at the trials at fault, which are then solved in whole people as if
    there were no others. While that leaves the whole infeasible, because trials compete for the
    same people, the trials at fault by then join them. What is found for some trials alone is never
    more than what all need, so that it is the smallest once it is enough.

    Args:
        problem: A problem without a feasible selection.

    Returns:
        The error to raise: each trial, quota and shortfall.
    """
    suspects = np.zeros(0, dtype=np.int64)
    lowered = problem
    while len(fresh := np.setdiff1d(_at_fault(lowered), suspects)):
        suspects = np.union1d(suspects, fresh)
        lowered = _lower(problem, np.isin(problem.quota_trial, suspects), problem.only(suspects))
    if not _is_feasible(lowered):
        lowered = _lower(problem, np.ones(len(problem.quotas), dtype=np.bool_), problem)
    return InfeasibleError(_shortfalls(problem, lowered))


def _at_fault(problem: Problem) -> Ints:
    """Name the trials that lack people even if people could be selected in part."""
    return np.unique(problem.quota_trial[_missing(problem, whole=False) > 0])


def _lower(problem: Problem, of_part: Bools, part: Problem) -> Problem:
    """Lower a problem's minimums by the people missing, in whole, in a part of its trials."""
    missing = np.zeros(len(problem.quotas), dtype=np.int64)
    missing[of_part] = np.ceil(_missing(part, whole=True) - _WHOLE)
    quotas = zip(problem.quotas, missing.tolist(), strict=True)
    return replace(problem, quotas=tuple(replace(q, low=q.low - less) for q, less in quotas))


def _is_feasible(problem: Problem) -> bool:
    programme = build(problem)
    relaxed = relax(programme)
    return relaxed is not None and settle(programme, relaxed, limit=0, nodes=_NODES) is not None


def _missing(problem: Problem, *, whole: bool) -> Floats:
    """Minimise the people missing in sum over all quotas; people missing of each, (n_quotas,).

    Of equal sums the one that lowers the highest minimums is taken: the likeliest mistakes.
    """
    n, n_quotas = len(problem.scores), len(problem.quotas)
    programme = build(problem)
    quota_rows = programme.first_quota + np.arange(n_quotas)
    shape = (programme.matrix.shape[0], n_quotas)
    missing = sparse.csr_matrix((np.ones(n_quotas), (quota_rows, np.arange(n_quotas))), shape)
    result = milp(
        np.r_[np.zeros(n), 1 - _TIE * problem.lowest / max(1, problem.lowest.max(initial=0))],
        integrality=np.r_[np.full(n, int(whole)), np.zeros(n_quotas)],
        bounds=Bounds(0, np.r_[np.ones(n), np.full(n_quotas, np.inf)]),
        constraints=LinearConstraint(
            sparse.hstack([programme.matrix, missing], format="csr"), programme.low, programme.high
        ),
        options={"mip_rel_gap": 0.0},
    )
    values: Floats = result.x[n:]
    return np.where(values > _WHOLE, values, 0)


def _shortfalls(problem: Problem, lowered: Problem) -> tuple[Shortfall, ...]:
    eligible = np.asarray(problem.groups.sum(axis=1)).ravel()
    return tuple(
        Shortfall(
            trial_id=asked.trial_id,
            quota=asked.name,
            asked=asked.low,
            reachable=reachable.low,
            eligible=int(eligible[index]),
            units=int(problem.units[problem.quota_trial[index]]),
        )
        for index, (asked, reachable) in enumerate(zip(problem.quotas, lowered.quotas, strict=True))
        if reachable.low < asked.low
    )
