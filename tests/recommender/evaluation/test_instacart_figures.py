"""The next order on the second real data set; `benchmarks/quality_instacart.py` prints the rest."""

import numpy as np
import pytest

from infra.sources.instacart import LAST_DAY, instacart_lines, instacart_tables
from recommender.catalogue import read_catalogue
from recommender.evaluation.baselines import RankedModel
from recommender.evaluation.baselines.personal import DecayedFrequency, PersonalFrequency
from recommender.evaluation.next_basket import basket_users, next_basket_scores
from recommender.interactions import day_number, purchase_days
from recommender.shike_model import ShikeModel

pytestmark = [pytest.mark.real_data, pytest.mark.xdist_group("instacart")]

DAY = day_number(LAST_DAY)
BAR = 0.378
"""What decayed frequency reached when this data set was chosen as the second one."""


@pytest.fixture(scope="module")
def tables():
    return instacart_tables(instacart_lines())


@pytest.fixture(scope="module")
def things(tables):
    return purchase_days(tables["events"], tables["items"], level="need")


def test_everybody_s_last_order_is_asked_for(things):
    assert len(basket_users(things, DAY)) == len(things.user_ids) == 593


@pytest.mark.parametrize(
    ("scorer", "whole", "known"),
    [
        (PersonalFrequency(), 0.3550, 0.3685),
        (DecayedFrequency(tau_days=60), 0.3804, 0.3946),
        (DecayedFrequency(tau_days=120), 0.3777, 0.3920),
    ],
)
def test_baselines_keep_their_figures(things, scorer, whole, known):
    scores = next_basket_scores(RankedModel(scorer), things, DAY)

    assert np.mean(scores["recall@10"]) == pytest.approx(whole, abs=6e-4)
    assert np.nanmean(scores["known_recall@10"]) == pytest.approx(known, abs=6e-4)


def test_shike_foretells_more_of_the_next_order_than_fading_habits(things, tables):
    shike = ShikeModel(read_catalogue(tables["items"], LAST_DAY))
    habits = RankedModel(DecayedFrequency(tau_days=60))
    recall, bar = (
        np.mean(next_basket_scores(model, things, DAY)["recall@10"]) for model in (shike, habits)
    )

    assert recall > bar > BAR
