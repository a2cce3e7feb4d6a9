from dataclasses import fields

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.histories import bought_within, gather


@pytest.fixture
def histories(make_interactions):
    rows = [(0, 10, 1), (0, 20, 1, 3.0), (0, 20, 0), (1, 12, 1), (1, 99, 1)]
    return gather(make_interactions(rows), 30)


def test_pairs_are_gathered_by_user_and_need_and_nothing_later_is_seen(histories):
    assert histories.users.tolist() == [0, 0, 1]
    assert histories.needs.tolist() == [0, 1, 1]
    assert histories.counts.tolist() == [1, 2, 1]
    assert histories.first_days.tolist() == [20, 10, 12]
    assert histories.last_days.tolist() == [20, 20, 12]
    assert histories.elapsed.tolist() == [10, 10, 18]


def test_quantities_are_kept_for_the_last_purchase_and_the_usual_one(histories):
    assert histories.last_quantities.tolist() == [1, 3, 1]
    assert histories.mean_quantities.tolist() == [1, 2, 1]


def test_a_decayed_count_weighs_each_purchase_by_its_age(histories):
    expected = [np.exp(-1), np.exp(-1) + np.exp(-2), np.exp(-1.8)]

    assert histories.decayed_counts(10.0) == pytest.approx(expected)
    assert histories.decayed_trips(10.0) == pytest.approx([np.exp(-1) + np.exp(-2), np.exp(-1.8)])


def test_trips_after_a_day_are_counted_by_the_pairs_user(histories):
    assert histories.trips_since(histories.first_days).tolist() == [0, 1, 0]


def test_buyers_are_people_not_purchases(histories):
    assert histories.buyers(1, 20).tolist() == [1, 2]
    assert histories.buyers(1, 10).tolist() == [1, 1]


def test_outcomes_look_at_the_window_only(make_interactions):
    train = make_interactions([(0, 10, 0), (0, 20, 0), (1, 25, 1)])

    bought = bought_within(train, 20, 25, np.array([0, 1]), np.array([0, 1]))

    assert bought.tolist() == [1.0, 0.0]


def test_some_users_pairs_are_those_gathered_from_their_purchases_alone(make_interactions):
    rng = np.random.default_rng(3)
    rows = {(user, day, need) for user, day, need in rng.integers(0, (9, 40, 5), (200, 3)).tolist()}
    train = make_interactions([(*row, float(row[1] % 3 + 1)) for row in rows])
    chosen = np.arange(9) % 2 == 0

    among_all = gather(train, 35).of_users(chosen)

    alone = gather(train.of_users(chosen), 35)
    for field in fields(alone):
        assert np.array_equal(getattr(among_all, field.name), getattr(alone, field.name))


_BOUGHT = st.sets(
    st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(0, 3)), min_size=1, max_size=25
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(_BOUGHT, st.integers(0, 31), st.integers(0, 31))
def test_an_earlier_day_is_the_same_as_if_it_were_gathered_anew(make_interactions, rows, day, age):
    train = make_interactions([(*row, 1.0 + sum(row) % 3) for row in rows])

    earlier, anew = gather(train, day).before(day - age), gather(train, day - age)

    for column in fields(earlier):
        assert np.array_equal(getattr(earlier, column.name), getattr(anew, column.name))
