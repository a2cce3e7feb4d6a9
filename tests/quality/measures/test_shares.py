import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.measures.shares import (
    OTHER,
    binned_numbers,
    bins_of,
    read_shares,
    shares_of_hours,
    shares_of_numbers,
    shares_of_values,
)


def test_values_are_counted_side_by_side_the_most_frequent_first():
    shares = shares_of_values({"web": 30.0, "app": 70.0}, {"web": 90.0, "shop": 10.0})

    assert shares.labels == ("web", "app", "shop")
    assert shares.recent.tolist() == [30, 70, 0]
    assert shares.usual.tolist() == [90, 0, 10]


def test_after_twenty_values_the_rest_are_counted_together():
    shares = shares_of_values({f"v{n:02}": 100.0 - n for n in range(25)}, None)

    assert (len(shares.labels), shares.labels[-1]) == (21, OTHER)
    assert shares.recent[-1] == sum(100 - n for n in range(20, 25))


def test_where_the_past_pooled_values_new_ones_are_among_them():
    shares = shares_of_values({"web": 50.0, "kiosk": 50.0}, {"web": 80.0, OTHER: 20.0})

    assert shares.labels == ("web", OTHER)
    assert shares.recent.tolist() == [50, 50]


def test_numbers_are_counted_by_decile_of_the_usual_ones():
    values = np.arange(1.0, 101.0)

    shares = shares_of_numbers(values, np.ones(100), np.ones(100))

    assert shares.labels == (10, 20, 30, 40, 50, 60, 70, 80, 90, None)
    assert shares.usual.tolist() == [10] * 10


def test_a_number_that_hardly_varies_has_as_many_bins_as_it_has_deciles():
    shares = shares_of_numbers(np.array([1.0, 2.0, np.inf]), np.array([95.0, 3, 2]), None)

    assert shares.labels == (1.0, None)
    assert json.loads(shares.as_json()) == [
        {"to": 1.0, "share": 0.95, "usual": None},
        {"to": None, "share": 0.05, "usual": None},
    ]


@given(
    st.dictionaries(st.floats(-1e6, 1e6), st.integers(1, 99), min_size=1, max_size=60),
    st.data(),
)
def test_every_row_is_in_one_bin_and_the_distance_by_bin_is_at_most_that_by_value(counts, data):
    values = np.array(sorted(counts))
    recent = np.array([counts[value] for value in values], dtype=float)
    size = len(values)
    usual = np.array(
        data.draw(st.lists(st.integers(0, 99), min_size=size, max_size=size).filter(any)),
        dtype=float,
    )

    shares = shares_of_numbers(values, recent, usual)

    assert (shares.recent.sum(), shares.usual.sum()) == (recent.sum(), usual.sum())
    by_bin = np.cumsum(shares.recent / recent.sum()) - np.cumsum(shares.usual / usual.sum())
    assert np.abs(by_bin).max() <= shares.gap + 1e-9


@given(st.lists(st.integers(0, 1_000), min_size=24, max_size=24).filter(any))
def test_what_is_written_is_read_again(rows):
    counts = np.array(rows, dtype=float)

    again = read_shares(shares_of_hours(counts, None).as_json(), counts.sum())

    assert again.kind == "hour"
    assert again.recent == pytest.approx(counts, abs=1e-6 * counts.sum())


def test_a_column_without_shares_is_read_as_none():
    assert read_shares("[]", 10) is None


def test_the_bin_of_a_value_is_the_one_it_was_counted_in():
    numbers = binned_numbers(np.array([1.0, 5.0, 9.0]), np.array([2.0, 3.0, 4.0]), [5.0])
    assert bins_of(numbers, np.array([1.0, 5.0, 9.0])).tolist() == [0, 0, 1]
    assert numbers.recent.tolist() == [5, 4]

    codes = shares_of_values({"a": 3.0, "b": 2.0}, {"a": 1.0, OTHER: 4.0})
    assert bins_of(codes, np.array(["b", "a", "z"])).tolist() == [1, 0, 1]
