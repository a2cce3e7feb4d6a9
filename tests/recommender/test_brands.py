import numpy as np
import pytest

from recommender.brands import loyalty
from recommender.histories import gather

BRANDS = np.array([0, 0, 1, -1, -1])
"""Items 0 and 1 are of one brand, 2 of another, 3 and 4 of none."""


def _loyalty(make_interactions, items, day=100):
    train = make_interactions([(0, place, 0, 1, item) for place, item in enumerate(items)])
    return {name: column[0] for name, column in loyalty(train, gather(train, day), BRANDS).items()}


def test_one_may_be_faithful_to_a_brand_and_not_to_a_product(make_interactions):
    told = _loyalty(make_interactions, [0, 1, 0, 1])

    assert told["product_loyalty"] == 0.5
    assert told["brand_loyalty"] == 1
    assert told["products"] == pytest.approx(np.log(2))


def test_the_largest_share_counts(make_interactions):
    told = _loyalty(make_interactions, [0, 0, 2, 3])

    assert told["product_loyalty"] == told["brand_loyalty"] == 0.5
    assert told["products"] == pytest.approx(np.log(3))


def test_no_brand_counts_as_a_brand_of_its_own(make_interactions):
    assert _loyalty(make_interactions, [3, 4, 2, 2])["brand_loyalty"] == 0.5
    assert _loyalty(make_interactions, [3, 4])["brand_loyalty"] == 1


def test_purchases_from_the_day_on_are_not_looked_at(make_interactions):
    assert _loyalty(make_interactions, [0, 0, 2, 2, 2], day=2)["product_loyalty"] == 1
