"""The selection as a linear programme: one variable an application, one row a constraint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from trials.arrays import Bools, Floats, Ints
    from trials.quotas import Quota


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Who may be selected, and under which limits; n applications, all eligible."""

    scores: Floats
    """Score of each application, shape (n,)."""
    trial: Ints
    """Trial of each application, an index into ``units``, shape (n,)."""
    person: Ints
    """Person behind each application, shape (n,)."""
    household: Ints
    """Household of each application; -1 where unknown, shape (n,)."""
    person_cap: Ints
    """Most units the person behind each application may get over all trials, shape (n,)."""
    units: Ints
    """Units of each trial, shape (n_trials,)."""
    quotas: tuple[Quota, ...]
    """Quotas of all trials, n_quotas."""
    quota_trial: Ints
    """Trial of each quota, an index into ``units``, shape (n_quotas,)."""
    groups: Any
    """Which applications are in a quota's group: scipy CSR of 0 and 1, (n_quotas, n)."""
    prices: Ints
    """Price of a unit of each trial, in hundredths; 0 where there is no budget, (n_trials,)."""
    is_given: Bools | None = None
    """Applications selected whatever their score, by decision of people, (n,); None for none."""
    budget: float = inf
    """The most that all units given may cost together, in hundredths."""

    @property
    def lowest(self) -> Ints:
        """Fewest recipients of each quota's group, shape (n_quotas,)."""
        return np.array([quota.low for quota in self.quotas], dtype=np.int64)

    @property
    def highest(self) -> Ints:
        """Most recipients of each quota's group, shape (n_quotas,)."""
        return np.array([quota.high for quota in self.quotas], dtype=np.int64)

    def only(self, trials: Ints) -> Problem:
        """Return the problem of some trials alone, as if there were no others."""
        rows = np.flatnonzero(np.isin(self.trial, trials))
        kept = np.flatnonzero(np.isin(self.quota_trial, trials))
        return Problem(
            scores=self.scores[rows],
            trial=self.trial[rows],
            person=self.person[rows],
            household=self.household[rows],
            person_cap=self.person_cap[rows],
            units=self.units,
            quotas=tuple(self.quotas[index] for index in kept),
            quota_trial=self.quota_trial[kept],
            groups=self.groups[kept][:, rows],
            prices=self.prices,
            is_given=None if self.is_given is None else self.is_given[rows],
            budget=self.budget,
        )


@dataclass(frozen=True, kw_only=True)
class Programme:
    """Maximise ``gains @ z`` over z in {0, 1}, z >= least, with ``low <= matrix @ z <= high``."""

    gains: Floats
    """What each application adds, shape (n,): its score and a bonus for giving a unit at all."""
    least: Floats
    """1 for an application that is selected in any case, else 0, shape (n,)."""
    bonus: float
    """The bonus: so large that an idle unit is worse than any difference of scores."""
    matrix: Any
    """Scipy CSR, shape (n_rows, n): units, quotas, households, persons, the budget if there is one."""
    low: Floats
    """Lower limits, -inf where there is none, shape (n_rows,)."""
    high: Floats
    """Upper limits, shape (n_rows,)."""
    first_quota: int
    """Row of the first quota."""

    def giving(self, units: int) -> Programme:
        """Return the same programme for selections of so many units."""
        everybody = sparse.csr_matrix(np.ones((1, len(self.gains))))
        return replace(
            self,
            matrix=sparse.vstack([self.matrix, everybody], format="csr"),
            low=np.append(self.low, units),
            high=np.append(self.high, units),
        )


def build(problem: Problem) -> Programme:
    """Write a problem down as a programme.

    A unit given counts ten times the widest difference of scores, so that units are given as far
    as quotas and caps allow, and scores decide who gets them.
    """
    n, n_trials = len(problem.scores), len(problem.units)
    spread = float(np.ptp(problem.scores)) if n else 0.0
    bonus = 10 * max(spread, 1e-3) - (float(problem.scores.min()) if n else 0.0)
    households, n_households = _crowded(
        np.column_stack([problem.trial, problem.household]), np.ones(n, dtype=np.int64)
    )
    households[problem.household < 0] = -1
    persons, n_persons = _crowded(problem.person[:, None], problem.person_cap)
    has_budget = int(isfinite(problem.budget))
    matrix = sparse.vstack(
        [
            _indicator(problem.trial, n_trials),
            problem.groups,
            _indicator(households, n_households),
            _indicator(persons, n_persons),
            sparse.csr_matrix(problem.prices[problem.trial][None, :].astype(float))[:has_budget],
        ],
        format="csr",
    )
    person_caps = np.zeros(n_persons)
    person_caps[persons[persons >= 0]] = problem.person_cap[persons >= 0]
    budget = np.full(has_budget, problem.budget)
    no_minimum = np.full(n_households + n_persons + has_budget, -np.inf)
    return Programme(
        gains=problem.scores + bonus,
        least=np.zeros(n) if problem.is_given is None else problem.is_given.astype(np.float64),
        bonus=bonus,
        matrix=matrix,
        low=np.concatenate([np.full(n_trials, -np.inf), problem.lowest, no_minimum]),
        high=np.concatenate(
            [problem.units, problem.highest, np.ones(n_households), person_caps, budget]
        ),
        first_quota=n_trials,
    )


def _crowded(keys: Ints, caps: Ints) -> tuple[Ints, int]:
    """Number the groups of equal keys that hold more rows than their cap; -1 for the others."""
    _, inverse, sizes = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    inverse = inverse.ravel()
    crowded = np.zeros(len(sizes), dtype=np.bool_)
    crowded[inverse[sizes[inverse] > caps]] = True
    number = np.where(crowded, np.cumsum(crowded) - 1, -1)
    return number[inverse].astype(np.int64), int(crowded.sum())


def _indicator(row: Ints, n_rows: int) -> Any:
    column = np.flatnonzero(row >= 0)
    ones = np.ones(len(column))
    return sparse.csr_matrix((ones, (row[column], column)), shape=(n_rows, len(row)))
