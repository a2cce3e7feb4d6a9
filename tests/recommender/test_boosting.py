import numpy as np

from recommender.boosting import fit_trees

ROWS = 12_000


def _sample(seed=5):
    """Outcomes whose log odds are 2 where the first feature is beyond ±1, else -2."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(ROWS, 3)).astype(np.float32)
    odds = np.where(np.abs(features[:, 0]) > 1, 2.0, -2.0)
    return features, (rng.random(ROWS) < 1 / (1 + np.exp(-odds))).astype(float), odds


def _loss(margin, outcomes):
    return np.mean(np.logaddexp(0, margin) - outcomes * margin)


def test_equal_data_give_equal_trees():
    features, outcomes, _ = _sample()

    first, second = (fit_trees(features, outcomes, np.zeros(ROWS)).margin(features) for _ in "ab")

    assert first.tobytes() == second.tobytes()


def test_what_the_first_prediction_misses_is_added():
    features, outcomes, odds = _sample()

    added = fit_trees(features, outcomes, np.zeros(ROWS)).margin(features)

    assert np.abs(added - odds).mean() < 0.3
    assert _loss(added, outcomes) < _loss(np.zeros(ROWS), outcomes) - 0.2


def test_next_to_nothing_is_added_where_the_first_prediction_is_right():
    features, outcomes, odds = _sample()

    trees = fit_trees(features, outcomes, odds)

    fresh, outcomes, odds = _sample(seed=6)
    moved = odds + trees.margin(fresh)
    assert np.abs(1 / (1 + np.exp(-moved)) - 1 / (1 + np.exp(-odds))).mean() < 0.03
    assert _loss(moved, outcomes) < _loss(odds, outcomes) + 0.01


def test_no_rows_need_nothing_added():
    features, outcomes, odds = _sample()

    assert fit_trees(features, outcomes, odds).margin(features[:0]).shape == (0,)
