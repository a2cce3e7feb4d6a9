"""The selection against brute force, against an exact solver, and where there is none."""

from dataclasses import replace
from itertools import product
from math import inf

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from trials.errors import InfeasibleError
from trials.programme import Problem, build
from trials.quotas import Quota
from trials.selection import SelectionOptions, select
from trials.settlement import _solve, relax

OPTIONS = SelectionOptions()


def make_problem(rows, units, quotas, *, cap=1, prices=None, budget=inf):
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
        prices=np.array(prices or [0] * len(units)),
        budget=budget,
    )


def trial_column(rows):
    return [row[0] for row in rows]


def small_problem(rng):
    """At most nine applications to two trials, with crossing groups, shared homes and people."""
    rows = []
    for person in range(rng.integers(2, 7)):
        home, groups = rng.integers(-1, 2), set(np.flatnonzero(rng.random(3) < 0.5).tolist())
        rows += [
            (trial, person, home, rng.integers(-20, 101) / 100, groups)
            for trial in np.flatnonzero(rng.random(2) < 0.7).tolist() or [0]
        ]
    rows = sorted(rows, key=lambda row: row[0])[:9]
    pairs = [(trial, group) for trial in (0, 1) for group in (0, 1, 2)]
    quotas = [
        (*pairs[index], *np.sort(rng.integers(0, 3, 2)).tolist())
        for index in rng.permutation(6)[: rng.integers(0, 5)]
    ]
    budget = inf if rng.random() < 0.5 else int(rng.integers(0, 2001))
    prices = rng.integers(0, 501, 2).tolist()
    return make_problem(rows, rng.integers(1, 4, 2).tolist(), quotas, prices=prices, budget=budget)


def choices_but_for_quotas(problem):
    """All selections within units, one a household, one a person and the budget; a row each."""
    choices = np.array(list(product([0, 1], repeat=len(problem.scores))))
    homes = [
        (problem.trial == trial) & (problem.household == home)
        for trial in range(len(problem.units))
        for home in set(problem.household) - {-1}
    ]
    people = [problem.person == person for person in set(problem.person)]
    for members in homes + people:
        choices = choices[choices @ members <= 1]
    for trial, units in enumerate(problem.units):
        choices = choices[choices @ (problem.trial == trial) <= units]
    return choices[choices @ problem.prices[problem.trial] <= problem.budget]


def changes_needed(problem, choices):
    """By how many people the quotas' limits would have to change for each selection, (n, 2, q)."""
    given_out = np.asarray(choices @ problem.groups.T.toarray()).reshape(len(choices), -1)
    return np.stack(
        [
            np.maximum(problem.lowest - given_out, 0),
            np.maximum(given_out - problem.highest, 0),
        ],
        axis=1,
    )


def brute_force(problem):
    """Return the most units that can be given and the best total score with as many, or None."""
    choices = choices_but_for_quotas(problem)
    choices = choices[changes_needed(problem, choices).sum(axis=(1, 2)) == 0]
    if not len(choices):
        return None
    given_out = choices.sum(axis=1)
    return given_out.max(), (choices @ problem.scores)[given_out == given_out.max()].max()


def as_told(problem, shortfalls):
    """Change the quotas as an error says."""
    told = {(s.trial_id, s.quota, s.bound): s.reachable for s in shortfalls}
    return replace(
        problem,
        quotas=tuple(
            replace(
                quota,
                low=told.get((quota.trial_id, quota.name, "min"), quota.low),
                high=told.get((quota.trial_id, quota.name, "max"), quota.high),
            )
            for quota in problem.quotas
        ),
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_hundred_small_selections_equal_brute_force_or_need_the_change_told(seed):
    rng = np.random.default_rng(seed)
    solved = 0
    for problem in (small_problem(rng) for _ in range(100)):
        best = brute_force(problem)
        if best is None:
            assert_told_is_least(problem)
            continue
        solved += 1
        found = select(problem, OPTIONS)
        assert found.is_chosen.sum() == best[0]
        assert found.objective == pytest.approx(best[1], abs=1e-9)
        assert found.is_optimal
        assert found.bound >= found.objective
    assert 20 <= solved <= 80


def assert_told_is_least(problem):
    """What is told makes the problem feasible, and no smaller change in sum would."""
    with pytest.raises(InfeasibleError) as caught:
        select(problem, OPTIONS)
    told = caught.value.shortfalls
    assert brute_force(as_told(problem, told)) is not None
    # Whoever is selected, the limits are at least as far off.
    least = changes_needed(problem, choices_but_for_quotas(problem)).sum(axis=(1, 2)).min()
    assert sum(shortfall.missing for shortfall in told) == least


BETWEEN_7_AND_8, EXACTLY_8 = (15, 7, 8), (16, 8, 8)
HUNDREDS = (120, 58, 62)


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


FAMILIES = (5, 4, 2)
"""Levels of an age band, a region and being new: everybody is in one group of each."""


def overlapping_problem(seed, n=1200, n_trials=4, units=50, slack=0.05):
    """Three overlapping families of tight quotas, homes of two, and people capped over all trials."""
    rng = np.random.default_rng(seed)
    n_people = n // 3
    pairs = np.sort(rng.choice(n_trials * n_people, n, replace=False))
    starts = np.cumsum([0, *FAMILIES])
    groups = [starts[:3] + rng.integers(0, FAMILIES) for _ in range(n_people)]
    rows = [
        (int(trial), int(who), int(who) // 2, score, set(groups[who].tolist()))
        for trial, who, score in zip(*np.divmod(pairs, n_people), rng.beta(2, 3, n), strict=True)
    ]
    quotas = [
        (
            trial,
            start + level,
            int(units / levels * (1 - slack)),
            -int(-units / levels * (1 + slack)),
        )
        for trial in range(n_trials)
        for start, levels in zip(starts, FAMILIES, strict=False)
        for level in range(levels)
    ]
    return make_problem(rows, [units] * n_trials, quotas, cap=1 + seed % 2)


@pytest.mark.parametrize("seed", range(20))
def test_overlapping_families_are_near_the_optimum_and_the_linear_bound(seed):
    problem = overlapping_problem(seed)
    programme = build(problem)
    exact = milp(
        -programme.gains,
        integrality=1,
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(programme.matrix, programme.low, programme.high),
        options={"mip_rel_gap": 0, "node_limit": 200},
    )

    found = select(problem, OPTIONS)

    assert found.objective >= 0.995 * found.bound
    if exact.status == 0:
        best = np.round(exact.x).astype(bool)
        assert found.is_chosen.sum() == best.sum()
        assert found.objective >= 0.999 * problem.scores[best].sum()


@pytest.mark.parametrize("seed", range(2))
def test_selections_of_hundreds_are_within_half_a_percent_of_the_linear_bound(seed):
    found = select(crossing_problem(seed, HUNDREDS, n=4000, n_trials=4), OPTIONS)

    assert found.is_chosen.sum() == 480
    assert found.objective >= 0.995 * found.bound


def test_a_budget_leaves_the_selection_within_half_a_percent_of_the_linear_bound():
    plain = crossing_problem(0, HUNDREDS, n=2000, n_trials=4)
    problem = replace(plain, prices=np.array([700, 300, 450, 999]), budget=289_000)

    found = select(problem, SelectionOptions(settle_nodes=20))

    assert problem.prices[problem.trial] @ found.is_chosen <= problem.budget
    assert found.is_chosen.sum() < 480
    assert found.objective >= 0.995 * found.bound


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
    assert "lower its minimum from 4 to 2" in str(caught.value)
    assert "至少要 4 人" in shortfall.sentence_zh


def test_minimums_that_together_exceed_the_units_fall_short_by_the_difference():
    rows = [(0, n, -1, 0.5, {n % 2}) for n in range(20)]

    with pytest.raises(InfeasibleError) as caught:
        select(make_problem(rows, [5], [(0, 0, 4, 5), (0, 1, 4, 5)]), OPTIONS)

    assert sum(shortfall.missing for shortfall in caught.value.shortfalls) == 3


def test_a_maximum_is_raised_where_that_is_the_smaller_change():
    # Two minimums need the same two people of group 2, which may have one seat only.
    rows = [(0, n, -1, 0.5, {0, 1, 2} if n < 2 else {3}) for n in range(6)]
    quotas = [(0, 0, 2, 9), (0, 1, 2, 9), (0, 2, 0, 1)]

    with pytest.raises(InfeasibleError) as caught:
        select(make_problem(rows, [3], quotas), OPTIONS)

    (shortfall,) = caught.value.shortfalls
    assert (shortfall.bound, shortfall.asked, shortfall.reachable) == ("max", 1, 2)
    assert "raise its maximum from 1 to 2" in str(caught.value)
    assert "no smaller change than these 1 people" in str(caught.value)
    assert "上限由 1 升至 2" in shortfall.sentence_zh


def test_a_budget_buys_as_many_units_as_it_can_and_then_the_best_scores():
    rows = [(0, 0, -1, 0.9, set()), (0, 1, -1, 0.8, set())]
    rows += [(1, n, -1, n / 10, set()) for n in range(2, 6)]
    problem = make_problem(rows, [2, 4], [], prices=[700, 200], budget=899)

    assert select(problem, OPTIONS).is_chosen.tolist() == [False] * 2 + [True] * 4
    richer = select(replace(problem, budget=1500), OPTIONS)
    assert richer.is_chosen.tolist() == [True, False, True, True, True, True]
    poorer = select(replace(problem, budget=500), OPTIONS)
    assert poorer.is_chosen.tolist() == [False, False, False, False, True, True]
    # The 100 that are left would buy half a unit: the bound is on two units all the same.
    assert poorer.bound - poorer.objective < 1


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
