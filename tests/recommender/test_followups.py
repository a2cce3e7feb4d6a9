import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.followups import FollowUps, time_follow_ups
from recommender.histories import gather

CAMERA, CARD, BREAD = 0, 1, 2
HAZARDS = st.lists(st.floats(0, 3), min_size=1, max_size=8)


def _timed(make_interactions, rows, today, **options):
    histories = gather(make_interactions(rows), today)
    is_from_onset = np.array([options.get("is_from_onset", False)])
    return time_follow_ups(histories, np.array([CAMERA]), np.array([CARD]), is_from_onset)


def _chance(timing, elapsed, days=28):
    return timing.chances(np.zeros(1, dtype=np.int64), np.array([float(elapsed)]), days)[0]


@pytest.fixture
def half_follow(make_interactions):
    """Of 400 who bought a camera, half buy a memory card 8 to 21 days later."""
    rows = [(user, 0, BREAD) for user in range(400)]
    rows += [(user, 40, CAMERA) for user in range(400)]
    rows += [(user, 48 + user % 14, CARD) for user in range(200)]
    return _timed(make_interactions, rows, 200)


def test_the_chance_is_the_share_of_people_who_follow(half_follow):
    assert _chance(half_follow, 1) == pytest.approx(0.5, abs=0.03)


def test_who_has_not_followed_when_others_have_hardly_will(half_follow):
    assert _chance(half_follow, 22) < 0.02


def test_before_the_usual_lag_little_is_expected_at_once(half_follow):
    assert _chance(half_follow, 1, days=7) < 0.05
    assert _chance(half_follow, 8, days=7) > 0.2


def test_quartiles_are_those_of_the_followers(half_follow):
    assert half_follow.quartiles[0].tolist() == [11, 14, 18]


def test_people_who_were_not_followed_for_long_do_not_lower_the_chance(make_interactions):
    rows = [(user, 0, BREAD) for user in range(800)]
    rows += [(user, 40 if user < 400 else 199, CAMERA) for user in range(800)]
    rows += [(user, 50, CARD) for user in range(200)]

    assert _chance(_timed(make_interactions, rows, 200), 1) == pytest.approx(0.5, abs=0.03)


def test_days_count_from_the_last_purchase_or_from_the_onset(make_interactions):
    rows = [(user, 0, BREAD) for user in range(40)]
    rows += [(user, day, CAMERA) for user in range(40) for day in (40, 60, 80)]
    rows += [(user, 90, CARD) for user in range(40)]

    by_purchase = _timed(make_interactions, rows, 200)
    by_onset = _timed(make_interactions, rows, 400, is_from_onset=True)

    assert by_purchase.quartiles[0, 1] == 10
    assert by_onset.quartiles[0, 1] == 50


@given(HAZARDS, st.floats(1, 70), st.integers(1, 30), st.integers(1, 30))
def test_chances_of_neighbouring_spans_make_the_chance_of_both(hazards, elapsed, days, more):
    timing = FollowUps(np.zeros((1, 3)), np.cumsum([0.0, *hazards])[None, :])

    first = _chance(timing, elapsed, days)
    second = _chance(timing, elapsed + days, more)

    assert 0 <= first <= 1
    assert _chance(timing, elapsed, days + more) == pytest.approx(1 - (1 - first) * (1 - second))
