import math

import numpy as np
import pytest
from scipy.sparse import csr_array

from recommender.collaborative import fit_als, fit_bm25, fit_bpr


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
