"""The plan of a draw: chances sum to the units, and no lottery can break a quota."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trials.draw import draw
from trials.quotas import Quota
from trials.strata import NOT_DRAWN, DrawOptions, Limits, plan_draw

OPTIONS = DrawOptions()


def limits_of(is_member, bounds):
    quotas = tuple(
        Quota(trial_id="T", attribute="g", value=str(n), low=low, high=high)
        for n, (low, high) in enumerate(bounds)
    )
    return Limits(quotas=quotas, is_member=np.asarray(is_member, dtype=np.bool_))


def no_limits(n):
    return limits_of(np.zeros((n, 0)), [])


@st.composite
def selections(draw):
    """Applicants best first, their groups, a selection and quotas that it meets."""
    n, n_quotas = draw(st.integers(1, 60)), draw(st.integers(0, 3))
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

    result = draw(plan.is_core, plan.stratum, plan.strata, order)

    wins = np.isin(result.arm, ["core", "band", "open"])
    assert wins.sum() == is_chosen.sum()
    got = limits.is_member[wins].sum(axis=0)
    for quota, count in zip(limits.quotas, got, strict=True):
        assert quota.low <= count <= quota.high


@given(selections())
@settings(max_examples=300, deadline=None)
def test_chances_sum_to_the_units_exactly(selection):
    is_chosen, limits = selection
    plan = plan_draw(is_chosen, limits, OPTIONS)

    exact = sum(
        Fraction(one.seats, one.candidates) * int((plan.stratum == n).sum())
        for n, one in enumerate(plan.strata)
    )

    assert exact + int(plan.is_core.sum()) == is_chosen.sum()
    assert plan.chance.sum() == pytest.approx(is_chosen.sum(), abs=1e-9)
    assert (plan.chance[plan.is_core] == 1).all()
    assert not (plan.is_core & (plan.stratum != NOT_DRAWN)).any()
    assert (plan.chance[plan.stratum != NOT_DRAWN] < 1).all()
    for n, one in enumerate(plan.strata):
        assert one.candidates == (plan.stratum == n).sum()
        assert 0 < one.seats < one.candidates
        assert 0 <= one.waitlist < one.candidates - one.seats or one.waitlist == 0
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
