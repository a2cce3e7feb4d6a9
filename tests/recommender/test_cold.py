"""Whom little is known of, and what was never sold: served all the same, and said so."""

import pytest

from recommender.stage import RecommendOptions, recommend


@pytest.fixture
def market(shop):
    """Four needs; the young of the north buy tea, everybody else rice, with soap in common."""
    for need in ("tea", "rice", "soap", "oil"):
        shop.item(f"{need}-a", need, brand="A").item(f"{need}-b", need, brand="B")
    for number in range(6):
        young = number < 3
        user = f"{'young' if young else 'old'}{number}"
        band, region = ("18-24", "north") if young else ("45-54", "south")
        shop.add("users", user_id=user, age_band=band, region=region)
        shop.buys(user, "tea-a" if young else "rice-a", 3, 13, 23)
        shop.buys(user, "soap-a", 5, 15, 25)
    return shop.buys("old3", "rice-a", 1).buys("old3", "soap-a", 1)


def _made(shop, day, **options):
    return recommend(
        shop.tables(), as_of=day, options=RecommendOptions(min_segment_people=3, **options)
    )


def _list(made, user):
    return [row for row in made["recommendations"].to_pylist() if row["user_id"] == user]


def _codes(made, user):
    return {row["need_group"]: row["reason_code"] for row in _list(made, user)}


def test_a_person_is_spoken_for_by_own_purchases_then_segment_then_everybody(market, day):
    market.add("users", user_id="own", age_band="18-24", region="north")
    market.buys("own", "oil-a", 10, 20)
    market.add("users", user_id="segment", age_band="18-24", region="north")
    market.add("users", user_id="nobody")

    made = _made(market, day)

    assert _codes(made, "own")["oil"] == "due"
    assert _codes(made, "segment")["tea"] == "popular_in_segment"
    assert [row["need_group"] for row in _list(made, "segment")][:2] == ["soap", "tea"]
    assert _codes(made, "nobody") == dict.fromkeys(("soap", "rice", "tea", "oil"), "popular")


def test_a_segment_too_small_to_speak_is_not_heard(market, day):
    market.add("users", user_id="alone", age_band="65+", region="east")

    assert set(_codes(_made(market, day), "alone").values()) <= {"popular", "untried"}


def test_newcomers_do_not_change_what_others_are_told(market, day):
    """What was learned serves them as it is."""
    before = _made(market, day)
    for number in range(3):
        market.add("users", user_id=f"x{number}")
    after = _made(market, day)

    assert all(len(_list(after, f"x{number}")) == 4 for number in range(3))
    for user in ("young0", "old3"):
        assert _list(after, user) == _list(before, user)
    for name in ("need_states", "do_not_recommend", "replenishment_calendar"):
        assert after[name].equals(before[name])


def test_a_first_purchase_yesterday_makes_a_list_personal_today(market, day):
    market.add("users", user_id="fresh").buys("fresh", "rice-b", 1)

    rows = _list(_made(market, day), "fresh")

    assert rows[0]["need_group"] == "rice"
    assert (rows[0]["reason_code"], rows[0]["item_id"]) == ("bought_once", "rice-b")


def test_a_new_product_of_the_usual_brand_stands_in_for_a_sold_out_one(market, day):
    market.rows["items"][0]["is_available"] = False  # tea-a
    market.item("tea-new", "tea", brand="A", launched_on=day.replace(day=1))

    row = next(row for row in _list(_made(market, day), "young0") if row["need_group"] == "tea")

    assert (row["item_id"], row["reason_code"]) == ("tea-new", "due_same_brand")


def test_a_new_product_gets_a_place_beside_the_usual_one_where_the_shop_allows_it(market, day):
    market.item("tea-new", "tea", brand="A", launched_on=day.replace(day=1))

    items = {row["item_id"] for row in _list(_made(market, day, slots_per_need=3), "young0")}

    assert {"tea-a", "tea-b", "tea-new"} <= items


def test_a_need_that_was_never_sold_is_shown_where_a_list_has_room(market, day):
    market.add("users", user_id="nobody")

    made = _made(market, day)

    assert _codes(made, "young0")["oil"] == "brand"
    assert _codes(made, "nobody")["oil"] == "untried"
    assert _list(made, "nobody")[-1]["need_group"] == "oil"
