"""Group-wise counting and the sharing of whole seats."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trials.arrays import apportion, place_in_group


@given(st.lists(st.integers(-1, 5), max_size=40))
def test_places_count_the_earlier_rows_of_the_same_group(groups):
    places = place_in_group(np.array(groups, dtype=np.int64))

    assert places.tolist() == [groups[:row].count(group) for row, group in enumerate(groups)]


claims = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9)), min_size=1, max_size=12)


@given(st.integers(0, 60), claims)
def test_seats_are_whole_within_caps_and_all_given_out_while_there_is_room(total, claims):
    weights = np.array([float(weight) for weight, _ in claims])
    caps = np.array([cap for _, cap in claims])

    seats = apportion(total, weights, caps)

    room = int(caps[weights > 0].sum())
    assert seats.sum() == min(total, room)
    assert (seats <= caps).all()
    assert (seats[weights == 0] == 0).all()


@given(st.integers(0, 60), st.lists(st.integers(1, 20), min_size=1, max_size=12))
def test_without_caps_nobody_is_a_whole_seat_away_from_the_proportion(total, weights):
    weights = np.array(weights, dtype=np.float64)

    seats = apportion(total, weights, np.full(len(weights), total))

    assert (np.abs(seats - total * weights / weights.sum()) < 1 + 1e-9).all()


def test_five_units_in_30_60_10_give_the_tied_half_to_the_open_door():
    assert apportion(5, np.array([0.3, 0.6, 0.1]), np.full(3, 5)).tolist() == [1, 3, 1]
