"""When no selection meets the quotas: which ones fall short, and by how little."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from trials.errors import InfeasibleError, Shortfall
from trials.programme import build

if TYPE_CHECKING:
    from trials.arrays import Floats, Ints
    from trials.programme import Problem

_WHOLE = 1e-6


def explain(problem: Problem) -> InfeasibleError:
    """Find the smallest lowering of minimums, in people, that would make a problem feasible.

    The trials at fault are found with a linear programme and then solved alone in whole people. Only
    if they are feasible alone, because trials compete for the same people, all are solved together.

    Args:
        problem: A problem without a feasible selection.

    Returns:
        The error to raise: each trial, quota and shortfall.
    """
    missing = _missing(problem, whole=False)
    guilty = np.unique(problem.quota_trial[missing > _WHOLE])
    suspects = problem.only(guilty)
    exact = _missing(suspects, whole=True) if len(guilty) else np.zeros(0)
    if not exact.any():
        suspects, exact = problem, _missing(problem, whole=True)
    return InfeasibleError(_shortfalls(suspects, np.ceil(exact - _WHOLE).astype(np.int64)))


def _missing(problem: Problem, *, whole: bool) -> Floats:
    """Minimise the people missing in sum over all quotas; people missing of each, (n_quotas,)."""
    n, n_quotas = len(problem.scores), len(problem.quotas)
    programme = build(problem)
    quota_rows = programme.first_quota + np.arange(n_quotas)
    shape = (programme.matrix.shape[0], n_quotas)
    missing = sparse.csr_matrix((np.ones(n_quotas), (quota_rows, np.arange(n_quotas))), shape)
    result = milp(
        np.r_[np.zeros(n), np.ones(n_quotas)],
        integrality=np.r_[np.full(n, int(whole)), np.zeros(n_quotas)],
        bounds=Bounds(0, np.r_[np.ones(n), np.full(n_quotas, np.inf)]),
        constraints=LinearConstraint(
            sparse.hstack([programme.matrix, missing], format="csr"), programme.low, programme.high
        ),
    )
    values: Floats = result.x[n:]
    return np.where(values > _WHOLE, values, 0)


def _shortfalls(problem: Problem, missing: Ints) -> tuple[Shortfall, ...]:
    eligible = np.asarray(problem.groups.sum(axis=1)).ravel()
    return tuple(
        Shortfall(
            trial_id=quota.trial_id,
            quota=quota.name,
            asked=quota.low,
            reachable=quota.low - int(missing[index]),
            eligible=int(eligible[index]),
            units=int(problem.units[problem.quota_trial[index]]),
        )
        for index, quota in enumerate(problem.quotas)
        if missing[index] > 0
    )
