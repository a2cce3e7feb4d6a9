import numpy as np
from scipy.sparse import csr_array

from recommender.collaborative import fit_als


def _counts():
    counts = np.zeros((30, 12))
    counts[:15, :6] = np.random.default_rng(1).poisson(3, (15, 6))
    counts[15:, 6:] = np.random.default_rng(2).poisson(3, (15, 6))
    counts[0, 2] = 0
    return csr_array(counts)


def test_what_people_alike_buy_scores_above_what_they_do_not():
    users, things = fit_als(_counts(), factors=4, regularization=1.0)

    scores = users[0] @ things.T
    assert scores[2] > scores[6:].max()


def test_a_seed_repeats():
    first, second = (fit_als(_counts(), factors=4, seed=3) for _ in range(2))

    assert (first[0] == second[0]).all()
    assert (first[1] == second[1]).all()
