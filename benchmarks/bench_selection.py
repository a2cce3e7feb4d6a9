"""The selection beside its peers: scipy's linprog and milp, one plain call each, same programme.

    python benchmarks/bench_selection.py [applications] [trials] [seconds for milp]

linprog gives a bound and, where it ends in fractions, no selection; milp is stopped after the seconds
given and may have nothing by then. "gap" is how far the selection's total score is below the bound;
"ratio" is our time over linprog's. Unless said, 1,000,000 applications, 500 trials and no milp, which
finds nothing of that size in a minute.
"""

from __future__ import annotations

import resource
import sys
import time
from math import inf

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp

from trials.programme import Problem, Programme, build
from trials.quotas import Quota
from trials.selection import SelectionOptions, select

UNITS = 200
WHOLE = 1e-6
# Levels of each quota family, and how far minimum and maximum are from the even share.
FAMILIES = {"age_band": 5, "region": 6, "is_newcomer": 2}
CASES = {"loose quotas": 0.3, "tight quotas": 0.02}
INSTANCES, INSTANCE, INSTANCE_UNITS, INSTANCE_NODES = 20, (4_000, 8), 70, 500
"""How many smaller instances, their applications and trials, units a trial, nodes for milp."""


def make_problem(
    n: int, n_trials: int, slack: float, seed: int = 0, *, units: int = UNITS
) -> Problem:
    """Draw applications at random: homes of two, people in several trials, three quota families."""
    rng = np.random.default_rng(seed)
    n_people = n * 6 // 10
    pairs = np.unique(rng.choice(n_trials * n_people, n, replace=False))
    trial, person = np.divmod(pairs, n_people)
    starts = np.searchsorted(trial, np.arange(n_trials + 1))
    quotas, quota_trial, rows = [], [], []
    for name, levels in FAMILIES.items():
        level = rng.integers(0, levels, n_people)[person]
        for number in range(n_trials):
            mine = level[starts[number] : starts[number + 1]]
            for value in range(levels):
                share = units / levels
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
                rows.append(starts[number] + np.flatnonzero(mine == value))
    ends = np.cumsum([0, *(len(row) for row in rows)])
    return Problem(
        scores=rng.beta(2, 3, n).round(6),
        trial=trial,
        person=person,
        household=person // 2,
        person_cap=np.ones(n, dtype=np.int64),
        units=np.full(n_trials, units),
        quotas=tuple(quotas),
        quota_trial=np.array(quota_trial),
        groups=sparse.csr_matrix((np.ones(ends[-1]), np.concatenate(rows), ends), (len(rows), n)),
        prices=np.zeros(n_trials, dtype=np.int64),
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


def time_exact_peer(problem: Problem, limit: int) -> str:
    """Solve in whole units with one call, for so many seconds at most; say what came of it."""
    programme = build(problem)
    started = time.perf_counter()
    result = _milp(programme, time_limit=limit)
    seconds = time.perf_counter() - started
    if result.x is None:
        return f"milp: nothing in {seconds:.0f} s"
    total = float(problem.scores @ np.round(result.x))
    done = "proved best" if result.status == 0 else "not proved best"
    return f"milp {seconds:.2f} s, {round(result.x.sum())} units, total {total:.3f}, {done}"


def _milp(programme: Programme, **options: float) -> OptimizeResult:
    return milp(
        -programme.gains,
        integrality=1,
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(programme.matrix, programme.low, programme.high),
        options=options,
    )


def worst_gaps() -> str:
    """Select on instances that milp can prove; say how far below optimum and bound the worst are."""
    below_best, below_bound, proved = [], [], 0
    for seed in range(INSTANCES):
        problem = make_problem(*INSTANCE, CASES["tight quotas"], seed, units=INSTANCE_UNITS)
        found, programme = select(problem, SelectionOptions()), build(problem)
        result = _milp(programme, node_limit=INSTANCE_NODES, mip_rel_gap=0)
        below_bound.append(1 - found.objective / found.bound)
        if result.status == 0:
            proved += 1
            best = np.round(result.x).astype(bool)
            gap = 1 - found.objective / float(problem.scores[best].sum())
            below_best.append(gap if best.sum() == found.is_chosen.sum() else inf)
    worst = f"{100 * max(below_best):.5f} %" if below_best else "unknown"
    return (
        f"{INSTANCES} instances of {INSTANCE[0]} applications and {INSTANCE[1]} trials, tight quotas:"
        f" worst gap to the optimum {worst} ({proved} proved by milp), to the linear bound"
        f" {100 * max(below_bound):.5f} %"
    )


def main(n: int, n_trials: int, limit: int = 60) -> None:
    """Print two lines a case, the worst gaps on smaller instances, and the memory that all took."""
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
        if limit:
            print(f"  {time_exact_peer(problem, limit)}")
    if limit:
        print(worst_gaps())
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:] or ("1000000", "500", "0")))
