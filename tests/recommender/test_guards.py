"""What keeps a list from being shown too much, too long or to the wrong person, day by day."""

from datetime import timedelta

import pytest

from recommender.stage import RecommendOptions, recommend


@pytest.fixture
def pantry(shop):
    """Four needs of two products each, everything bought every ten days by v and w."""
    for need in ("bread", "jam", "salt", "tea"):
        for variant in "ab":
            shop.item(f"{need}-{variant}", need, brand=f"brand {variant}")
        for user in "vw":
            shop.buys(user, f"{need}-a", 10, 20, 30)
    return shop


def _made(shop, day, **options):
    return recommend(shop.tables(), as_of=day, options=RecommendOptions(**options))


def _shown(made, user):
    rows = [row for row in made["recommendations"].to_pylist() if row["user_id"] == user]
    return {row["need_group"]: row for row in rows}


def _held(made, user):
    rows = made["do_not_recommend"].to_pylist()
    return {row["need_group"]: row["reason_code"] for row in rows if row["user_id"] == user}


def _expose(shop, moment, user, item, ages, opened=None):
    for age in ages:
        shop.add(
            "exposures",
            exposure_id=f"{user}{item}{age}",
            user_id=user,
            item_id=item,
            shown_at=moment(age),
            was_opened=opened,
        )


@pytest.mark.parametrize(
    ("ages", "is_tired"),
    [
        ((11, 12, 13, 14), False),  # four times
        ((10, 11, 12, 13, 14), False),  # first shown before it was bought, ten days ago
        ((1, 2, 3, 4, 9), True),
        ((1, 2, 3, 4, 10), False),  # bought on the first day it was shown
    ],
)
def test_a_need_tires_when_shown_five_times_since_it_was_last_bought(
    pantry, day, shop_moment, ages, is_tired
):
    _expose(pantry, shop_moment, "v", "tea-a", ages)

    made = _made(pantry, day)

    assert ("tea" in _held(made, "v")) is is_tired
    assert ("tea" in _shown(made, "v")) is not is_tired


@pytest.mark.parametrize(("oldest", "is_tired"), [(28, True), (29, False)])
def test_exposures_count_for_four_weeks(pantry, day, shop_moment, oldest, is_tired):
    pantry.item("rice-a", "rice")
    _expose(pantry, shop_moment, "v", "rice-a", (1, 2, 3, 4, oldest))

    assert ("rice" in _held(_made(pantry, day), "v")) is is_tired


def test_a_tired_need_comes_back_on_the_day_that_was_told(pantry, day, shop_moment):
    pantry.item("rice-a", "rice")
    _expose(pantry, shop_moment, "v", "rice-a", range(1, 6))
    row = next(
        row
        for row in _made(pantry, day)["do_not_recommend"].to_pylist()
        if row["need_group"] == "rice"
    )

    before = _made(pantry, row["may_return_on"] - timedelta(days=1))
    after = _made(pantry, row["may_return_on"])

    assert row["may_return_on"] == day + timedelta(days=13)
    assert row["may_return_on"].isoformat() in row["reason_zh"]
    assert "rice" not in _shown(before, "v")
    assert "rice" in _shown(after, "v")


def test_one_opened_impression_keeps_a_need_fresh(pantry, day, shop_moment):
    pantry.item("rice-a", "rice")
    _expose(pantry, shop_moment, "v", "rice-a", range(1, 9), opened=False)
    _expose(pantry, shop_moment, "v", "rice-a", [9], opened=True)

    assert "rice" in _shown(_made(pantry, day), "v")


def test_a_need_rests_for_as_many_days_as_the_shop_says(pantry, day, shop_moment):
    pantry.item("rice-a", "rice")
    _expose(pantry, shop_moment, "v", "rice-a", range(3, 8))

    assert "rice" not in _shown(_made(pantry, day, fatigue_rest_days=4), "v")
    assert "rice" in _shown(_made(pantry, day, fatigue_rest_days=3), "v")


@pytest.mark.parametrize(("launched", "is_shown"), [(-1, True), (0, False), (1, False)])
def test_an_item_is_shown_from_the_day_after_its_launch(pantry, day, launched, is_shown):
    pantry.item("rice-a", "rice", launched_on=day + timedelta(days=launched))

    assert ("rice" in _shown(_made(pantry, day), "v")) is is_shown


def test_a_need_is_shown_again_when_one_of_its_products_is_available_again(pantry, day):
    tea = [item for item in pantry.rows["items"] if item["need_group"] == "tea"]
    for item in tea:
        item["is_available"] = False
    sold_out = _made(pantry, day)
    tea[1]["is_available"] = True
    restocked = _made(pantry, day)

    assert "tea" not in _shown(sold_out, "v")
    assert _held(sold_out, "v") == {"tea": "unavailable"}
    assert _shown(restocked, "v")["tea"]["item_id"] == "tea-b"


def _without_names(made, user):
    return [
        {key: value for key, value in row.items() if key != "user_id"}
        for row in made["recommendations"].to_pylist()
        if row["user_id"] == user
    ]


def test_nothing_that_people_without_consent_did_tells_their_lists_apart(pantry, day, shop_moment):
    pantry.buys("loyal", "tea-b", 2, 5, 9, 12).buys("sender", "jam-a", 8)
    pantry.buys("sender", "jam-a", 3, event_type="return")
    _expose(pantry, shop_moment, "loyal", "salt-a", range(1, 10))
    pantry.add(
        "reports",
        report_id="r",
        item_id="bread-a",
        user_id="loyal",
        submitted_at=shop_moment(3),
        rating=1.0,
        text="stale",
    )
    for user in ("loyal", "sender", "idle"):
        pantry.add(
            "users", user_id=user, age_band="25-34", region="north", has_profiling_consent=False
        )

    made = _made(pantry, day, min_segment_people=1)

    lists = [_without_names(made, user) for user in ("loyal", "sender", "idle")]
    assert len(lists[0]) == 4
    assert lists[0] == lists[1] == lists[2]
    assert {row["reason_code"] for row in lists[0]} == {"popular_no_profile"}
    assert all("profiling was not agreed to" in row["reason_en"] for row in lists[0])
    assert all("未同意画像" in row["reason_zh"] for row in lists[0])
    assert not _held(made, "loyal")


def test_what_people_without_consent_bought_teaches_nothing_about_others(cyclic_tables, day):
    """Their purchases count as demand; nobody's chances, states or products are learned from them."""
    users = cyclic_tables["users"].to_pylist()
    refusing = {row["user_id"] for row in users[:10]}
    rows = [row | {"has_profiling_consent": row["user_id"] not in refusing} for row in users]
    people = type(cyclic_tables["users"]).from_pylist(rows, cyclic_tables["users"].schema)
    events = cyclic_tables["events"]
    kept = [user not in refusing for user in events["user_id"].to_pylist()]

    whole = recommend(
        {**cyclic_tables, "users": people}, as_of=day, options=RecommendOptions(list_length=5)
    )
    without = recommend(
        {**cyclic_tables, "users": people, "events": events.filter(kept)},
        as_of=day,
        options=RecommendOptions(list_length=5),
    )

    for name in ("need_states", "do_not_recommend"):
        assert whole[name].equals(without[name])
