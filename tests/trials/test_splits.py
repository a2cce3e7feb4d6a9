"""The ways of sharing drawn seats, beside all there are."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trials.splits import Sharing, ways_to_share


def make(seats, candidates, n_open, surely, low, high, most_open):
    n = len(seats)
    surely = np.array(surely, dtype=np.float64).reshape(len(low), n)
    return Sharing(
        seats=np.array(seats),
        candidates=np.array(candidates),
        is_open=np.arange(n) >= n - n_open,
        most_open=most_open,
        surely=surely,
        perhaps=surely,
        low=np.array(low, dtype=np.int64),
        high=np.array(high, dtype=np.int64),
    )


@st.composite
def sharings(draw):
    """Up to two bands and three open lotteries under up to two quotas that the first way meets."""
    n_band, n_open = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    n = n_band + n_open
    candidates = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    seats = [draw(st.integers(0, most)) for most in candidates]
    n_quotas = draw(st.integers(0, 2))
    surely = draw(
        st.lists(
            st.lists(st.integers(0, 1), min_size=n, max_size=n),
            min_size=n_quotas,
            max_size=n_quotas,
        )
    )
    given = [int(np.dot(row, seats)) for row in surely]
    low = [count - draw(st.integers(0, 1)) for count in given]
    high = [count + draw(st.integers(0, 1)) for count in given]
    most_open = sum(seats[n_band:]) + draw(st.integers(0, 1))
    return make(seats, candidates, n_open, surely, low, high, most_open)


def allowed(sharing):
    """All ways of sharing, by trying every one."""
    ranges = [
        [seats] if seats >= most else range(most + is_open)
        for seats, most, is_open in zip(
            sharing.seats, sharing.candidates, sharing.is_open.astype(int), strict=True
        )
    ]
    ways = np.array(list(product(*ranges)))
    given = ways @ sharing.surely.T
    return ways[
        (ways.sum(axis=1) == sharing.seats.sum())
        & (ways[:, sharing.is_open].sum(axis=1) <= sharing.most_open)
        & ((given >= sharing.low) & (given <= sharing.high)).all(axis=1)
    ]


@given(sharings())
@settings(max_examples=100, deadline=None)
def test_every_open_lottery_that_any_way_reaches_is_reached_by_an_allowed_one(sharing):
    every = allowed(sharing)

    ways = ways_to_share(sharing)

    assert ways[0].tolist() == sharing.seats.tolist()
    assert {tuple(way) for way in ways.tolist()} <= {tuple(way) for way in every.tolist()}
    if sharing.most_open:
        reachable = sharing.is_open & (every > 0).any(axis=0)
        assert (ways > 0).any(axis=0)[reachable].all()


def test_a_way_that_reaches_all_is_the_only_one():
    sharing = make([2, 1], [6, 9], 1, [], [], [], 1)

    assert ways_to_share(sharing).tolist() == [[2, 1]]


def test_a_seat_moves_no_further_than_it_must():
    # Two bands of two seats; the open lottery's seat may come from the first group alone.
    sharing = make([2, 2, 0], [6, 6, 9], 1, [[1, 0, 1], [0, 1, 0]], [2, 2], [2, 2], 1)

    assert ways_to_share(sharing).tolist() == [[2, 2, 0], [1, 2, 1]]


@pytest.mark.parametrize("most_open", [0, 1])
def test_without_open_seats_there_is_no_other_way(most_open):
    sharing = make([2, 0], [2, 9], 1, [], [], [], most_open)

    assert len(ways_to_share(sharing)) == 1
