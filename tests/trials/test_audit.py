"""The audit's figures by hand, and over draws whose balance is known to be chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.audit import gini, share_of_most, standardised_difference
from trials.recruiting import RecruitOptions, recruit


def test_gini_and_the_share_of_the_most_by_hand():
    assert gini([1, 1, 1, 1]) == 0
    assert gini([0, 0, 0, 4]) == pytest.approx(0.75)
    assert gini([1, 3]) == pytest.approx(0.25)
    assert share_of_most([1] * 9 + [11], 0.1) == pytest.approx(0.55)
    assert gini([0, 0]) is None
    assert share_of_most([0, 0], 0.1) is None


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20).filter(any))
def test_gini_is_the_mean_difference_over_twice_the_mean(values):
    x = np.array(values, dtype=float)

    by_pairs = np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean())

    assert gini(values) == pytest.approx(by_pairs, abs=1e-12)


def test_a_standardised_difference_compares_inside_strata():
    # All of the first stratum have it; of the second one of five, who won.
    values = np.array([1.0, 1, 1, 0, 0, 0, 1, 0])
    stratum = np.array([0, 0, 0, 1, 1, 1, 1, 1])
    won = np.array([True, True, False, True, False, False, True, False])

    # Means .375 + .625 × ½ and .375 + .625 × 0, by the whole's mix of strata.
    spread = np.sqrt((0.6875 * 0.3125 + 0.375 * 0.625) / 2)
    found = standardised_difference(values, stratum, won, ~won)
    assert found == pytest.approx(0.3125 / spread)
    assert standardised_difference(values, stratum, won, np.zeros(8, bool)) is None
    assert standardised_difference(np.ones(8), stratum, won, ~won) is None


def test_every_draw_is_audited_and_replays(random_tables, as_of):
    found = recruit(random_tables(4), as_of=as_of, options=RecruitOptions(draw_secret="s"))

    rows = found["selection_audit"].to_pylist()
    figures = {(r["trial_id"], r["measure"]): r for r in rows if not r["attribute"]}
    for trial in ("T1", "T2"):
        assert figures[trial, "replay_differences"]["is_passed"]
        assert figures[trial, "ratings_read"]["is_passed"]
        assert 0 < figures[trial, "award_gini"]["result"] < 1
        assert 0 < figures[trial, "newcomer_share"]["result"] <= 1
    balanced = {r["attribute"] for r in rows if r["measure"] == "standardised_difference"}
    assert balanced >= {"age_band", "region", "is_newcomer", "score", "fit"}
