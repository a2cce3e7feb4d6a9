import math

import numpy as np
import pytest

from recommender.catalogue import code_of, read_catalogue


def _read(shop, day):
    return read_catalogue(shop.tables()["items"], day)


def test_a_need_is_named_by_the_merchant_or_by_the_last_category_level(shop, day):
    shop.item("a", None, category="food/bread/rye").item("b", "toast", category="food/bread/white")

    catalogue = _read(shop, day)

    assert catalogue.need_ids.tolist() == ["rye", "toast"]
    assert catalogue.needs.tolist() == [0, 1]


def test_needs_under_one_category_share_a_parent_and_a_flat_category_is_its_own(shop, day):
    shop.item("a", "rye", category="food/bread/rye").item("b", "toast", category="food/bread/toast")
    shop.item("c", "milk", category="milk").item("d", "soap", category="soap")

    parents = dict(zip(_read(shop, day).need_ids, _read(shop, day).parents, strict=True))

    assert parents["rye"] == parents["toast"]
    assert len({parents[need] for need in ("rye", "milk", "soap")}) == 3


def test_what_was_told_is_the_median_over_those_who_told(shop, day):
    for number, days in enumerate([10.0, 30.0, 90.0, None]):
        shop.item(f"a{number}", "a", repurchase_days=days)
    shop.item("b", "b").item("c", "c", repurchase_days=math.inf)

    told = _read(shop, day).told_days

    assert told[0] == 30
    assert np.isnan(told[1])
    assert told[2] == math.inf


@pytest.mark.parametrize(
    ("columns", "expected"),
    [({}, True), ({"is_available": False}, False), ({"is_available": True}, True)],
)
def test_an_item_can_be_bought_unless_the_merchant_says_no(shop, day, columns, expected):
    assert _read(shop.item("a", "a", **columns), day).is_available.tolist() == [expected]


def test_unknown_ids_have_no_code():
    ids = np.array(["a", "c"], dtype=object)

    assert code_of(ids, np.array(["c", "b", "z"], dtype=object)).tolist() == [1, -1, -1]
    assert code_of(ids[:0], ids).tolist() == [-1, -1]
