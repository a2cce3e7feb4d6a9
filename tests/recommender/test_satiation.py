import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommender.satiation import REVIEW_DAYS, Review, review_satiation


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

    satiation = review_satiation(train, 300).with_told(np.full(3, np.nan))

    assert satiation.is_satiating[0]
    assert not satiation.is_satiating[1]
    assert not satiation.is_told.any()


def test_the_merchants_word_is_enough(make_interactions):
    train = make_interactions([(0, 1, 0), (0, 1, 1), (0, 2, 2)])

    satiation = review_satiation(train, 9).with_told(np.array([np.nan, 30.0, np.inf]))

    assert satiation.is_satiating.tolist() == [False, True, True]
    assert satiation.is_durable.tolist() == [False, False, True]


def test_nothing_is_held_back_on_thin_data(make_interactions):
    train = make_interactions([(0, day, 0) for day in range(0, 90, 30)])

    assert not review_satiation(train, 90).is_satiating.any()


def test_what_happens_from_the_day_on_changes_nothing(make_interactions):
    train = _shoppers(np.random.default_rng(2), make_interactions)

    later = review_satiation(train, 250).is_satiating
    known = review_satiation(train.before(250), 250).is_satiating

    assert later.tolist() == known.tolist()


@given(st.integers(0, 30_000), st.integers(-400, 400))
def test_a_review_holds_for_twelve_weeks_and_never_before_its_day(day, later):
    holds = Review(day, np.zeros(1, dtype=bool)).holds_on(day + later)

    assert holds is (later in range(REVIEW_DAYS))


def test_reviews_of_neighbouring_terms_share_no_snapshot(make_interactions):
    """What was bought before a review's own twelve weeks only tells how long purchases last."""
    train = _shoppers(np.random.default_rng(3), make_interactions)
    blurred = train.where((train.things != 0) | (train.days < 300 - REVIEW_DAYS))

    assert review_satiation(train, 300).is_satiating.tolist() == [True, False, False]
    assert not review_satiation(blurred, 300).is_satiating[0]
    assert review_satiation(blurred, 300 - REVIEW_DAYS).is_satiating[0]


def test_what_a_merchant_told_adds_to_what_was_learned():
    learned = Review(0, np.array([True, True, False, False]))

    satiation = learned.with_told(np.array([np.nan, 30.0, np.nan, np.inf]))

    assert satiation.is_satiating.tolist() == [True, True, False, True]
    assert satiation.is_told.tolist() == [False, True, False, True]
    assert satiation.is_durable.tolist() == [False, False, False, True]
