import numpy as np
import pytest

from recommender.evaluation.bootstrap import bootstrap_means


def column(*values):
    return np.array(values, dtype=float)[:, None]


def test_the_estimate_is_the_mean_over_users_then_cuts():
    cuts = [column(0, 1), column(1, 1, 1, np.nan)]

    (found,) = bootstrap_means(cuts, samples=50)

    assert found.value == pytest.approx(0.75)
    assert found.low <= found.value <= found.high


def test_a_seed_repeats_the_intervals():
    cuts = [np.random.default_rng(1).random((40, 2))]

    assert bootstrap_means(cuts, seed=3) == bootstrap_means(cuts, seed=3)
    assert bootstrap_means(cuts, seed=3) != bootstrap_means(cuts, seed=4)


def test_all_columns_are_judged_on_the_same_draws():
    values = np.random.default_rng(1).random((40, 1))

    alone, beside = bootstrap_means([np.hstack([values, 2 * values])], samples=80)

    assert 2 * alone.low == pytest.approx(beside.low)
    assert 2 * alone.high == pytest.approx(beside.high)
    (again,) = bootstrap_means([values], samples=80)
    assert again.low == pytest.approx(alone.low)


def test_users_who_do_not_count_change_no_estimate():
    values = column(*np.random.default_rng(1).random(40))

    (plain,) = bootstrap_means([values])
    (padded,) = bootstrap_means([np.vstack([values, np.full((40, 1), np.nan)])])

    assert padded.value == pytest.approx(plain.value)
    assert padded.low == pytest.approx(plain.low, abs=0.03)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(2)
    cuts = [rng.normal(0, 1, (60, 400)), rng.normal(0, 1, (80, 400))]

    found = bootstrap_means(cuts, samples=300)

    assert 0.90 <= np.mean([it.low <= 0 <= it.high for it in found]) <= 0.98


def test_samples_are_drawn_in_blocks_when_there_are_many_users(monkeypatch):
    cuts = [np.random.default_rng(1).random((40, 3))]
    whole = bootstrap_means(cuts, samples=25)

    monkeypatch.setattr("recommender.evaluation.bootstrap._DRAWS_AT_ONCE", 160)

    blocks = bootstrap_means(cuts, samples=25)
    assert [it.low for it in blocks] == pytest.approx([it.low for it in whole])


def test_a_cut_without_a_user_is_refused():
    with pytest.raises(ValueError, match="at least one user"):
        bootstrap_means([column(np.nan)])
