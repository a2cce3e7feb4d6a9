"""What the past teaches, and that it is only the past."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.catalogue import unknown_catalogue
from recommender.hazard import fit_hazard
from recommender.lessons import HORIZON_DAYS, PAST_DAYS, TIMED_DAYS, learn, learn_timing
from recommender.model import past_days
from recommender.needs import read_needs
from recommender.samples import describe
from recommender.snapshot import take_snapshot

NONE = np.zeros(0)
NO_HAZARD = fit_hazard(NONE, NONE, NONE, HORIZON_DAYS)


@pytest.fixture(scope="module")
def tiny(make_interactions):
    """Two people; need 0 is bought by both before day 20, need 1 by user 1 only."""
    rows = [(0, 0, 0), (0, 10, 0), (1, 5, 0), (1, 12, 1), (0, 20, 1), (0, 22, 0), (1, 26, 0)]
    train = make_interactions(rows)
    return train, unknown_catalogue(train.thing_ids, 2)


def _described(tiny, days=(20,), max_users=9):
    train, catalogue = tiny
    past = [take_snapshot(train, day, catalogue) for day in days]
    return describe(past, NO_HAZARD, frozenset(), max_users=max_users)


def _rows(sample):
    return list(
        zip(sample.days.tolist(), sample.users.tolist(), sample.needs.tolist(), strict=True)
    )


def test_what_people_bought_before_each_past_day_is_described_and_what_they_might_take_up(tiny):
    own, new = _described(tiny, days=(20, 11))

    assert _rows(own) == [(20, 0, 0), (20, 1, 0), (20, 1, 1), (11, 0, 0), (11, 1, 0)]
    # On day 11 nobody had bought need 1 yet, so nobody could have been shown it.
    assert _rows(new) == [(20, 0, 1)]


def test_outcomes_are_counted_from_the_day_on(tiny):
    own, new = _described(tiny)

    assert own.outcomes(tiny[0], 0, 7).tolist() == [1, 1, 0]
    assert own.outcomes(tiny[0], 0, 6).tolist() == [1, 0, 0]
    assert own.outcomes(tiny[0], 3, 7).tolist() == [0, 1, 0]
    assert new.outcomes(tiny[0], 0, 1).tolist() == [1]


def test_no_more_users_are_described_than_asked_for(tiny):
    own, _ = _described(tiny, max_users=1)

    assert set(own.users.tolist()) == {0}


def test_a_day_before_anything_was_bought_has_no_rows_but_the_same_columns(tiny):
    own, new = _described(tiny)
    nothing, neither = _described(tiny, days=(0,))

    assert nothing.features.shape == (0, own.features.shape[1])
    assert neither.features.shape == (0, new.features.shape[1])


def test_a_past_day_is_described_without_what_came_after(tiny):
    train, catalogue = tiny
    own, new = _described(tiny)

    known_own, known_new = _described((train.before(20), catalogue))

    assert own.features.tobytes() == known_own.features.tobytes()
    assert new.features.tobytes() == known_new.features.tobytes()


def test_too_little_data_teach_nothing(tiny):
    train, catalogue = tiny
    past = [take_snapshot(train, 0, catalogue)]

    lessons = learn(train, past)

    assert lessons.repeat is lessons.novel is None
    assert lessons.weeks == (None,) * 4
    assert learn_timing(train, past).weeks == (None,)


def test_days_before_the_first_purchase_are_not_learned_from_but_for_the_latest(tiny):
    train, catalogue = tiny

    def days(day):
        return [past.histories.day for past in past_days(train, day, catalogue, PAST_DAYS)]

    assert days(50) == [22, 8]
    assert days(9) == [-19]


def test_the_cyclic_shop_teaches_all_there_is_to_learn(cyclic):
    lessons = cyclic.personal.model.lessons

    assert lessons.repeat is not None
    assert all(week is not None for week in lessons.weeks)


def test_nothing_from_the_day_on_is_learned_or_described(cyclic):
    day = cyclic.personal.model.snapshot.histories.day - 60
    later = cyclic.needs.days >= day
    mirrored = replace(
        cyclic.needs,
        things=np.where(later, 23 - cyclic.needs.things, cyclic.needs.things),
        quantities=np.where(later, 9.0, cyclic.needs.quantities),
        prices=np.where(later, 3.0, cyclic.needs.prices),
    )

    told, known, changed = (
        read_needs(train, day, cyclic.catalogue)
        for train in (cyclic.needs, cyclic.needs.before(day), mirrored)
    )

    assert later.sum() > 1000
    for other in (known, changed):
        assert told.chances.tobytes() == other.chances.tobytes()
        assert told.week_chances.tobytes() == other.week_chances.tobytes()
        assert told.novel_chances.tobytes() == other.novel_chances.tobytes()
        assert told.states.states.tobytes() == other.states.states.tobytes()


def test_people_who_do_not_shop_in_a_week_teach_no_timing(cyclic):
    """Users 30 and up stay away from the day on: as if they had never been there."""
    day = cyclic.personal.model.snapshot.histories.day - 7
    gone = (cyclic.needs.users >= 30) & (cyclic.needs.days >= day)
    train = cyclic.needs.where(~gone)
    past = past_days(train, day + 7, cyclic.catalogue, TIMED_DAYS[:1])

    lessons = learn_timing(train, past)

    # Some three hundred pairs of thirty people remain; with sixty it would be twice as many.
    own, _ = describe(past, lessons.hazard, frozenset(), max_users=60)
    stays = own.where(own.users < 30)
    bought = own.outcomes(train, 0, 7)
    chances = lessons.weeks[0].of(stays.features)
    assert bought[own.users >= 30].sum() == 0
    assert chances.mean() == pytest.approx(bought[own.users < 30].mean(), abs=0.03)
