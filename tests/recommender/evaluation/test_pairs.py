import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommender.evaluation.pairs import PairSet

WIDTH = 5
pairs = st.sets(st.tuples(st.integers(0, 3), st.integers(0, WIDTH - 1)))


def pair_set(members):
    users, things = np.array(sorted(members), dtype=np.int64).reshape(-1, 2).T
    return PairSet.of(users, things, WIDTH)


@given(pairs, pairs)
def test_a_pair_set_is_a_set(ours, theirs):
    grid = [(user, thing) for user in range(4) for thing in range(WIDTH)]
    users, things = np.array(grid).T

    for made, expected in (
        (pair_set(ours) & pair_set(theirs), ours & theirs),
        (pair_set(ours) - pair_set(theirs), ours - theirs),
    ):
        assert made.contains(users, things).tolist() == [pair in expected for pair in grid]


@given(pairs)
def test_sizes_count_the_things_of_each_user(members):
    found = pair_set(members).sizes(np.arange(4))

    assert found.tolist() == [sum(u == user for u, _ in members) for user in range(4)]


def test_an_empty_slot_is_in_no_set():
    whole = PairSet.of(np.repeat([0, 1], WIDTH), np.tile(np.arange(WIDTH), 2), WIDTH)

    found = whole.contains(np.array([[0], [1]]), np.array([[0, -1], [-1, 4]]))

    assert found.tolist() == [[True, False], [False, True]]
