import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommender.lookup import (
    bools_at,
    distinct,
    firsts,
    floats_at,
    ints_at,
    places,
    rows_of,
    spread,
)

NOTHING = np.zeros(0, dtype=np.int64)


def test_a_key_is_found_at_its_place_or_not_at_all():
    assert places(np.array([2, 5, 9]), np.array([9, 3, 2, 10])).tolist() == [2, -1, 0, -1]
    assert places(NOTHING, np.array([1])).tolist() == [-1]


def test_what_is_not_found_takes_the_other_value():
    found = np.array([1, -1])

    assert ints_at(np.array([3, 4]), found, 0).tolist() == [4, 0]
    assert floats_at(np.array([0.3, 0.4]), found, 1.0).tolist() == [0.4, 1.0]
    assert bools_at(np.array([False, True]), found).tolist() == [True, False]
    assert ints_at(NOTHING, np.array([-1]), 7).tolist() == [7]


def test_all_keys_of_some_users_are_found_in_any_order_of_users():
    keys = np.array([1, 3, 10, 11, 12, 25])

    rows, found = rows_of(keys, np.array([2, 0, 3]), 10)

    assert rows.tolist() == [0, 1, 1]
    assert keys[found].tolist() == [25, 1, 3]


def test_sorted_numbers_are_named_once_each():
    assert distinct(np.array([0, 0, 3, 5, 5])).tolist() == [0, 3, 5]
    assert distinct(NOTHING).tolist() == []


@given(st.lists(st.integers(0, 99), max_size=60), st.integers(1, 20))
def test_a_spread_is_never_longer_than_asked_and_begins_where_the_values_do(values, most):
    chosen = spread(np.array(values, dtype=np.int64), most).tolist()

    assert len(chosen) <= most
    assert chosen[:1] == values[:1]
    assert len(values) > most or chosen == values


def test_the_first_of_each_key_is_taken_in_the_given_order():
    keys, worth, items = (
        np.array([3, 1, 3, 1]),
        np.array([-1.0, -2, -1, -5]),
        np.array([9, 4, 2, 7]),
    )

    assert firsts(keys, worth, items).tolist() == [3, 2]
