import math

import numpy as np
import pytest
from scipy.sparse import csr_array

from recommender.collaborative import (
    RIDGE,
    fit_als,
    fit_bm25,
    fit_bpr,
    fit_things,
    user_factors,
    with_new_things,
)


def _counts():
    counts = np.zeros((30, 12))
    counts[:15, :6] = np.random.default_rng(1).poisson(3, (15, 6))
    counts[15:, 6:] = np.random.default_rng(2).poisson(3, (15, 6))
    counts[0, 2] = 0
    return csr_array(counts)


@pytest.mark.parametrize(
    "fit",
    [
        lambda counts: fit_als(counts, factors=4, regularization=1.0),
        lambda counts: fit_bpr(counts, factors=4, learning_rate=0.05, regularization=0.01),
    ],
    ids=["ALS", "BPR"],
)
def test_what_people_alike_buy_scores_above_what_they_do_not(fit):
    users, things = fit(_counts())

    scores = users[0] @ things.T
    assert scores[2] > scores[6:].max()


@pytest.mark.parametrize("fit", [fit_als, fit_bpr], ids=["ALS", "BPR"])
def test_a_seed_repeats(fit):
    first, second = (fit(_counts(), factors=4, seed=3) for _ in range(2))

    assert (first[0] == second[0]).all()
    assert (first[1] == second[1]).all()


def test_bm25_by_hand():
    # Thing 0 is bought by users 0 and 1, thing 1 by user 0 three times.
    counts = csr_array(np.array([[1.0, 3.0], [1.0, 0.0], [0.0, 0.0]]))

    found = fit_bm25(counts, saturation=1.2, length_share=0.4).toarray()

    def weight(count, length, buys):
        idf = math.log(2) - math.log1p(buys)
        norm = 0.6 + 0.4 * length / 2.5
        return idf * count * 2.2 / (count + 1.2 * norm)

    first, second = weight(1, 2, 2), weight(3, 3, 2)
    assert found[0, 1] == pytest.approx(first * second)
    assert found[1, 1] == pytest.approx(second**2)


def test_bm25_keeps_the_nearest_neighbours_only():
    found = fit_bm25(_counts(), neighbours=3)

    assert (np.diff(found.indptr) <= 3).all()
    assert set(found[[0]].indices) <= set(range(6))


def _least_squares(counts, things, ridge):
    """Solve (YᵀY + Yᵀ(C - I)Y + ridge) x = YᵀC p for each row, C being ln(1 + count) where bought."""
    rows = []
    for row in counts.toarray():
        bought, confidence = row > 0, np.log1p(row[row > 0])
        own = things[bought].astype(np.float64)
        left = things.T @ things + own.T @ ((confidence - 1)[:, None] * own)
        rows.append(np.linalg.solve(left + ridge * np.eye(things.shape[1]), own.T @ confidence))
    return np.array(rows)


@pytest.fixture(scope="module")
def things():
    """Factors large enough for the ridge to leave something of them."""
    return np.random.default_rng(1).normal(size=(12, 4)).astype(np.float32) * 5


def test_people_have_the_factors_that_solve_for_them(things):
    counts = _counts()
    assert user_factors(counts, things) == pytest.approx(
        _least_squares(counts, things, RIDGE), abs=1e-5
    )


def test_people_of_fitted_things_have_nearly_the_fitted_factors():
    counts = csr_array(np.tile(_counts().toarray(), (20, 1)))
    fitted, things = fit_als(counts, factors=4)

    assert user_factors(counts, things) == pytest.approx(fitted, abs=0.02)


def test_people_have_their_factors_whoever_else_there_is(things):
    counts = _counts()
    assert (
        user_factors(counts[3:5], things).tobytes() == user_factors(counts, things)[3:5].tobytes()
    )


def test_things_that_were_not_known_get_factors_by_their_buyers(things):
    counts, known = _counts(), things.copy()
    known[[2, 7]] = np.nan

    found = with_new_things(counts, known)

    others = np.delete(np.arange(12), [2, 7])
    assert found[others].tobytes() == things[others].tobytes()
    people = user_factors(counts, np.nan_to_num(known))
    new = csr_array(counts.T)[[2, 7]]
    assert found[[2, 7]] == pytest.approx(_least_squares(new, people, RIDGE), abs=1e-5)


def test_who_bought_nothing_and_what_nobody_bought_have_no_factors(things):
    counts = csr_array(
        np.vstack([np.zeros(13), np.hstack([_counts().toarray(), np.zeros((30, 1))])])
    )

    found = with_new_things(counts, np.vstack([things, np.full((1, 4), np.nan, np.float32)]))

    assert not user_factors(counts, found)[0].any()
    assert not found[12].any()


def test_things_are_fitted_on_everybody_while_there_are_few():
    counts = csr_array(np.tile(_counts().toarray(), (20, 1)))
    assert fit_things(counts).tobytes() == fit_als(counts)[1].tobytes()


def test_of_many_people_some_teach_and_what_only_others_bought_is_told_by_its_buyers():
    bought = np.tile(_counts().toarray(), (20, 1))
    only_here = np.zeros((600, 1))
    only_here[1::2] = 1
    counts = csr_array(np.hstack([bought, only_here]))

    found = fit_things(counts, learners=300)

    assert found[:12].tobytes() == fit_als(counts[::2])[1][:12].tobytes()
    assert found[12].any()
