"""Worth: chances of a hit against the chance to annoy."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.interactions import day_number
from recommender.needs import read_needs
from recommender.popularity import measure_popularity
from recommender.ranking import rank_needs
from recommender.scoring import NOVEL_KEPT

NONE = np.zeros(0, dtype=np.int64)


@pytest.fixture(scope="module")
def popularity(cyclic):
    day = cyclic.personal.model.snapshot.histories.day
    return measure_popularity(cyclic.needs, day, np.full(60, -1), min_people=1)


def _early_shown(cyclic, popularity, weight, k):
    """Count the slots, of all lists of own needs, whose need still satisfies."""
    personal = replace(cyclic.personal, annoyance_weight=weight)
    users = np.arange(60)
    ranked = rank_needs(personal, popularity, users, k, withheld=NONE, parts=("own",))
    keys = (users[:, None] * personal.n_needs + ranked.needs)[ranked.needs >= 0]
    early = personal.model.snapshot.histories.keys[personal.states.is_early]
    return np.isin(keys, early).sum()


def test_without_annoyance_the_likeliest_are_worth_most(cyclic):
    personal = replace(cyclic.personal, annoyance_weight=0.0)

    assert personal.utilities.tolist() == personal.chances.tolist()


def test_annoyance_costs_only_what_still_satisfies(cyclic):
    personal = replace(cyclic.personal, annoyance_weight=2.0)
    is_early, chances = personal.states.is_early, personal.chances

    worth = personal.utilities

    assert 0 < is_early.sum() < len(is_early)
    assert worth[~is_early].tolist() == chances[~is_early].tolist()
    assert worth[is_early] == pytest.approx(3 * chances[is_early] - 2)


@given(weights=st.tuples(st.floats(0, 20), st.floats(0, 20)).map(sorted), k=st.integers(1, 12))
def test_the_more_annoyance_weighs_the_less_is_shown_that_still_satisfies(
    cyclic, popularity, weights, k
):
    lighter, heavier = (_early_shown(cyclic, popularity, weight, k) for weight in weights)

    assert heavier <= lighter


def test_a_learned_satisfied_need_is_held_unless_likely_enough_and_soon(cyclic, day):
    for weight in (0.0, 1.0, 9.0):
        personal = read_needs(
            cyclic.needs, day_number(day), cyclic.catalogue, annoyance_weight=weight
        )
        soon = 1 - (1 / (1 + weight)) ** (7 / 28)
        likely = (personal.chances >= weight / (1 + weight)) & (personal.week_chances[:, 0] >= soon)
        expected = personal.states.is_early & ~likely
        assert personal.states.is_held.tolist() == expected.tolist()


def test_chances_are_chances(cyclic):
    personal = cyclic.personal

    for chances in (personal.chances, personal.week_chances, personal.novel_chances):
        assert ((chances >= 0) & (chances <= 1)).all()


def test_new_needs_were_never_bought_and_are_few(cyclic):
    personal = cyclic.personal

    assert (np.diff(personal.novel_keys) > 0).all()
    assert not np.isin(personal.novel_keys, personal.model.snapshot.histories.keys).any()
    assert np.bincount(personal.novel_keys // personal.n_needs).max() <= NOVEL_KEPT
