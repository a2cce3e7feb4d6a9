import numpy as np

from recommender.satiation import learn_satiation


def _shoppers(rng, make_interactions):
    """People who shop every other day; need 0 every 20 days sharply, need 1 at random; 2 always."""
    rows = []
    for user in range(60):
        start = int(rng.integers(0, 20))
        rows += [(user, day, 2) for day in range(0, 300, 2)]
        rows += [(user, day, 0) for day in range(start, 300, 20)]
        rows += [(user, int(day), 1) for day in rng.choice(300, size=15, replace=False)]
    return make_interactions(rows)


def test_a_need_bought_on_a_cycle_satiates_and_one_bought_at_random_does_not(make_interactions):
    train = _shoppers(np.random.default_rng(1), make_interactions)

    satiation = learn_satiation(train, 300, np.full(3, np.nan))

    assert satiation.is_satiating[0]
    assert not satiation.is_satiating[1]
    assert not satiation.is_told.any()


def test_the_merchants_word_is_enough(make_interactions):
    train = make_interactions([(0, 1, 0), (0, 1, 1), (0, 2, 2)])

    satiation = learn_satiation(train, 9, np.array([np.nan, 30.0, np.inf]))

    assert satiation.is_satiating.tolist() == [False, True, True]
    assert satiation.is_durable.tolist() == [False, False, True]


def test_nothing_is_held_back_on_thin_data(make_interactions):
    train = make_interactions([(0, day, 0) for day in range(0, 90, 30)])

    assert not learn_satiation(train, 90, np.array([np.nan])).is_satiating.any()


def test_what_happens_from_the_day_on_changes_nothing(make_interactions):
    train = _shoppers(np.random.default_rng(2), make_interactions)
    none = np.full(3, np.nan)

    later = learn_satiation(train, 250, none).is_satiating
    known = learn_satiation(train.before(250), 250, none).is_satiating

    assert later.tolist() == known.tolist()
