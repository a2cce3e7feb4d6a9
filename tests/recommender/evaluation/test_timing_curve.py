import math

import numpy as np
import pytest

from recommender.evaluation.histories import histories
from recommender.evaluation.satisfied import need_gaps
from recommender.evaluation.timing import regular_pairs
from recommender.evaluation.timing_curve import EDGES, Waits, observe_waits, timing_curve


def waits(elapsed, bought, things=None):
    elapsed = np.array(elapsed)
    things = np.zeros(len(elapsed), int) if things is None else np.array(things)
    return Waits(np.arange(len(elapsed)), things, elapsed, np.array(bought))


def test_each_step_averages_its_pairs_over_the_weeks():
    weeks = [waits([0.1, 0.1], [True, False]), waits([0.15, 1.0], [False, True])]
    chances = [np.array([0.2, 0.4]), np.array([0.6, 0.8])]

    curve = timing_curve(weeks, chances, np.array([True]))

    first = curve[0]
    assert (first.is_satiating, first.start, first.end, first.pairs) == (True, 0, 0.2, 3)
    assert first.rate == pytest.approx(1 / 3)
    assert first.expected == pytest.approx(0.4)
    due = next(step for step in curve if step.is_satiating and step.start == 0.9)
    assert (due.pairs, due.rate, due.expected) == (1, 1, pytest.approx(0.8))


def test_an_edge_belongs_to_the_step_that_it_starts_and_the_last_step_has_no_end():
    curve = timing_curve([waits([0.2, 99.0], [True, True])], [np.zeros(2)], np.array([True]))

    filled = [(step.start, step.end) for step in curve if step.pairs]
    assert filled == [(0.2, 0.35), (EDGES[-1], None)]


def test_needs_that_satiate_are_kept_apart_from_the_others():
    curve = timing_curve(
        [waits([0.1, 0.1], [True, False], things=[0, 1])], [np.zeros(2)], np.array([False, True])
    )

    rates = {step.is_satiating: step.rate for step in curve if step.pairs}
    assert rates == {True: 0, False: 1}
    assert len(curve) == 2 * (len(EDGES) + 1)


def test_a_step_without_pairs_has_no_rate():
    curve = timing_curve([waits([0.1], [True])], [np.zeros(1)], np.array([True]))

    assert all(math.isnan(step.rate) for step in curve if not step.pairs)


def test_without_weeks_there_is_no_curve():
    assert timing_curve([], [], np.array([True])) == ()


def test_only_pairs_of_users_who_shop_in_the_week_count(purchases):
    # Every ten days; in the week of day 40 user 0 buys, user 1 buys something else, 2 stays home.
    rows = [(user, day, 0) for user in (0, 1, 2) for day in (0, 10, 20, 30)]
    data = purchases([*rows, (0, 41, 0), (1, 44, 1), (2, 60, 0)])
    gaps = need_gaps(histories(data.before(40)), 2)

    found = observe_waits(data, regular_pairs(data, 40), gaps, 40)

    assert found.users.tolist() == [0, 1]
    assert found.gaps_elapsed.tolist() == pytest.approx([1.0, 1.0])
    assert found.bought.tolist() == [True, False]
