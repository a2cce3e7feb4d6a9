import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.evaluation.timing import (
    observe_week,
    regular_pairs,
    stauc,
    stratified_auc,
    timing_days,
)

rows = st.lists(
    st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 2)), min_size=1, max_size=40
)


def plain_auc(table):
    """Count every bought, not-bought pair of one stratum."""
    right = total = 0.0
    for score, bought, stratum in table:
        for other, other_bought, other_stratum in table:
            if bought and not other_bought and stratum == other_stratum:
                total += 1
                right += (score > other) + 0.5 * (score == other)
    return right / total if total else float("nan")


@given(rows)
def test_the_auc_equals_counting_pairs_within_strata(table):
    scores, bought, strata = (np.array(column) for column in zip(*table, strict=True))

    found = stratified_auc(scores.astype(float), bought, strata)

    assert found == pytest.approx(plain_auc(table), nan_ok=True)


@given(rows)
def test_turning_the_scores_round_turns_the_auc_round(table):
    scores, bought, strata = (np.array(column) for column in zip(*table, strict=True))

    there = stratified_auc(scores.astype(float), bought, strata)
    back = stratified_auc(-scores.astype(float), bought, strata)

    assert there + back == pytest.approx(1) or np.isnan([there, back]).all()


def test_a_week_holds_regular_pairs_of_users_who_shop_in_it(purchases):
    data = purchases(
        [
            *[(0, day, 0) for day in (1, 3, 5, 12)],  # regular, bought in the week
            *[(0, day, 1) for day in (1, 2, 3)],  # regular, not bought
            *[(0, day, 2) for day in (2, 3, 11)],  # a third purchase only after the first cut
            *[(1, day, 0) for day in (1, 2, 3)],  # regular, but the user stays at home
        ]
    )

    week = observe_week(data, regular_pairs(data, 8), 8)

    assert list(zip(week.users, week.things, week.bought, strict=True)) == [
        (0, 0, True),
        (0, 1, False),
    ]
    assert week.purchases.tolist() == [3, 3]
    assert week.trips.tolist() == [4, 4]  # days 1, 2, 3 and 5


def test_only_whole_weeks_are_observed(purchases):
    data = purchases([(0, 1, 0), (0, 24, 0)])

    assert timing_days(data, 10) == (10, 17)
    assert len(timing_days(purchases([(0, 1, 0), (0, 900, 0)]), 10)) == 12


def test_elapsed_time_earns_nothing_on_memoryless_purchases(purchases):
    rng = np.random.default_rng(7)
    chances = rng.uniform(0.1, 0.5, 30)
    bought = rng.random((80, 30, 200)) < chances[None, :, None]
    data = purchases([tuple(map(int, row)) for row in np.argwhere(bought)[:, [0, 2, 1]]])
    regulars = regular_pairs(data, 116)
    weeks = [observe_week(data, regulars, day) for day in timing_days(data, 116)]
    # A weekly snapshot of days since the last purchase, the trap's favourite score.
    last = np.where(bought, np.arange(200), -1)
    elapsed = [
        week.day - last[:, :, : week.day].max(axis=2)[week.users, week.things].astype(float)
        for week in weeks
    ]

    assert stauc(weeks, elapsed) == pytest.approx(0.5, abs=0.02)
    known = [chances[week.things] for week in weeks]
    assert stauc(weeks, known) > 0.51


def test_no_week_has_no_auc():
    assert np.isnan(stauc([], []))
