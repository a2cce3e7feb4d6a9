import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.score_keys import ScoreKeys

N_THINGS = 1000
_rows = st.lists(
    st.tuples(
        st.integers(0, 50),
        st.floats(width=32, allow_nan=False, allow_infinity=False),
        st.integers(0, N_THINGS - 1),
    ),
    min_size=1,
    max_size=60,
)


def _arrays(rows):
    users, scores, codes = zip(*rows, strict=True)
    return np.array(users), np.array(scores, dtype=np.float32), np.array(codes)


@given(_rows)
def test_numbers_ascend_by_user_then_best_score_then_lowest_code(rows):
    users, scores, codes = _arrays(rows)

    order = np.argsort(ScoreKeys.for_things(N_THINGS).of(users, scores, codes), kind="stable")

    assert order.tolist() == np.lexsort((codes, -scores, users)).tolist()


@given(_rows)
def test_a_number_tells_what_it_was_made_of(rows):
    users, scores, codes = _arrays(rows)
    form = ScoreKeys.for_things(N_THINGS)

    keys = form.of(users, scores, codes)

    assert (form.users(keys) == users).all()
    assert (form.scores(keys) == scores).all()
    assert (form.codes(keys) == codes).all()


@given(_rows)
def test_places_count_from_nought_for_every_user(rows):
    users, scores, codes = _arrays(rows)
    form = ScoreKeys.for_things(N_THINGS)

    keys = np.sort(form.of(users, scores, codes))

    expected = [place for size in np.bincount(users) for place in range(size)]
    assert form.places(keys).tolist() == expected


@pytest.mark.parametrize("n_things", [1, 2, 3, 2**20, 2**20 + 1, 2**31])
def test_the_last_user_and_the_last_thing_have_numbers_of_their_own(n_things):
    form = ScoreKeys.for_things(n_things)
    users = np.array([0, form.most_users - 1])
    codes = np.array([n_things - 1, n_things - 1])

    keys = form.of(users, np.array([-1, 1], dtype=np.float32), codes)

    assert form.users(keys).tolist() == users.tolist()
    assert form.codes(keys).tolist() == codes.tolist()
