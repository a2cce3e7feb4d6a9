from datetime import date

import pytest

from recommender.catalogue import read_catalogue
from recommender.evaluation.baselines import baselines
from recommender.evaluation.contenders import ablated_name, contenders
from recommender.evaluation.models import CalibratedModel, TimingModel
from recommender.shike_model import ABLATIONS


@pytest.fixture
def catalogue(shop):
    return read_catalogue(shop([("u", 1, "i")], {"i": "n"})["items"], date(2017, 6, 1))


def test_shike_comes_first_then_its_ablations_then_the_baselines(catalogue):
    names = [model.name for model in contenders(catalogue, "need", without=ABLATIONS)]

    assert names[0] == "shike"
    assert names[1 : 1 + len(ABLATIONS)] == [ablated_name(group) for group in ABLATIONS]
    assert names[1 + len(ABLATIONS) :] == [model.name for model in baselines()]


def test_all_baselines_but_those_without_time_have_timing():
    untimed = [model.name for model in baselines() if not isinstance(model, TimingModel)]

    assert untimed == ["BM25 neighbours", "BPR"]
    assert not any(isinstance(model, CalibratedModel) for model in baselines())
