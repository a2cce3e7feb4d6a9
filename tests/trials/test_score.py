"""The score's parts on people whose history can be counted by hand."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.score import (
    BARRED,
    FREEBIE_SHARES,
    ScoreOptions,
    parse_weights,
    percentile_in_group,
    score_applicants,
)

OPTIONS = ScoreOptions()
NOBODY = {
    "trial_id": "T",
    "goal": "balanced",
    "reports_on_time": 0,
    "reports_due": 0,
    "useful_micro": 0,
    "reports_written": 0,
    "p_need": 0.0,
    "need_days": 0,
    "shares": 0,
    "other_applications": 0,
    "quick_applications": 0,
    "other_ids": 0,
    "order_days": 0,
    "is_statement_copied": False,
    "household_applicants": 1,
}


def score(*people, has_need_states=True):
    facts = pa.Table.from_pylist([{**NOBODY, **person} for person in people])
    return score_applicants(facts, OPTIONS, has_need_states=has_need_states)


def test_a_newcomer_has_the_prior_and_not_zero():
    newcomer = score({})

    assert newcomer.completion.tolist() == [0.7]
    assert newcomer.usefulness.tolist() == [0.5]
    assert newcomer.uplift.tolist() == [0.0]


def test_completion_is_beta_binomial():
    kept, broke = score({"reports_due": 6, "reports_on_time": 6}, {"reports_due": 6}).completion

    assert (kept, broke) == (0.88, 0.28)


def test_usefulness_of_past_reports_is_shrunk():
    plain, rich = score(
        {"reports_written": 2, "useful_micro": 140_000},
        {"reports_written": 2, "useful_micro": 2_000_000},
    ).usefulness

    assert (plain, rich) == (0.285, 0.75)


def test_fit_is_the_need_where_it_is_known_and_the_history_where_not():
    people = [{"p_need": 0.9, "need_days": 0}, {"p_need": 0.1, "need_days": 5}]

    assert score(*people).fit.tolist() == [0.75, 0.25]
    assert score(*people, has_need_states=False).fit.tolist() == [0.25, 0.75]


def test_reach_is_capped_among_those_who_share():
    reach = score(*[{"shares": n} for n in (0, 0, 1, 2, 1000)]).reach

    assert reach[:2].tolist() == [0, 0]
    assert reach[4] == 1.0
    assert 0 < reach[2] < reach[3] < 1
    assert score({}, {}).reach.tolist() == [0, 0]


def test_a_freebie_hunter_is_known_by_applications_haste_copies_and_a_crowd():
    hunter = {
        "other_applications": 15,
        "quick_applications": 9,
        "is_statement_copied": True,
        "household_applicants": 3,
        "other_ids": 1,
    }

    found = score(hunter, {"other_applications": 15, "order_days": 40}, {})

    assert found.freebie_applications.tolist() == [0.75, 0.25, 0]
    assert found.freebie_haste.tolist() == [0.5, 0, 0]
    assert found.freebie_copied.tolist() == [1, 0, 0]
    assert found.freebie_cluster.tolist() == [1, 0, 0]
    assert found.freebie_index.tolist() == [0.8, 0.1, 0]
    assert sum(FREEBIE_SHARES.values()) == pytest.approx(1)


def test_uplift_is_what_earlier_draws_showed_over_the_largest_and_nobody_is_charged_for_it():
    facts = pa.Table.from_pylist([NOBODY] * 3)

    found = score_applicants(
        facts, OPTIONS, has_need_states=True, uplift=np.array([0.1, 0.05, -0.02])
    )

    assert found.uplift.tolist() == [1, 0.5, 0]
    assert found.score[0] > found.score[1] > found.score[2]


def test_enough_people_of_known_history_are_the_prior_of_a_newcomer():
    kept = [{"reports_due": 4, "reports_on_time": n % 5} for n in range(100)]

    found = score(*kept, {}).completion

    # Keeping 0, 1, 2, 3 or 4 of 4 as often as each other is a mean of a half, and a flat prior.
    assert found[-1] == pytest.approx(0.5, abs=0.01)
    assert found[:5] == pytest.approx([1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6], abs=0.03)


def test_what_is_barred_is_not_read():
    facts = pa.Table.from_pylist([{**NOBODY, "shares": n} for n in range(5)])
    barred = facts
    for name in BARRED:
        barred = barred.append_column(name, pa.array([f"{name} {n}" for n in range(5)]))

    one, other = (
        score_applicants(table, OPTIONS, has_need_states=True) for table in (facts, barred)
    )

    assert one.score.tolist() == other.score.tolist()


def test_the_score_is_the_stated_sum_of_its_parts():
    one = score(
        {"goal": "improve", "shares": 3, "other_applications": 5},
        {"goal": "improve", "p_need": 0.5},
    )
    w = parse_weights(OPTIONS.weights_improve)

    by_hand = (
        w[0] * one.completion * one.usefulness
        + w[1] * one.uplift
        + w[2] * one.fit
        + w[3] * one.reach
        - w[4] * one.freebie_index
    )
    assert np.abs(one.score - by_hand).max() < 1e-6
    assert one.strongest.tolist() == [0, 0]


@pytest.mark.parametrize(
    "weights",
    [
        "report=1",
        "report=0.5 uplift=0.1 fit=0.2 reach=0.1 freebie=0.3",
        "report=1.2 uplift=-0.2 fit=0 reach=0 freebie=0.3",
        "report=1 uplift=0 fit=0 reach=0 freebie=0 rating=0.1",
        "report=one uplift=0 fit=0 reach=0 freebie=0",
    ],
)
def test_weights_that_are_not_weights_are_refused(weights):
    with pytest.raises(ValueError, match=r"weights|float"):
        parse_weights(weights)


rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6)), max_size=40)


@given(rows)
def test_a_percentile_counts_who_ranks_below_and_half_of_the_equals(rows):
    group, value = (np.array([row[n] for row in rows], dtype=np.int64) for n in (0, 1))

    found = percentile_in_group(group, value.astype(np.float64))

    for row, percentile in enumerate(found):
        peers = value[group == group[row]]
        below, equal = (peers < value[row]).sum(), (peers == value[row]).sum()
        assert percentile == pytest.approx((below + equal / 2) / len(peers))
