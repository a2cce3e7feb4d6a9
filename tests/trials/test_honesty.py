"""Estimates on the synthetic shop, where the truth is known; `benchmarks/simulate_effects.py` in full.

Few draws, so what is tested is that nothing is off by more than four standard errors of so many.
"""

import importlib
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
DRAWS = 200


@pytest.fixture(scope="module")
def simulation():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield importlib.import_module("simulate_effects")


@pytest.fixture(scope="module")
def people(simulation):
    return simulation.crowd(1, blocks=2)


@pytest.fixture(scope="module")
def draws(simulation, people):
    return simulation.simulate(people, DRAWS, 3)


@pytest.fixture(scope="module")
def found(simulation, draws):
    return simulation.measured(draws)


def within(shares, expected):
    share = np.mean(shares)
    return abs(share - expected) <= 4 * np.sqrt(expected * (1 - expected) / len(shares))


def test_the_effect_is_right_on_average_and_its_intervals_hold_the_truth(draws, found):
    error = found["itt"] - draws.truth

    assert abs(error.mean()) <= 4 * error.std() / np.sqrt(DRAWS)
    assert within((found["low"] <= draws.truth) & (draws.truth <= found["high"]), 0.95)


def test_the_recipients_reports_are_worth_nearly_those_of_the_best_scores(draws):
    assert draws.value.mean() >= 0.92


def test_ten_trials_pooled_are_nearer_to_the_truth_than_the_best_single_one(
    simulation, draws, found
):
    error = (found["itt"] - draws.truth).reshape(-1, simulation.POOL)
    truth = draws.truth.reshape(-1, simulation.POOL).mean(axis=1)

    tens = simulation.pooled(draws)

    assert ((tens["itt"] - truth) ** 2).mean() <= (error**2).mean(axis=0).min()
    assert ((tens["low"] <= truth) & (truth <= tens["high"])).mean() >= 0.8


def test_the_power_printed_before_the_draw_is_the_power_it_has(simulation, people):
    shown = simulation.measured(simulation.simulate(people, DRAWS, 4, is_detectable=True))

    assert within(shown["verdict"] == "more buyers", 0.8)


def test_chances_are_how_often_people_win(simulation, people):
    for worst, square in simulation.chances_as_drawn(people, DRAWS, 5).values():
        assert worst < 1
        assert abs(square) < 4
