"""The stage as a whole: laws of the lists, and what becomes of single purchases."""

import math
from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quality.tables.outputs import OUTPUTS
from recommender.carrying import STATES
from recommender.reviews import NAME as REVIEW
from recommender.stage import RecommendOptions, recommend

OPTIONS = RecommendOptions(list_length=5)


def _made(shop, day, options=OPTIONS):
    return recommend(shop.tables(), as_of=day, options=options)


def _listed(made, user):
    rows = [row for row in made["recommendations"].to_pylist() if row["user_id"] == user]
    return {row["need_group"]: row for row in rows}


def _withheld(made, user):
    rows = [row for row in made["do_not_recommend"].to_pylist() if row["user_id"] == user]
    return {row["need_group"]: row for row in rows}


@pytest.fixture
def kitchen(shop):
    """Six needs; kettles are durables, coffee comes back after 30 days by the merchant's word."""
    shop.item("kettle-1", "kettles", repurchase_days=math.inf)
    shop.item("kettle-2", "kettles", repurchase_days=math.inf)
    shop.item("coffee-1", "coffee", repurchase_days=30.0).item("coffee-2", "coffee")
    for need in ("cups", "tea", "milk", "sugar"):
        shop.item(f"{need}-1", need).item(f"{need}-2", need)
    for user in ("v", "w", "x"):
        shop.buys(user, "kettle-2", 9).buys(user, "coffee-1", 25, 55).buys(user, "tea-1", 8)
    return shop


def test_a_durable_just_bought_is_withheld_for_good(kitchen, day):
    made = _made(kitchen.buys("u", "kettle-1", 1), day)

    assert "kettles" not in _listed(made, "u")
    row = _withheld(made, "u")["kettles"]
    assert (row["reason_code"], row["may_return_on"]) == ("owned_durable", None)


def test_a_durable_sent_back_is_needed_again_but_not_the_same_one(kitchen, day):
    kitchen.buys("u", "kettle-1", 9).buys("u", "kettle-1", 2, event_type="return")

    made = _made(kitchen, day, RecommendOptions(list_length=6))

    assert _listed(made, "u")["kettles"]["item_id"] == "kettle-2"
    row = _withheld(made, "u")["kettles"]
    assert (row["reason_code"], row["item_id"]) == ("returned", "kettle-1")


@pytest.mark.parametrize(("age", "is_shown"), [(2, False), (12, False), (24, True), (30, True)])
def test_a_consumable_is_withheld_at_first_and_returns(kitchen, day, age, is_shown):
    made = _made(kitchen.buys("u", "coffee-1", age, age + 30, age + 60), day)

    assert ("coffee" in _listed(made, "u")) is is_shown
    assert ("coffee" in _withheld(made, "u")) is not is_shown


def test_a_withheld_need_says_when_it_returns_and_does(kitchen, day):
    kitchen.buys("u", "coffee-1", 2, 32, 62)
    returns = _withheld(_made(kitchen, day), "u")["coffee"]["may_return_on"]

    before = _made(kitchen, returns - timedelta(days=1))
    after = _made(kitchen, returns)

    assert day < returns < day + timedelta(days=28)
    assert "coffee" in _withheld(before, "u")
    assert "coffee" in _listed(after, "u")


def test_a_trial_unit_counts_as_part_of_a_pack(kitchen, day, shop_moment):
    kitchen.add(
        "trials",
        trial_id="t",
        merchant_id="m",
        item_id="coffee-2",
        units=1,
        opens_on=day,
        closes_on=day,
        reports_due_on=day,
        goal="improve",
    )
    for user, age in (("u", 3), ("z", 12)):
        kitchen.add("users", user_id=user)
        kitchen.add(
            "awards",
            trial_id="t",
            user_id=user,
            awarded_at=shop_moment(20),
            delivered_on=day - timedelta(days=age),
        )

    made = _made(kitchen, day)

    # Half of half a pack of some 30 days is some 8 days.
    assert _withheld(made, "u")["coffee"]["reason_code"] == "satisfied"
    assert "coffee" not in _listed(made, "u")
    assert "coffee" in _listed(made, "z")


def test_a_disliked_product_is_replaced_by_another_of_its_need(kitchen, day, shop_moment):
    kitchen.buys("u", "tea-1", 20, 40).add(
        "reports",
        report_id="r",
        item_id="tea-1",
        user_id="u",
        submitted_at=shop_moment(3),
        rating=2.0,
        text="bitter",
    )

    made = _made(kitchen, day)

    assert _listed(made, "u")["tea"]["item_id"] == "tea-2"
    assert _withheld(made, "u")["tea"]["item_id"] == "tea-1"
    assert _listed(made, "v")["tea"]["item_id"] == "tea-1"


def test_a_need_shown_often_and_ignored_rests(kitchen, day, shop_moment):
    kitchen.buys("u", "tea-1", 20, 40).buys("z", "tea-1", 20, 40)
    for user, opened in (("u", False), ("z", True)):
        for age in range(1, 6):
            kitchen.add(
                "exposures",
                exposure_id=f"{user}{age}",
                user_id=user,
                item_id="tea-1",
                shown_at=shop_moment(age),
                was_opened=opened,
            )

    made = _made(kitchen, day)

    row = _withheld(made, "u")["tea"]
    assert row["reason_code"] == "fatigued"
    assert row["may_return_on"] == day + timedelta(days=13)
    assert "tea" in _listed(made, "z")


def test_a_sold_out_need_is_withheld_as_unavailable(kitchen, day):
    for item in kitchen.rows["items"]:
        item["is_available"] = item["need_group"] != "tea"

    made = _made(kitchen, day)

    assert "tea" not in _listed(made, "v")
    assert _withheld(made, "v")["tea"]["reason_code"] == "unavailable"


def test_without_consent_the_list_is_popular_and_nothing_personal_is_kept(kitchen, day):
    kitchen.buys("u", "cups-1", 2, 9, 16).buys("u", "kettle-1", 3)
    kitchen.add("users", user_id="u", has_profiling_consent=False)

    made = _made(kitchen, day)

    rows = sorted(_listed(made, "u").values(), key=lambda row: row["rank"])
    assert {row["reason_code"] for row in rows} == {"popular_no_profile"}
    assert rows[0]["need_group"] == "kettles"  # bought by four, whoever they are
    assert _withheld(made, "u") == {}
    assert "u" not in made["need_states"]["user_id"].to_pylist()


def test_somebody_who_bought_nothing_gets_what_is_popular(kitchen, day):
    kitchen.add("users", user_id="new")

    rows = _listed(_made(kitchen, day), "new")

    assert len(rows) == OPTIONS.list_length
    assert {need: row["reason_code"] for need, row in rows.items()} == {
        **dict.fromkeys(("coffee", "kettles", "tea"), "popular"),
        **dict.fromkeys(("cups", "milk"), "untried"),
    }


def test_a_large_segment_speaks_for_its_newcomers(kitchen, day):
    for user in ("v", "new"):
        kitchen.add("users", user_id=user, age_band="25-34", region="north")

    rows = _listed(_made(kitchen, day, RecommendOptions(min_segment_people=1)), "new")

    assert {need for need, row in rows.items() if row["reason_code"] == "popular_in_segment"} == {
        "coffee",
        "kettles",
        "tea",
    }


def test_nothing_on_or_after_the_day_is_seen(kitchen, day):
    made = _made(kitchen, day)
    kitchen.buys("v", "sugar-1", 0, -1, -5).buys("v", "kettle-2", -2, event_type="return")

    later = _made(kitchen, day)

    assert {name: table.equals(later[name]) for name, table in made.items()} == dict.fromkeys(
        made, True
    )


def test_reasons_are_built_from_facts(kitchen, day):
    row = _listed(_made(kitchen.buys("u", "milk-1", 3, 13, 23, 33), day), "u")["milk"]

    assert row["reason_code"] == "due"
    assert "last 3 days ago" in row["reason_en"]
    assert "3 天前" in row["reason_zh"]
    assert row["valid_until"] == day + timedelta(days=6)


def test_a_shop_that_sold_nothing_still_fills_its_lists(shop, day):
    shop.item("a", "one").item("b", "two").buys("u", "a", 3, event_type="view")

    made = _made(shop, day)

    assert len(_listed(made, "u")) == 2
    assert len(made["need_states"]) == len(made["replenishment_calendar"]) == 0


def test_the_calendar_expects_about_as_many_buyers_as_there_are(cyclic_tables, day):
    calendar = recommend(cyclic_tables, as_of=day, options=OPTIONS)["replenishment_calendar"]
    rows = calendar.to_pylist()
    first_week = [row for row in rows if row["week"] == day]
    events = cyclic_tables["events"]
    weekly = len(events) / (365 / 7)

    assert sum(row["expected_buyers"] for row in first_week) == pytest.approx(weekly, rel=0.15)
    assert all(row["low"] <= row["expected_buyers"] <= row["high"] for row in rows)
    assert len({row["week"] for row in rows}) == OPTIONS.calendar_weeks


def test_planted_cycles_are_found_and_just_bought_needs_rest_till_they_return(cyclic_tables, day):
    """What was just bought rests, unless its cycle brings it back within the four weeks."""
    made = recommend(cyclic_tables, as_of=day, options=OPTIONS)
    states = made["need_states"].to_pylist()
    listed = {(row["user_id"], row["need_group"]) for row in made["recommendations"].to_pylist()}
    fresh = [row for row in states if (day - row["last_bought_on"]).days < 0.3 * row["gap_days"]]
    far = [row for row in fresh if 0.7 * row["gap_days"] > 28]
    due = [row for row in states if row["state"] == "due"]

    assert len(far) > 100
    assert not any((row["user_id"], row["need_group"]) in listed for row in far)
    near = [row for row in fresh if (row["user_id"], row["need_group"]) in listed]
    assert all(row["p_need"] > 0.9 for row in near)
    assert sum(row["p_need"] for row in due) / len(due) > 0.6
    gaps = defaultdict(set)
    for row in states:
        gaps[row["need_group"]].add(round(row["gap_days"]))
    assert all(max(found) - min(found) < 0.5 * max(found) for found in gaps.values())


def test_the_same_input_gives_the_same_tables(cyclic_tables, day):
    first, second = (recommend(cyclic_tables, as_of=day, options=OPTIONS) for _ in range(2))

    assert all(first[name].equals(second[name]) for name in first)
    assert set(first) <= {*OUTPUTS, REVIEW, *STATES}


@st.composite
def _shops(draw):
    """A random shop: up to 6 needs of 1–3 items, up to 5 people, purchases, returns, reports."""
    n_needs = draw(st.integers(1, 6))
    items = [
        (f"i{need}-{variant}", f"need {need}")
        for need in range(n_needs)
        for variant in range(draw(st.integers(1, 3)))
    ]
    told = draw(
        st.lists(st.sampled_from([None, 10.0, 60.0, math.inf]), min_size=n_needs, max_size=n_needs)
    )
    sold_out = draw(st.sets(st.sampled_from([item for item, _ in items])))
    bought = draw(
        st.lists(
            st.tuples(
                st.sampled_from("abcde"),
                st.sampled_from([item for item, _ in items]),
                st.integers(1, 120),
                st.sampled_from(["purchase", "purchase", "purchase", "return", "view"]),
            ),
            min_size=1,
            max_size=30,
        )
    )
    refused = draw(st.sets(st.sampled_from("abcde"), max_size=2))
    return items, told, sold_out, bought, refused


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(_shops(), st.integers(1, 8), st.integers(1, 3), st.sampled_from([math.inf, 0, 1, 3]))
def test_laws_of_the_lists(day, new_shop, drawn, length, per_need, cap):
    items, told, sold_out, bought, refused = drawn
    shop = new_shop()
    for item, need in items:
        days = told[int(need.split()[1])]
        shop.item(item, need, is_available=item not in sold_out, repurchase_days=days)
    for user, item, age, kind in bought:
        shop.buys(user, item, age, event_type=kind)
    for user in refused:
        shop.add("users", user_id=user, has_profiling_consent=False)
    limits = {"list_length": length, "slots_per_need": per_need, "frugal_cap": cap}

    made = _made(shop, day, RecommendOptions(**limits))
    held = made["do_not_recommend"].to_pylist()
    held_needs = {(row["user_id"], row["need_group"]) for row in held if not row["item_id"]}
    held_items = {(row["user_id"], row["item_id"]) for row in held if row["item_id"]}
    own = {(row["user_id"], row["need_group"]) for row in made["need_states"].to_pylist()}
    by_user = defaultdict(list)
    for row in made["recommendations"].to_pylist():
        by_user[row["user_id"]].append(row)

    assert set(by_user) <= {user for user, *_ in bought} | refused
    for user in {user for user, *_ in bought} | refused:
        rows = by_user[user]
        fitting = Counter(
            need
            for item, need in items
            if item not in sold_out
            and (user, need) not in held_needs
            and (user, item) not in held_items
        )
        free = {need: min(count, per_need) for need, count in fitting.items()}
        own_places = sum(count for need, count in free.items() if (user, need) in own)
        new_places = sum(free.values()) - own_places
        assert len(rows) == min(length, own_places + min(cap, new_places))
        assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
        assert [row["score"] for row in rows] == sorted(row["score"] for row in rows)[::-1]
        assert sum((user, row["need_group"]) not in own for row in rows) <= cap
        assert len({row["item_id"] for row in rows}) == len(rows)
        assert all(
            count <= free[need]
            for need, count in Counter(row["need_group"] for row in rows).items()
        )
        for row in rows:
            assert (row["item_id"], row["need_group"]) in items
            assert row["item_id"] not in sold_out
            assert (user, row["item_id"]) not in held_items
            assert 0 <= row["p_need"] <= 1
    satisfied = {
        (row["user_id"], row["need_group"])
        for row in made["need_states"].to_pylist()
        if row["is_satiating"] and row["state"] == "satisfied"
    }
    assert satisfied <= held_needs


def test_the_tables_are_as_declared(cyclic_tables, day):
    made = recommend(cyclic_tables, as_of=day, options=OPTIONS)

    for name in made.keys() - {REVIEW, *STATES}:
        assert made[name].schema.equals(OUTPUTS[name].schema)
