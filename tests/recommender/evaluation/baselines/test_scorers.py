import math

import numpy as np
import pytest

from recommender.evaluation.baselines import baselines
from recommender.evaluation.baselines.baskets import basket_positions
from recommender.evaluation.baselines.personal import DecayedFrequency
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
