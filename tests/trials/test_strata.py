"""The plan of a draw: chances sum to the units, and no lottery can break a quota."""

from dataclasses import replace
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trials.draw import draw
from trials.plan import NOT_DRAWN, Limits
from trials.quotas import Quota
from trials.strata import DrawOptions, plan_draw

OPTIONS = DrawOptions()


def limits_of(is_member, bounds):
    quotas = tuple(
        Quota(trial_id="T", attribute="g", value=str(n), low=low, high=high)
        for n, (low, high) in enumerate(bounds)
    )
    return Limits(quotas=quotas, is_member=np.asarray(is_member, dtype=np.bool_))


def no_limits(n):
    return limits_of(np.zeros((n, 0)), [])


def by_every_way(plan):
    """The lotteries with the seats of each way of sharing them, all of which are as likely."""
    return [
        tuple(replace(one, seats=one.ways[way]) for one in plan.strata)
        for way in range(plan.n_ways)
    ]


@st.composite
def selections(draw, most=60):
    """Applicants best first, their groups, a selection and quotas that it meets."""
    n, n_quotas = draw(st.integers(1, most)), draw(st.integers(0, 3))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    is_member = rng.random((n, n_quotas)) < rng.random(n_quotas)
    is_chosen = rng.random(n) < rng.random()
    # Loose and tight quotas around what the selection gives.
    counts = is_member[is_chosen].sum(axis=0)
    bounds = [
        (max(0, int(count) - draw(st.integers(0, 3))), int(count) + draw(st.integers(0, 3)))
        for count in counts
    ]
    return is_chosen, limits_of(is_member, bounds)


@given(selections(), st.integers(0, 2**32 - 1))
@settings(max_examples=300, deadline=None)
def test_any_draw_gives_all_units_and_meets_every_quota(selection, seed):
    is_chosen, limits = selection
    plan = plan_draw(is_chosen, limits, OPTIONS)
    order = np.random.default_rng(seed).permutation(len(is_chosen))

    for strata in by_every_way(plan):
        wins = np.isin(
            draw(plan.is_core, plan.stratum, strata, order).arm, ["core", "band", "open"]
        )
        assert wins.sum() == is_chosen.sum()
        got = limits.is_member[wins].sum(axis=0)
        for quota, count in zip(limits.quotas, got, strict=True):
            assert quota.low <= count <= quota.high


@given(selections(most=6))
@settings(max_examples=60, deadline=None)
def test_over_all_ways_and_orders_of_the_lots_everybody_wins_exactly_as_often_as_stated(selection):
    is_chosen, limits = selection
    plan = plan_draw(is_chosen, limits, OPTIONS)
    orders = [np.array(order) for order in permutations(range(len(is_chosen)))]
    ways = by_every_way(plan)

    wins = sum(
        np.isin(draw(plan.is_core, plan.stratum, strata, order).arm, ["core", "band", "open"])
        for strata in ways
        for order in orders
    )

    assert wins / (len(ways) * len(orders)) == pytest.approx(plan.chance, abs=1e-12)


@given(selections())
@settings(max_examples=300, deadline=None)
def test_chances_sum_to_the_units_exactly(selection):
    is_chosen, limits = selection
    plan = plan_draw(is_chosen, limits, OPTIONS)

    exact = sum(
        Fraction(sum(one.ways), plan.n_ways * one.candidates) * int((plan.stratum == n).sum())
        for n, one in enumerate(plan.strata)
    )

    assert exact + int(plan.is_core.sum()) == is_chosen.sum()
    assert plan.chance.sum() == pytest.approx(is_chosen.sum(), abs=1e-9)
    assert (plan.chance[plan.is_core] == 1).all()
    assert not (plan.is_core & (plan.stratum != NOT_DRAWN)).any()
    assert (plan.chance[plan.stratum != NOT_DRAWN] < 1).all()
    for n, one in enumerate(plan.strata):
        assert one.candidates == (plan.stratum == n).sum()
        assert len(one.ways) == plan.n_ways
        assert one.seats == one.ways[0]
        assert 0 < sum(one.ways) < plan.n_ways * one.candidates
        assert 0 <= one.waitlist < one.candidates - max(one.ways) or one.waitlist == 0
    assert len({one.name for one in plan.strata}) == len(plan.strata)


def test_a_hundred_units_are_thirty_sure_sixty_of_the_next_180_and_ten_of_all_others():
    plan = plan_draw(np.arange(1000) < 100, no_limits(1000), OPTIONS)

    assert np.flatnonzero(plan.is_core).tolist() == list(range(30))
    band, door = plan.strata
    assert (band.arm, band.seats, band.candidates) == ("band", 60, 180)
    assert np.flatnonzero(plan.stratum == 0).tolist() == list(range(30, 210))
    assert (door.arm, door.seats, door.candidates) == ("open", 10, 790)
    assert band.waitlist == 24


@pytest.mark.parametrize(
    ("units", "core", "seats"), [(1, 0, [1]), (2, 1, [1]), (3, 1, [2]), (4, 1, [2, 1])]
)
def test_a_few_units_are_still_drawn_for(units, core, seats):
    plan = plan_draw(np.arange(50) < units, no_limits(50), OPTIONS)

    assert plan.is_core.sum() == core
    assert [one.seats for one in plan.strata] == seats


def one_seat_a_group(n_groups, n, low=1, high=1):
    """Applicants of whom every n_groups-th is in the same group; each group has a seat or so."""
    group = np.arange(n) % n_groups
    is_member = group[:, None] == np.arange(n_groups)
    return np.arange(n) < n_groups, limits_of(is_member, [(low, high)] * n_groups)


def test_groups_of_a_single_drawn_seat_take_turns_in_opening_it_to_everybody():
    plan = plan_draw(*one_seat_a_group(10, 100), OPTIONS)

    # Three groups' only seat is sure; the other seven have a band of three and seven beyond it.
    assert plan.is_core.sum() == 3
    sure_groups = np.flatnonzero(plan.is_core) % 10
    shut_out = plan.chance == 0
    assert set(np.flatnonzero(shut_out) % 10) == set(sure_groups)
    assert plan.n_ways == 8
    assert plan.chance.sum() == pytest.approx(10)


def test_a_group_that_the_selection_gave_no_seat_has_a_chance_where_quotas_leave_room():
    is_chosen = np.arange(60) < 12
    is_member = np.column_stack([np.arange(60) < 30, np.arange(60) >= 30])

    plan = plan_draw(is_chosen, limits_of(is_member, [(9, 12), (0, 1)]), OPTIONS)
    tight = plan_draw(is_chosen, limits_of(is_member, [(12, 12), (0, 0)]), OPTIONS)

    assert (plan.chance > 0).all()
    assert (tight.chance[30:] == 0).all()
    assert (tight.chance[:30] > 0).all()
    assert tight.has_door


def test_units_for_everybody_need_no_lottery():
    plan = plan_draw(np.ones(7, dtype=np.bool_), no_limits(7), OPTIONS)

    assert plan.is_core.all()
    assert plan.is_best.sum() == 2
    assert plan.strata == ()


def test_nobody_selected_is_nothing_to_draw():
    assert plan_draw(np.zeros(3, dtype=np.bool_), no_limits(3), OPTIONS).chance.sum() == 0


def test_where_the_band_reaches_everybody_the_last_in_rank_is_not_the_surest():
    plan = plan_draw(np.arange(12) < 10, no_limits(12), OPTIONS)

    (band,) = plan.strata
    assert (band.seats, band.candidates) == (7, 9)


def test_a_quota_that_no_lottery_can_break_cuts_no_strata():
    is_member = (np.arange(300) % 2 == 0)[:, None]
    loose = plan_draw(np.arange(300) < 20, limits_of(is_member, [(0, 20)]), OPTIONS)
    tight = plan_draw(np.arange(300) < 20, limits_of(is_member, [(10, 10)]), OPTIONS)

    assert [one.name for one in loose.strata] == ["band|*", "open|*"]
    assert {one.name for one in tight.strata} >= {"band|*", "band|g=0"}


def test_shares_beyond_the_whole_are_refused():
    with pytest.raises(ValueError, match="sum to at most 1"):
        plan_draw(np.ones(3, dtype=np.bool_), no_limits(3), DrawOptions(core_share=0.7))
