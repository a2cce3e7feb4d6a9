import numpy as np
import pytest

from quality.tables.outputs import NEED_STATES
from recommender.histories import gather
from recommender.satiation import Satiation
from recommender.states import judge_needs, return_shares
from recommender.timing import estimate_timing


def _judge(make_interactions, rows, day, *, satiating=(), told=(), durable=(), is_likely=False):
    """Judge every pair of the rows; needs are numbered from 0."""
    train = make_interactions(rows)
    n_needs = len(train.thing_ids)
    histories = gather(train, day)
    timing = estimate_timing(histories, np.full(n_needs, np.nan))
    flags = [np.isin(np.arange(n_needs), needs) for needs in (satiating, told, durable)]
    states = judge_needs(
        histories,
        timing,
        Satiation(*flags),
        return_shares(histories),
        np.full(len(histories.users), is_likely),
    )
    return states, [NEED_STATES[state] for state in states.states]


def _cycle(first=0, user=0):
    """Nine purchases, twenty days apart, the last on day 160."""
    return [(user, first + 20 * place, 0) for place in range(9)]


@pytest.mark.parametrize(
    ("day", "state"),
    [(163, "due_soon"), (180, "due"), (200, "overdue"), (240, "lapsed")],
)
def test_a_need_passes_from_due_soon_to_lapsed(make_interactions, day, state):
    assert _judge(make_interactions, _cycle(), day)[1] == [state]


def test_a_satiating_need_is_satisfied_until_a_week_before_the_earliest_tenth(make_interactions):
    fresh, names = _judge(make_interactions, _cycle(), 163, satiating=[0])
    until = int(fresh.holds_until[0])

    assert names == ["satisfied"]
    assert 160 + 10 <= until <= 160 + 13
    assert _judge(make_interactions, _cycle(), until - 1, satiating=[0])[0].is_held.all()
    assert not _judge(make_interactions, _cycle(), until, satiating=[0])[0].is_held.any()


def test_a_learned_satiation_yields_to_a_likely_purchase_a_told_one_does_not(make_interactions):
    learned, _ = _judge(make_interactions, _cycle(), 163, satiating=[0], is_likely=True)
    told, _ = _judge(make_interactions, _cycle(), 163, satiating=[0], told=[0], is_likely=True)

    assert not learned.is_held.any()
    assert told.is_held.all()


def test_a_durable_is_held_for_good_and_has_no_window(make_interactions):
    states, names = _judge(
        make_interactions, [(0, 0, 0)], 900, satiating=[0], told=[0], durable=[0]
    )

    assert names == ["one_off"]
    assert states.is_held.all()
    assert not states.has_window.any()


def test_a_first_purchase_of_what_nobody_buys_twice_is_a_one_off(make_interactions):
    rows = [(user, 100, 0) for user in range(60)]

    assert set(_judge(make_interactions, rows, 110)[1]) == {"one_off"}


def test_the_window_holds_the_expected_return(make_interactions):
    states, _ = _judge(make_interactions, _cycle(), 165)

    assert states.window_starts[0] <= states.window_mids[0] <= states.window_ends[0]
    assert states.window_mids[0] == pytest.approx(180, abs=1)
