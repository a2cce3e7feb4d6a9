"""How long lists are, what may fill them, and what is said where they stay short."""

import logging
import math

import pytest

from recommender.stage import RecommendOptions, recommend


@pytest.fixture
def bakery(shop):
    """Two needs u buys, two that only others buy; three products each, demand falling with b, c."""
    for need in ("bread", "rolls", "cake", "pie"):
        for variant in "abc":
            shop.item(f"{need}-{variant}", need)
    for user in ("v", "w", "x"):
        shop.buys(user, "cake-a", 3, 13).buys(user, "pie-a", 4, 14).buys(user, "bread-a", 5)
    shop.buys("v", "cake-b", 3).buys("v", "bread-b", 15)
    return shop.buys("u", "bread-a", 7, 14, 21).buys("u", "bread-c", 28).buys("u", "rolls-a", 9, 18)


def _list(shop, day, user="u", **options):
    made = recommend(shop.tables(), as_of=day, options=RecommendOptions(**options))
    return [row for row in made["recommendations"].to_pylist() if row["user_id"] == user]


def test_a_need_takes_one_slot_unless_the_shop_allows_more(bakery, day):
    needs = [row["need_group"] for row in _list(bakery, day)]

    assert sorted(needs) == ["bread", "cake", "pie", "rolls"]


@pytest.mark.parametrize("per_need", [2, 3])
def test_further_products_of_a_need_follow_its_first(bakery, day, per_need):
    rows = _list(bakery, day, slots_per_need=per_need)

    assert [row["rank"] for row in rows] == list(range(1, 4 * per_need + 1))
    assert len({row["item_id"] for row in rows}) == len(rows)
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)
    bread = [row for row in rows if row["need_group"] == "bread"]
    assert [row["item_id"] for row in bread][:2] == ["bread-a", "bread-c"]  # both bought by u
    assert len({row["p_need"] for row in bread}) == 1
    assert bread[0]["score"] > bread[1]["score"]


def test_further_products_keep_the_length_of_the_list(bakery, day):
    rows = _list(bakery, day, slots_per_need=3, list_length=5)

    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5]


def test_people_without_consent_get_further_products_by_demand(bakery, day):
    bakery.add("users", user_id="u", has_profiling_consent=False)
    for user in ("v", "w", "x"):
        bakery.add("users", user_id=user, has_profiling_consent=True)

    rows = _list(bakery, day, slots_per_need=2)

    cakes = [row["item_id"] for row in rows if row["need_group"] == "cake"]
    assert cakes == ["cake-a", "cake-b"]
    assert {row["reason_code"] for row in rows} == {"popular_no_profile"}


@pytest.mark.parametrize(("cap", "new"), [(0, 0), (1, 1), (2, 2), (math.inf, 2)])
def test_a_frugal_list_holds_few_needs_that_were_never_bought(bakery, day, cap, new):
    needs = [row["need_group"] for row in _list(bakery, day, frugal_cap=cap)]

    assert {"bread", "rolls"} <= set(needs)
    assert len(needs) == 2 + new


def test_the_frugal_cap_counts_further_products_too(bakery, day):
    rows = _list(bakery, day, frugal_cap=1, slots_per_need=3)

    assert sum(row["need_group"] in ("cake", "pie") for row in rows) == 1
    assert sum(row["need_group"] in ("bread", "rolls") for row in rows) == 6


def test_a_frugal_list_of_somebody_new_is_as_short_as_the_cap(bakery, day):
    bakery.add("users", user_id="new")

    assert len(_list(bakery, day, "new", frugal_cap=3)) == 3
    assert _list(bakery, day, "new", frugal_cap=0) == []


def test_own_needs_take_the_places_that_the_frugal_cap_frees(bakery, day):
    plain = _list(bakery, day, list_length=2)
    frugal = _list(bakery, day, list_length=2, frugal_cap=0)

    assert len(plain) == len(frugal) == 2
    assert {row["need_group"] for row in frugal} == {"bread", "rolls"}


def _shortfalls(caplog, shop, day, **options):
    """Return what the stage's line says of short lists."""
    with caplog.at_level(logging.INFO, logger="recommender.stage"):
        _list(shop, day, **options)
    return caplog.messages[-1].split("withheld, ")[1]


def test_full_lists_are_said_to_be_full(caplog, bakery, day):
    assert _shortfalls(caplog, bakery, day, list_length=4) == "0 lists with free slots"


def test_a_small_catalogue_is_the_reason_of_every_short_list(caplog, bakery, day):
    line = _shortfalls(caplog, bakery, day)

    assert line == "4 lists with free slots, too little in the catalogue 4"


def test_what_is_sold_out_is_the_reason_where_the_rest_is_too_little(caplog, bakery, day):
    for item in bakery.rows["items"]:
        item["is_available"] = item["need_group"] != "cake"

    line = _shortfalls(caplog, bakery, day, list_length=4)

    assert line == "4 lists with free slots, too little available 4"


def test_what_is_held_back_is_the_reason_of_that_persons_list(caplog, bakery, day):
    bakery.item("oven", "ovens", repurchase_days=math.inf).buys("u", "oven", 50)

    line = _shortfalls(caplog, bakery, day, list_length=5)

    assert line == "1 lists with free slots, held back 1"


def test_the_frugal_cap_is_named_as_the_reason(caplog, bakery, day):
    line = _shortfalls(caplog, bakery, day, list_length=4, frugal_cap=0)

    # Nobody bought all four needs.
    assert line == "4 lists with free slots, frugal 4"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("list_length", 0),
        ("slots_per_need", 0),
        ("frugal_cap", -1),
        ("frugal_cap", math.nan),
        ("annoyance_weight", -0.1),
        ("calendar_weeks", 0),
    ],
)
def test_limits_that_no_list_can_keep_are_refused(option, value):
    with pytest.raises(ValueError, match=f"{option} must be at least"):
        RecommendOptions(**{option: value})
