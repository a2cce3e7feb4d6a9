"""The selection against brute force, against an exact solver, and where there is none."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from trials.errors import InfeasibleError
from trials.programme import Problem, build
from trials.quotas import Quota
from trials.selection import SelectionOptions, select
from trials.settlement import _solve, relax

OPTIONS = SelectionOptions()


def make_problem(rows, units, quotas, cap=1):
    """Rows are (trial, person, household, score, groups); quotas are (trial, group, low, high)."""
    trial, person, household, scores, groups = (list(column) for column in zip(*rows, strict=True))
    inside = [
        [float(of == trial and group in mine) for of, mine in zip(trials_of, groups, strict=True)]
        for trial, group, _, _ in quotas
        for trials_of in [trial_column(rows)]
    ]
    return Problem(
        scores=np.array(scores, dtype=np.float64),
        trial=np.array(trial),
        person=np.array(person),
        household=np.array(household),
        person_cap=np.full(len(rows), cap),
        units=np.array(units),
        quotas=tuple(
            Quota(trial_id=f"T{trial}", attribute="g", value=str(group), low=low, high=high)
            for trial, group, low, high in quotas
        ),
        quota_trial=np.array([quota[0] for quota in quotas], dtype=np.int64),
        groups=sparse.csr_matrix(np.array(inside).reshape(len(quotas), len(rows))),
    )


def trial_column(rows):
    return [row[0] for row in rows]


@st.composite
def small_problems(draw):
    """At most nine applications to two trials, with crossing groups, shared homes and people."""
    people = draw(
        st.lists(st.tuples(st.integers(0, 2), st.sets(st.integers(0, 2))), min_size=2, max_size=6)
    )
    rows = []
    for person, (home, groups) in enumerate(people):
        for trial in draw(st.sets(st.integers(0, 1), min_size=1)):
            score = draw(st.integers(-20, 100)) / 100
            rows.append((trial, person, home - 1, score, groups))
    rows = sorted(rows, key=lambda row: row[0])[:9]
    quotas = draw(
        st.lists(
            st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)),
            max_size=4,
            unique_by=lambda quota: quota[:2],
        )
    )
    quotas = [(trial, group, min(a, b), max(a, b)) for trial, group, a, b in quotas]
    return make_problem(rows, draw(st.tuples(st.integers(1, 3), st.integers(1, 3))), quotas)


def brute_force(problem):
    """Return the most units that can be given and the best total score with as many, or None."""
    programme = build(problem)
    choices = np.array(list(product([0, 1], repeat=len(problem.scores))))
    sums = choices @ programme.matrix.T
    choices = choices[((sums >= programme.low) & (sums <= programme.high)).all(axis=1)]
    if not len(choices):
        return None
    given_out = choices.sum(axis=1)
    return given_out.max(), (choices @ problem.scores)[given_out == given_out.max()].max()


@given(small_problems())
@settings(max_examples=300, deadline=None)
def test_small_selections_equal_brute_force_and_infeasible_ones_become_feasible_as_told(problem):
    best = brute_force(problem)
    if best is None:
        with pytest.raises(InfeasibleError) as caught:
            select(problem, OPTIONS)
        missing = {(s.trial_id, s.quota): s.missing for s in caught.value.shortfalls}
        lowered = tuple(
            replace(quota, low=quota.low - missing.get((quota.trial_id, quota.name), 0))
            for quota in problem.quotas
        )
        assert brute_force(replace(problem, quotas=lowered)) is not None
        return

    found = select(problem, OPTIONS)

    assert found.is_chosen.sum() == best[0]
    assert found.objective == pytest.approx(best[1], abs=1e-9)
    assert found.is_optimal
    assert found.bound >= found.objective


BETWEEN_7_AND_8, EXACTLY_8 = (15, 7, 8), (16, 8, 8)


def crossing_problem(seed, bounds=BETWEEN_7_AND_8, n=150, n_trials=2):
    """Six crossing families of tight quotas, homes of two and people in both trials."""
    units, low, high = bounds
    rng = np.random.default_rng(seed)
    person, traits = rng.integers(0, n, n), rng.integers(0, 2, (n, 6))
    rows = {
        (int(trial), int(who)): (
            int(trial),
            int(who),
            int(who) // 2,
            float(np.round(rng.random(), 6)),
            {2 * family + int(traits[who, family]) for family in range(6)},
        )
        for trial, who in zip(rng.integers(0, n_trials, n), person, strict=True)
    }
    quotas = [(trial, group, low, high) for trial in range(n_trials) for group in range(12)]
    return make_problem([rows[key] for key in sorted(rows)], [units] * n_trials, quotas)


@pytest.mark.parametrize("bounds", [BETWEEN_7_AND_8, EXACTLY_8])
@pytest.mark.parametrize("seed", range(12))
def test_larger_selections_equal_an_exact_solver(seed, bounds):
    problem = crossing_problem(seed, bounds)
    programme = build(problem)
    exact = milp(
        -programme.gains,
        integrality=1,
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(programme.matrix, programme.low, programme.high),
        options={"mip_rel_gap": 0},
    )

    found = select(problem, OPTIONS)

    assert programme.gains[found.is_chosen].sum() == pytest.approx(-exact.fun, abs=1e-6)
    assert found.is_optimal


def test_most_of_those_are_left_in_fractions_and_some_of_these_cannot_be_settled_alone():
    # Without this the exact settlement, and its widening, would never have been tried above.
    fractions = widened = 0
    for seed in range(12):
        programme = build(crossing_problem(seed, EXACTLY_8))
        relaxed = relax(programme)
        alone = np.flatnonzero(relaxed.is_open)
        fractions += len(alone) > 0
        widened += _solve(programme, relaxed, alone, nodes=100) is None

    assert fractions >= 6
    assert widened >= 6


def test_a_settlement_of_few_still_meets_every_limit_and_says_that_it_is_not_proved():
    stingy = SelectionOptions(settle_limit=1, settle_nodes=1)
    results = [(crossing_problem(seed), stingy) for seed in range(12)]
    found = [select(problem, options) for problem, options in results]

    for (problem, _), one in zip(results, found, strict=True):
        programme = build(problem)
        sums = programme.matrix @ one.is_chosen.astype(float)
        assert ((sums >= programme.low) & (sums <= programme.high)).all()
        best = select(problem, OPTIONS).objective
        assert one.objective <= best + 1e-9
        assert best <= one.bound + 1e-6


def test_a_quota_that_nobody_can_fill_is_named_with_its_shortfall():
    rows = [(0, n, -1, 0.5, {0} if n < 2 else set()) for n in range(9)]
    problem = make_problem(rows, [5], [(0, 0, 4, 5)])

    with pytest.raises(InfeasibleError) as caught:
        select(problem, OPTIONS)

    (shortfall,) = caught.value.shortfalls
    assert (shortfall.asked, shortfall.reachable, shortfall.missing) == (4, 2, 2)
    assert (shortfall.eligible, shortfall.units) == (2, 5)
    assert "trial T0: quota g=0 asks for at least 4, but at most 2" in str(caught.value)
    assert "lower its minimum to 2" in str(caught.value)
    assert "至少要 4 人" in shortfall.sentence_zh


def test_minimums_that_together_exceed_the_units_fall_short_by_the_difference():
    rows = [(0, n, -1, 0.5, {n % 2}) for n in range(20)]

    with pytest.raises(InfeasibleError) as caught:
        select(make_problem(rows, [5], [(0, 0, 4, 5), (0, 1, 4, 5)]), OPTIONS)

    assert sum(shortfall.missing for shortfall in caught.value.shortfalls) == 3


def test_trials_that_compete_for_the_same_person_are_named():
    rows = [(0, 7, -1, 0.5, {0}), (1, 7, -1, 0.5, {0})]

    with pytest.raises(InfeasibleError) as caught:
        select(make_problem(rows, [1, 1], [(0, 0, 1, 1), (1, 0, 1, 1)]), OPTIONS)

    assert [shortfall.missing for shortfall in caught.value.shortfalls] == [1]


def test_a_trial_short_by_itself_and_one_short_by_competition_are_told_together():
    rows = [
        (trial, person, -1, 0.0, {0} if person == 0 else set())
        for trial in (0, 1)
        for person in (0, 1)
    ]

    with pytest.raises(InfeasibleError) as caught:
        select(make_problem(rows, [1, 1], [(0, 0, 2, 2), (1, 0, 1, 1)]), OPTIONS)

    assert sum(shortfall.missing for shortfall in caught.value.shortfalls) == 2


def test_nobody_eligible_is_an_empty_selection_unless_a_minimum_asks_for_somebody():
    empty = make_problem([(0, 0, -1, 0.0, {0})], [3], []).only(np.array([9]))
    asked = replace(
        empty,
        quotas=(Quota(trial_id="T0", attribute="g", value="0", low=1, high=2),),
        quota_trial=np.array([0]),
        groups=sparse.csr_matrix((1, 0)),
    )

    assert select(empty, OPTIONS).is_chosen.tolist() == []
    with pytest.raises(InfeasibleError, match="at most 0 can be selected"):
        select(asked, OPTIONS)


def test_units_go_out_even_to_scores_below_zero():
    rows = [(0, 0, -1, 0.9, set()), (0, 1, -1, -0.4, set())]

    assert select(make_problem(rows, [2], []), OPTIONS).is_chosen.all()
