import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommender.score_keys import NO_KEY, codes_of, keys_of, merged, no_keys, scores_of

N_USERS = 4
_finite = st.floats(width=32, allow_nan=False, allow_infinity=False)
_rows = st.lists(
    st.tuples(st.integers(0, N_USERS - 1), _finite, st.integers(0, 2**32 - 1)),
    min_size=1,
    max_size=60,
)


def _arrays(rows):
    users, scores, codes = zip(*rows, strict=True)
    return np.array(users), np.array(scores, dtype=np.float32), np.array(codes)


@given(_rows)
def test_keys_ascend_by_best_score_then_lowest_code(rows):
    _, scores, codes = _arrays(rows)

    order = np.argsort(keys_of(scores, codes), kind="stable")

    assert order.tolist() == np.lexsort((codes, -scores)).tolist()


@given(_rows)
def test_a_key_tells_what_it_was_made_of(rows):
    _, scores, codes = _arrays(rows)

    keys = keys_of(scores, codes)

    assert (scores_of(keys) == scores).all()
    assert (codes_of(keys) == codes).all()


def test_every_key_is_below_the_one_of_no_thing():
    lowest = np.array([np.finfo(np.float32).min])

    assert (keys_of(lowest, np.array([2**32 - 1])) < NO_KEY).all()


def test_where_there_is_no_thing_the_code_is_below_nought_and_the_score_below_all():
    assert codes_of(no_keys(1, 1)).tolist() == [[-1]]
    assert scores_of(no_keys(1, 1)).tolist() == [[-np.inf]]


@given(_rows, _rows, st.integers(1, 8))
def test_merging_keeps_the_lowest_of_each_users_keys(earlier, later, n):
    best = no_keys(N_USERS, n)
    for rows in (earlier, later):
        users, scores, codes = _arrays(rows)
        best = merged(best, users, keys_of(scores, codes))

    users, scores, codes = _arrays([*earlier, *later])
    keys = keys_of(scores, codes)
    for user in range(N_USERS):
        expected = sorted(keys[users == user].tolist())[:n]
        assert best[user].tolist() == expected + [int(NO_KEY)] * (n - len(expected))
