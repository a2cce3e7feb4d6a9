"""Every shown place has a reason, and the reason is true of the person it is given to."""

import pytest

from recommender.stage import RecommendOptions, recommend


@pytest.fixture
def corner(shop):
    """Three needs; u washes with brand A only, others buy whatever there is."""
    for need in ("soap", "tea", "rice"):
        for variant, brand in (("a", "A"), ("b", "B"), ("c", "A")):
            shop.item(f"{need}-{variant}", need, brand=brand)
    for user in "vwx":
        shop.buys(user, "soap-b", 4, 14).buys(user, "tea-b", 5, 15)
    return shop.buys("u", "soap-a", 9, 19, 29)


def _listed(shop, day, user="u", **options):
    made = recommend(shop.tables(), as_of=day, options=RecommendOptions(**options))
    rows = [row for row in made["recommendations"].to_pylist() if row["user_id"] == user]
    return {row["need_group"]: row for row in rows}


def _sell_out(shop, *items):
    for item in shop.rows["items"]:
        item["is_available"] = item["item_id"] not in items


def test_a_substitute_of_the_usual_brand_says_so(corner, day):
    _sell_out(corner, "soap-a", "soap-b")

    row = _listed(corner, day)["soap"]

    assert (row["item_id"], row["reason_code"], row["slot"]) == ("soap-c", "due_same_brand", "due")
    assert row["reason_en"] == (
        "Last bought 9 days ago, usually every 10 days; this product is new to you, "
        "of your usual brand A"
    )
    assert "您常买的品牌“A”" in row["reason_zh"]


def test_a_substitute_of_another_brand_claims_no_brand(corner, day):
    _sell_out(corner, "soap-a", "soap-c")

    row = _listed(corner, day)["soap"]

    assert (row["item_id"], row["reason_code"]) == ("soap-b", "due_new_product")
    assert "brand" not in row["reason_en"]


def test_a_kind_that_nobody_compares_is_shown_for_its_brand_if_it_is_usual(corner, day):
    row = _listed(corner, day)["rice"]

    assert (row["item_id"], row["reason_code"], row["slot"]) == ("rice-a", "brand", "discover")
    assert row["reason_en"] == "Of your usual brand A, of a kind that is new to you"


def test_what_nobody_bought_does_not_claim_buyers(corner, day):
    corner.add("users", user_id="new")

    rows = _listed(corner, day, "new")

    assert rows["soap"]["reason_en"] == "4 people bought it in the last 28 days"
    assert rows["rice"]["reason_code"] == "untried"
    assert "无人购买" in rows["rice"]["reason_zh"]


def test_a_segment_without_buyers_of_a_need_gives_way_to_everybody(corner, day):
    for user in ("u", "new"):
        corner.add("users", user_id=user, age_band="25-34", region="north")
    for user in "vwx":
        corner.add("users", user_id=user)

    rows = _listed(corner, day, "new", min_segment_people=1)

    assert rows["soap"]["reason_code"] == "popular_in_segment"
    assert rows["soap"]["reason_en"].startswith("1 person of your age band")
    assert rows["tea"]["reason_en"] == "3 people bought it in the last 28 days"
