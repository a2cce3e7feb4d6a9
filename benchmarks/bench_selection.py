"""The selection beside its peer, one plain call of scipy's linprog on the same programme.

    python benchmarks/bench_selection.py [applications] [trials]

The peer gives a bound and, where it ends in fractions, no selection. "gap" is how far the selection's
total score is below that bound; "ratio" is our time over the peer's.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from trials.programme import Problem, build
from trials.quotas import Quota
from trials.selection import SelectionOptions, select

UNITS = 200
WHOLE = 1e-6
# Levels of each quota family, and how far minimum and maximum are from the even share.
FAMILIES = {"age_band": 5, "region": 6, "is_newcomer": 2}
CASES = {"loose quotas": 0.3, "tight quotas": 0.02}


def make_problem(n: int, n_trials: int, slack: float, seed: int = 0) -> Problem:
    """Draw applications at random: homes of two, people in several trials, three quota families."""
    rng = np.random.default_rng(seed)
    n_people = n * 6 // 10
    pairs = np.unique(rng.choice(n_trials * n_people, n, replace=False))
    trial, person = np.divmod(pairs, n_people)
    quotas, quota_trial, rows = [], [], []
    for name, levels in FAMILIES.items():
        level = rng.integers(0, levels, n_people)[person]
        for number in range(n_trials):
            for value in range(levels):
                share = UNITS / levels
                quotas.append(
                    Quota(
                        trial_id=f"T{number}",
                        attribute=name,
                        value=str(value),
                        low=int(share * (1 - slack)),
                        high=int(np.ceil(share * (1 + slack))),
                    )
                )
                quota_trial.append(number)
                rows.append(np.flatnonzero((trial == number) & (level == value)))
    ends = np.cumsum([0, *(len(row) for row in rows)])
    return Problem(
        scores=rng.beta(2, 3, n).round(6),
        trial=trial,
        person=person,
        household=person // 2,
        person_cap=np.ones(n, dtype=np.int64),
        units=np.full(n_trials, UNITS),
        quotas=tuple(quotas),
        quota_trial=np.array(quota_trial),
        groups=sparse.csr_matrix((np.ones(ends[-1]), np.concatenate(rows), ends), (len(rows), n)),
    )


def time_peer(problem: Problem) -> tuple[float, float, int]:
    """Solve the relaxation with one call: seconds, bound on the total score, fractions left."""
    programme = build(problem)
    started = time.perf_counter()
    has_minimum = np.isfinite(programme.low)
    result = linprog(
        -programme.gains,
        A_ub=sparse.vstack([programme.matrix, -programme.matrix[has_minimum]]),
        b_ub=np.r_[programme.high, -programme.low[has_minimum]],
        bounds=(0, 1),
    )
    seconds = time.perf_counter() - started
    fractions = int((np.abs(result.x - result.x.round()) > WHOLE).sum())
    return seconds, float(problem.scores @ result.x), fractions


def main(n: int, n_trials: int) -> None:
    """Print one line a case."""
    print(f"{n} applications, {n_trials} trials of {UNITS} units, families {FAMILIES}")
    for name, slack in CASES.items():
        problem = make_problem(n, n_trials, slack)
        peer_seconds, bound, fractions = time_peer(problem)
        started = time.perf_counter()
        found = select(problem, SelectionOptions())
        seconds = time.perf_counter() - started
        print(
            f"{name}: shike {seconds:.2f} s, linprog {peer_seconds:.2f} s, "
            f"ratio {seconds / peer_seconds:.2f}; {int(found.is_chosen.sum())} units; "
            f"{fractions} fractions settled; total {found.objective:.3f}, bound {bound:.3f}, "
            f"gap {100 * (bound - found.objective) / bound:.5f} %; "
            f"{'proved best' if found.is_optimal else 'not proved best'}"
        )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:] or ("100000", "50")))
