import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trials.reports.effects import Said, estimate_effects
from trials.reports.kano import kano_of
from trials.reports.polarity import PolarityModels
from trials.reports.ranking import rank_aspects
from trials.reports.shrinkage import effective_number

_SOURCE = Path(__file__).parents[3] / "benchmarks" / "simulate_ranking.py"
_SPEC = importlib.util.spec_from_file_location("simulate_ranking", _SOURCE)
SIMULATION = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(SIMULATION)


def said(blames, ratings, praises=None, weights=None):
    blames = np.array(blames, dtype=float)
    return Said(
        blames=blames,
        praises=np.zeros_like(blames) if praises is None else np.array(praises, dtype=float),
        ratings=np.array(ratings, dtype=float),
        weights=np.ones(len(blames)) if weights is None else np.array(weights, dtype=float),
    )


def effects_of(heard, draws=200):
    return estimate_effects(heard, draws, np.random.default_rng(7))


def test_a_complaint_that_costs_stars_has_impact_and_one_that_does_not_has_little():
    blames = [[1, 0]] * 10 + [[0, 1]] * 10 + [[0, 0]] * 20
    ratings = [2] * 10 + [5] * 10 + [5] * 20

    costly, harmless = effects_of(said(blames, ratings)).penalties

    assert costly == pytest.approx(3, abs=0.5)
    assert harmless < 0.3


def test_a_rare_complaint_is_believed_to_cost_what_complaints_usually_cost():
    rng = np.random.default_rng(1)
    blames = np.zeros((120, 4))
    for aspect in range(3):
        blames[aspect * 25 : (aspect + 1) * 25, aspect] = 1
    blames[75, 3] = 1
    ratings = np.where(blames[:, :3].any(axis=1), 2.5, 4.2) + rng.normal(0, 0.6, 120)
    ratings[75] = 4.2

    penalties = effects_of(said(blames, ratings)).penalties

    assert penalties[:3] == pytest.approx([1.7, 1.7, 1.7], abs=0.3)
    # The one who blames the fourth lost no star at all.
    assert 0.4 < penalties[3] < 1.7


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 30), st.integers(1, 5), st.integers(0, 10**6))
def test_figures_are_finite_ordered_and_never_negative(customers, aspects, seed):
    rng = np.random.default_rng(seed)
    heard = said(
        rng.choice([0, 0.5, 1, 1.5], (customers, aspects)),
        rng.integers(1, 6, customers),
        rng.integers(0, 2, (customers, aspects)),
        rng.uniform(0.05, 20, customers),
    )

    ranking = rank_aspects(effects_of(heard, draws=20))

    assert np.isfinite(ranking.priorities).all()
    assert (ranking.lows >= 0).all()
    assert (ranking.lows <= ranking.priorities).all()
    assert (ranking.priorities <= ranking.highs).all()
    assert (ranking.rank_lows >= 1).all()
    assert (ranking.rank_lows <= ranking.rank_highs).all()
    assert ranking.rank_highs.max() <= aspects
    assert ranking.first_few_chances.sum() == pytest.approx(min(3, aspects))


def test_the_planted_order_of_faults_is_recovered_and_sure():
    rng = np.random.default_rng(11)
    costs = np.array([1.6, 0.9, 0.4, 0.0, 0.0])
    blames = (rng.random((400, 5)) < 0.25).astype(float)
    ratings = np.clip(np.round(4.7 - blames @ costs + rng.normal(0, 0.5, 400)), 1, 5)

    ranking = rank_aspects(effects_of(said(blames, ratings)))

    assert np.argsort(-ranking.priorities)[:3].tolist() == [0, 1, 2]
    assert (ranking.rank_lows[0], ranking.rank_highs[0]) == (1, 1)
    assert ranking.first_few_chances[0] == 1
    assert ranking.first_few_chances[4] < 0.5


def test_more_customers_narrow_the_interval():
    few = said([[1, 0]] * 10 + [[0, 1]] * 10 + [[0, 0]] * 20, [3, 4] * 10 + [4, 5] * 10)
    many = said(np.repeat(few.blames, 10, axis=0), np.repeat(few.ratings, 10))

    wide, narrow = (rank_aspects(effects_of(heard)) for heard in (few, many))

    assert (narrow.highs - narrow.lows)[0] < (wide.highs - wide.lows)[0] / 2


def test_what_weighs_little_moves_little():
    blames, ratings = [[1]] * 20 + [[0]] * 20, [1] * 20 + [5] * 20
    believed = effects_of(said(blames, ratings))
    doubted = effects_of(said(blames, ratings, weights=[0.05] * 20 + [1] * 20))

    assert doubted.blame_means[0] < believed.blame_means[0] / 5


def _contrast(penalty, reward):
    rng = np.random.default_rng(2)
    mood = rng.integers(-1, 2, (300, 3))
    bad, good = (mood < 0).astype(float), (mood > 0).astype(float)
    costs = np.array([penalty, 1.0, 0.2])
    gains = np.array([reward, 0.1, 0.8])
    stars = 3.2 - bad @ costs + good @ gains + rng.normal(0, 0.3, 300)
    effects = effects_of(said(bad, np.clip(stars, 1, 5), good))
    return kano_of(effects, 0, blamers=100, praisers=100, least=4)


@pytest.mark.parametrize(
    ("penalty", "reward", "kind"),
    [
        (1.0, 0.0, "must_be"),
        (0.7, 0.7, "performance"),
        (0.0, 1.0, "attractive"),
        (0.0, 0.0, "indifferent"),
    ],
)
def test_penalty_against_reward_gives_the_kind_of_quality(penalty, reward, kind):
    kano = _contrast(penalty, reward)

    assert kano.kind == kind
    assert kano.chance >= 0.7


def test_without_both_blame_and_praise_the_kind_cannot_be_told():
    effects = effects_of(said([[1]] * 20 + [[0]] * 20, [1] * 20 + [5] * 20))

    assert kano_of(effects, 0, blamers=20, praisers=0, least=4).kind == "cannot_tell"


def test_equal_weights_count_every_customer_and_unequal_ones_fewer():
    assert effective_number(np.ones(30)) == pytest.approx(30)
    assert effective_number(np.array([1.0, 0.1, 0.1])) < 2
    assert effective_number(np.array([])) == 0.0


def test_in_made_up_shops_the_order_is_found_and_its_intervals_hold():
    figures = SIMULATION.order(8)

    assert figures["rho_300"] > figures["rho_before_300"]
    assert figures["rho_300"] > 0.8
    assert 0.85 < figures["coverage_300"] <= 1


def test_planted_faults_come_first_and_are_told_mended_only_when_they_are():
    figures = SIMULATION.written(6, PolarityModels())

    assert figures["planted_first"] >= 5 / 6
    assert figures["mended_found"] >= 1 / 2
    assert figures["false_alarms"] == 0
    assert SIMULATION.chance_alarms(100) <= 0.05
