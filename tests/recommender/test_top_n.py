import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.sparse import csr_array

from recommender import top_n
from recommender.tiles import Block
from recommender.top_n import best_of


def _sorted(users, things, n, excluded):
    """Sort everything: the n best, -1 and -inf where nothing is left."""
    scores = (users @ things.T).astype(np.float32)
    scores[excluded] = -np.inf
    codes = np.argsort(-scores, axis=1, kind="stable")[:, :n]
    scores = np.take_along_axis(scores, codes, axis=1)
    missing = ((0, 0), (0, n - codes.shape[1]))
    scores = np.pad(scores, missing, constant_values=-np.inf)
    return np.where(np.isinf(scores), -1, np.pad(codes, missing, constant_values=-1)), scores


@st.composite
def _problems(draw):
    """Draw small whole factors, whose scores tie often and are the same in any order of adding."""
    n_users, n_things = draw(st.integers(0, 9)), draw(st.integers(1, 60))
    n_factors = draw(st.integers(1, 3))
    whole = st.integers(-2, 2).map(np.float32)
    users = draw(hnp.arrays(np.float32, (n_users, n_factors), elements=whole))
    things = draw(hnp.arrays(np.float32, (n_things, n_factors), elements=whole))
    excluded = draw(hnp.arrays(np.bool_, (n_users, n_things)))
    return users, things, draw(st.integers(1, 70)), excluded


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(top_n, "USERS", 4)
    monkeypatch.setattr(top_n, "THINGS", 8)
    monkeypatch.setattr(top_n, "LEADERS", 16)
    monkeypatch.setattr(top_n, "RUN", 4)
    monkeypatch.setattr(top_n, "GROWTH", 2)


def _normal(n_users=100, n_things=700, factors=8):
    rng = np.random.default_rng(5)
    users = rng.standard_normal((n_users, factors), dtype=np.float32)
    things = rng.standard_normal((n_things, factors), dtype=np.float32)
    return users, things, csr_array(rng.random((n_users, n_things)) < 0.1)


@given(_problems())
def test_the_best_are_those_a_full_sort_puts_first(problem):
    users, things, n, excluded = problem

    codes, scores = best_of(users, things, n, excluded=csr_array(excluded))

    expected_codes, expected_scores = _sorted(users, things, n, excluded)
    assert (codes == expected_codes).all()
    assert (scores == expected_scores).all()


@pytest.mark.usefixtures("small_blocks")
@given(problem=_problems())
def test_small_blocks_and_tiles_find_what_a_full_sort_finds(problem):
    users, things, n, excluded = problem

    codes, scores = best_of(users, things, n, excluded=csr_array(excluded))

    expected_codes, expected_scores = _sorted(users, things, n, excluded)
    assert (codes == expected_codes).all()
    assert (scores == expected_scores).all()


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("decay", [0.0, 0.02])
def test_factors_of_any_length_are_searched_exactly(decay):
    users, things, excluded = _normal()
    things *= np.exp(-decay * np.arange(len(things), dtype=np.float32))[:, None]

    codes, scores = best_of(users, things, 5, excluded=excluded)

    expected_codes, expected_scores = _sorted(users, things, 5, excluded.toarray())
    assert (codes == expected_codes).all()
    np.testing.assert_allclose(scores, expected_scores, rtol=1e-4, atol=1e-6)


@pytest.mark.usefixtures("small_blocks")
def test_the_number_of_threads_changes_nothing():
    users, things, excluded = _normal()

    codes, scores = best_of(users, things, 5, excluded=excluded, threads=1)

    for threads in (2, 3):
        again = best_of(users, things, 5, excluded=excluded, threads=threads)
        assert (again[0] == codes).all()
        assert (again[1] == scores).all()


def test_things_out_of_reach_are_not_scored(monkeypatch):
    monkeypatch.setattr(top_n, "THINGS", 8)
    monkeypatch.setattr(top_n, "LEADERS", 16)
    monkeypatch.setattr(top_n, "RUN", 4)
    scored = []
    score = Block.score
    monkeypatch.setattr(
        Block, "score", lambda block, *tile: scored.append(tile[1]) or score(block, *tile)
    )
    users, things = np.ones((3, 2), np.float32), np.ones((80, 2), np.float32)
    things[16:] /= 1000

    best_of(users, things, 2)

    assert max(scored) == 16


@pytest.mark.usefixtures("small_blocks")
def test_the_bar_rises_to_the_last_of_the_best_found_so_far(monkeypatch):
    bars = []
    raised = top_n._raised
    monkeypatch.setattr(top_n, "_raised", lambda *found: bars.append(raised(*found)) or bars[-1])
    users, things, _ = _normal(4, 64)

    _, scores = best_of(users, things, 5)

    assert len(bars) == 3
    assert (np.diff(bars, axis=0) >= 0).all()
    np.testing.assert_array_equal(bars[-1], scores[:, -1])


def test_factors_too_small_for_a_squared_float_are_still_ranked():
    users, things = np.full((1, 2), 1e-25, np.float32), np.ones((40, 2), np.float32)
    things[33] = 2

    codes, _ = best_of(users, things, 1)

    assert codes.tolist() == [[33]]


def test_no_things_leave_every_slot_empty():
    codes, scores = best_of(np.ones((2, 3), np.float32), np.ones((0, 3), np.float32), 4)

    assert (codes == -1).all()
    assert (scores == -np.inf).all()


def test_everything_excluded_leaves_nothing():
    users, things, _ = _normal(3, 20)

    codes, scores = best_of(users, things, 4, excluded=csr_array(np.ones((3, 20))))

    assert (codes == -1).all()
    assert (scores == -np.inf).all()


def test_an_explicit_zero_excludes_nothing():
    users, things = np.ones((1, 1), np.float32), np.array([[2], [1]], np.float32)
    zeros = csr_array((np.zeros(2), np.array([0, 1]), np.array([0, 2])), shape=(1, 2))

    codes, _ = best_of(users, things, 2, excluded=zeros)

    assert codes.tolist() == [[0, 1]]


def test_a_user_without_factors_gets_the_lowest_codes_left():
    users, things, _ = _normal(2, 20)
    users[1] = 0
    excluded = csr_array(([1.0, 1.0], ([1, 1], [0, 2])), shape=(2, 20))

    codes, scores = best_of(users, things, 3, excluded=excluded)

    assert codes[1].tolist() == [1, 3, 4]
    assert (scores[1] == 0).all()


def test_no_users_give_no_rows():
    codes, scores = best_of(np.zeros((0, 2), np.float32), np.ones((3, 2), np.float32), 4)

    assert codes.shape == scores.shape == (0, 4)


@pytest.mark.parametrize(
    ("users", "things", "n", "excluded", "message"),
    [
        (np.ones((2, 3)), np.ones((4, 2)), 1, None, r"not \(2, 3\) and \(4, 2\)"),
        (np.ones((2, 3)), np.ones((4, 3)), 0, None, "n must be positive"),
        (np.ones((2, 3)), np.ones((4, 3)), 1, csr_array((4, 2)), "users × things"),
        (np.full((2, 3), np.nan), np.ones((4, 3)), 1, None, "finite"),
    ],
)
def test_what_does_not_fit_is_refused(users, things, n, excluded, message):
    with pytest.raises(ValueError, match=message):
        best_of(users.astype(np.float32), things.astype(np.float32), n, excluded=excluded)
