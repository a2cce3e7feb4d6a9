import math

import numpy as np
import pytest

from recommender.evaluation.baselines import baselines
from recommender.evaluation.baselines.baskets import basket_positions
from recommender.evaluation.baselines.neighbours import Bm25Neighbours
from recommender.evaluation.baselines.personal import DecayedFrequency
from recommender.evaluation.baselines.poisson_gamma import PoissonGamma
from recommender.evaluation.baselines.popularity import Popularity
from recommender.evaluation.baselines.tifu_knn import TifuKnn
from recommender.evaluation.baselines.up_cf import UpCf

USERS = np.array([0, 1])


def test_baskets_are_numbered_from_the_oldest_day(purchases):
    train = purchases([(0, 3, 0), (0, 3, 1), (0, 9, 0), (2, 4, 1)])

    position, counts = basket_positions(train)

    assert position.tolist() == [0, 0, 1, 0]
    assert counts.tolist() == [2, 0, 1]


def test_popularity_counts_the_last_28_days(purchases):
    scorer = Popularity()
    scorer.fit(purchases([(0, 71, 0), (0, 72, 1), (1, 99, 1), (1, 99, 2)]), as_of=100)

    assert scorer.scores(USERS).tolist() == [[0, 2, 1], [0, 2, 1]]


def test_decayed_frequency_halves_in_tau_ln_2_days(purchases):
    scorer = DecayedFrequency(tau_days=10 / math.log(2))
    scorer.fit(purchases([(0, 90, 0), (0, 80, 0), (1, 80, 1)]), as_of=100)

    assert scorer.scores(USERS) == pytest.approx(np.array([[0.75, 0], [0, 0.25]]))


def test_tifu_knn_profiles_by_hand(purchases):
    # Three baskets in groups of two from the newest: {day 1}, {day 2, day 3}.
    scorer = TifuKnn(group_size=2, basket_decay=0.5, group_decay=0.1, neighbours=1, own_share=1)
    scorer.fit(purchases([(0, 1, 0), (0, 2, 1), (0, 3, 2), (1, 1, 0)]), as_of=9)

    expected = [[0.1 / 2, 0.5 / 2 / 2, 1 / 2 / 2], [1, 0, 0]]
    assert scorer.scores(USERS) == pytest.approx(np.array(expected))


def test_tifu_knn_asks_the_nearest_other_users(purchases):
    # User 1 is like user 0 and knows thing 1; user 2 is far from both.
    rows = [(0, 1, 0), (1, 1, 0), (1, 1, 1), (2, 1, 2), (2, 1, 3), (2, 1, 4)]
    scorer = TifuKnn(neighbours=1, own_share=0.7)
    scorer.fit(purchases(rows), as_of=9)

    assert scorer.scores(np.array([0]))[0] == pytest.approx([1, 0.3, 0, 0, 0])


def test_up_cf_weighs_users_by_what_they_share(purchases):
    # User 1 shares one of two things: likeness to user 0 is 1 / (1^.75 · 2^.25).
    scorer = UpCf(recent_baskets=2, locality=2)
    scorer.fit(purchases([(0, 1, 0), (1, 1, 0), (1, 2, 1), (1, 3, 1)]), as_of=9)

    likeness = (1 / 2**0.25) ** 2
    # Of user 1's last two baskets none holds thing 0 and both hold thing 1.
    assert scorer.scores(np.array([0]))[0] == pytest.approx([1, likeness])


def test_poisson_gamma_by_hand(purchases):
    # Thing 0: user 0 every ten days until five days ago, user 1 once, fifty days ago.
    scorer = PoissonGamma()
    scorer.fit(purchases([(0, 75, 0), (0, 85, 0), (0, 95, 0), (1, 50, 0)]), as_of=100)

    rates = np.array([2 / 25, 0 / 50])
    shape, rate = rates.mean() ** 2 / rates.var(), rates.mean() / rates.var()
    # User 0 has waited 5 of 10 days; user 1 more than twice the thing's mean gap of 10.
    expected = np.array([(2 + shape) / (20 + 2 * 5 + rate), shape / (50 + rate)])
    found = scorer.scores(USERS)[:, 0]
    assert found == pytest.approx(0.5 * expected * np.exp(-expected))


def test_poisson_gamma_peaks_when_the_gap_has_gone_by(purchases):
    # Everybody buys every ten days; the users bought last 2, 10, 18 and 40 days ago.
    waits = (2, 10, 18, 40)
    rows = [(user, 100 - wait - gap, 0) for user, wait in enumerate(waits) for gap in (0, 10, 20)]
    scorer = PoissonGamma()
    scorer.fit(purchases(rows), as_of=100)

    early, due, late, lapsed = scorer.scores(np.arange(4))[:, 0]
    assert due > late == pytest.approx(early)
    assert late > lapsed


def test_what_nobody_bought_twice_is_never_due_again(purchases):
    scorer = PoissonGamma()
    scorer.fit(purchases([(0, 1, 0), (1, 4, 1)]), as_of=9)

    assert not scorer.scores(USERS).any()


def test_bm25_scores_what_is_bought_with_what_the_user_buys(purchases):
    # Users 1 to 4 buy things 0 and 1 together, users 5 to 8 things 2 and 3; user 0 buys thing 0.
    rows = [(user, 1, thing) for user in range(1, 5) for thing in (0, 1)]
    rows += [(user, 1, thing) for user in range(5, 9) for thing in (2, 3)]
    scorer = Bm25Neighbours()
    scorer.fit(purchases([(0, 1, 0), *rows], n_things=9), as_of=9)

    scores = scorer.scores(np.array([0]))[0]
    assert scores[1] > 0
    assert scores[2:].tolist() == [0] * 7


def test_naming_things_that_nobody_bought_changes_no_bm25_score(purchases):
    rng = np.random.default_rng(1)
    rows = [(user, 1, int(thing)) for user in range(9) for thing in rng.integers(0, 6, 3)]
    few, many = Bm25Neighbours(), Bm25Neighbours()

    few.fit(purchases(rows, n_things=6), as_of=9)
    many.fit(purchases(rows, n_things=40), as_of=9)

    assert many.scores(USERS)[:, :6] == pytest.approx(few.scores(USERS))


@pytest.mark.parametrize("model", baselines(), ids=lambda model: model.name)
def test_every_baseline_stands_one_user_and_users_unseen(purchases, model):
    model.fit(purchases([(0, 1, 0)], n_users=2, n_things=3), as_of=5)

    assert model.lists(USERS, 2, "all").tolist() == [[0, -1], [0, -1]]
    assert model.lists(USERS, 2, "novel").tolist() == [[-1, -1], [0, -1]]


@pytest.mark.parametrize("model", baselines(), ids=lambda model: model.name)
def test_no_baseline_recommends_what_nobody_bought_yet(purchases, model):
    rng = np.random.default_rng(3)
    rows = [(u, d, int(rng.integers(0, 20))) for u in range(15) for d in range(0, 60, 4)]
    train = purchases(rows, n_things=25)
    model.fit(train, as_of=60)

    found = model.lists(np.arange(15), 20, "all")

    assert set(found.ravel()) <= {-1, *train.things.tolist()}
