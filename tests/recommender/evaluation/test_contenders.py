"""Who is measured, and as what."""

import numpy as np
import pytest

from recommender.catalogue import unknown_catalogue
from recommender.evaluation.contenders import contenders
from recommender.evaluation.models import Model
from recommender.shike_model import ShikeModel
from recommender.shike_products import ShikeProducts

CATALOGUE = unknown_catalogue(np.array(["soap"], dtype=object), n_items=1)


@pytest.mark.parametrize(("level", "shikes"), [("need", 2), ("item", 1)])
def test_shike_and_its_ablations_weigh_annoyance_as_the_shop_does(level, shikes):
    models: list[Model] = contenders(CATALOGUE, level, annoyance_weight=0.5, without=("brand",))

    weights = [
        model._annoyance_weight for model in models if isinstance(model, ShikeModel | ShikeProducts)
    ]
    assert weights == [0.5] * shikes
