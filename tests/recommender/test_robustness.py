"""Shops that nobody plans for: each gets its lists, or a refusal that says why."""

import csv
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from quality.errors import ContractError
from quality.tables.inputs import EVENTS, USERS
from quality.validation import ValidationOptions, validate
from recommender.catalogue import read_catalogue
from recommender.evaluation.rolling import EvaluationOptions, evaluate
from recommender.shike_model import ShikeModel
from recommender.stage import RecommendOptions, recommend

SLOTS = 20
PLAIN = EvaluationOptions(with_timing=False, suppressed=(), filtered=(), bootstrap_samples=1)


def _lists(tables, day):
    """Recommend, check what holds of any lists, and return each user's needs in order."""
    made = recommend(tables, as_of=day, options=RecommendOptions(list_length=SLOTS))
    sold = set(tables["items"]["item_id"].to_pylist())
    shown = set(read_catalogue(tables["items"], day).need_ids)
    lists = defaultdict(list)
    for row in made["recommendations"].to_pylist():
        lists[row["user_id"]].append(row["need_group"])
        assert row["rank"] == len(lists[row["user_id"]])
        assert row["item_id"] in sold
        assert 0 <= row["p_need"] <= 1
        assert row["reason_zh"]
        assert row["reason_en"]
    held = defaultdict(set)
    for row in made["do_not_recommend"].to_pylist():
        held[row["user_id"]] |= {row["need_group"]} - {row["item_id"] and row["need_group"]}
    for user, needs in lists.items():
        assert len(set(needs)) == len(needs)
        fitting = shown - held[user]
        assert len(needs) == min(SLOTS, len(fitting))
        assert set(needs) <= fitting
    return made, lists


def _everyday_shop(shop, n_needs=45, users="abc"):
    """Everybody buys every need on a cycle; every second one is due, the others were just bought."""
    for need in range(n_needs):
        shop.item(f"i{need:02d}", f"need {need:02d}")
        for number, user in enumerate(users):
            latest = 1 + number + need % 2 * (10 + need)
            shop.buys(user, f"i{need:02d}", *range(latest, 200, 10 + need))
    return shop


def test_one_user_has_a_full_list(shop, day):
    _, lists = _lists(_everyday_shop(shop, users="a").tables(), day)

    assert {user: len(needs) for user, needs in lists.items()} == {"a": SLOTS}


def test_a_shop_of_one_item_shows_it(shop, day):
    shop.item("i", "soap").buys("a", "i", 5, 25, 45).buys("b", "i", 3, event_type="view")

    _, lists = _lists(shop.tables(), day)

    assert lists == {"a": ["soap"], "b": ["soap"]}


def test_where_nothing_was_bought_twice_lists_are_filled_all_the_same(shop, day):
    for item in range(30):
        shop.item(f"i{item:02d}", f"need {item:02d}").buys(f"u{item % 6}", f"i{item:02d}", 3 + item)

    made, lists = _lists(shop.tables(), day)

    assert {len(needs) for needs in lists.values()} == {SLOTS}
    assert set(made["need_states"]["purchase_days"].to_pylist()) == {1}


@pytest.mark.parametrize("age", [1, 40, 400])
def test_a_shop_whose_every_event_is_of_one_day_has_lists(shop, day, age):
    for need in range(25):
        shop.item(f"i{need:02d}", f"need {need:02d}")
        for user in "abcdefgh":
            shop.buys(user, f"i{need:02d}", age)

    made, lists = _lists(shop.tables(), day)

    assert {len(needs) for needs in lists.values()} == {SLOTS}
    assert len(made["need_states"]) == 8 * 25


def test_a_user_with_a_hundred_thousand_events_has_a_list(shop, day):
    shop = _everyday_shop(shop)
    for need in range(45, 60):
        shop.item(f"i{need:02d}", f"need {need:02d}")
    tables = shop.tables()
    rng, n_events = np.random.default_rng(8), 100_000
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=365)
    seconds = np.sort(rng.integers(0, 365 * 86_400, n_events))
    heavy = pa.table(
        {
            "event_id": [f"h{number:06d}" for number in range(n_events)],
            "user_id": ["heavy"] * n_events,
            "item_id": [f"i{need:02d}" for need in rng.integers(0, 60, n_events)],
            "event_type": ["purchase"] * n_events,
            "occurred_at": pa.array(
                np.datetime64(start.replace(tzinfo=None), "us") + seconds * 10**6
            ),
        }
    )
    events = pa.concat_tables([tables["events"], EVENTS.conform(heavy)])

    made, lists = _lists(tables | {"events": events}, day)

    assert len(lists["heavy"]) == SLOTS
    states = made["need_states"].to_pylist()
    assert sum(row["user_id"] == "heavy" for row in states) == 60
    # Hundreds of purchases on each day are one purchase day each.
    assert max(row["purchase_days"] for row in states) <= 365


STRANGE = [
    "顾客一号",
    'O\'Neil "the" buyer',
    "a/b\\c",
    "percent % and -- dashes; DROP TABLE events",
    "x" * 300,
    "🛒",
    " ",
    "..",
]


def test_ids_may_hold_anything(shop, day):
    for name in STRANGE:
        shop.item(f"item {name}", f"need {name}", merchant_id=f"m {name}", brand=f"brand {name}")
    for user in STRANGE:
        for name in STRANGE:
            shop.buys(user, f"item {name}", 3, 33, 63)
        shop.add("users", user_id=user, region=user)

    made, lists = _lists(shop.tables(), day)

    assert set(lists) == set(STRANGE)
    for needs in lists.values():
        assert set(needs) <= {f"need {name}" for name in STRANGE}
    assert set(made["need_states"]["user_id"].to_pylist()) == set(STRANGE)


def test_ids_that_stand_for_others_in_patterns_are_kept_apart(shop, day):
    shop.item("a_b", "x%").item("aXb", "x_").buys("u", "a_b", 3, 40).buys("U", "aXb", 3, 40)

    made, _ = _lists(shop.tables(), day)

    bought = {(row["user_id"], row["need_group"]) for row in made["need_states"].to_pylist()}
    assert bought == {("u", "x%"), ("U", "x_")}


def test_an_item_in_no_category_is_a_need_by_the_name_of_its_only_level(shop, day):
    shop.item("tea-1", None, category="tea").item("tea-2", None, category="drinks/tea")
    shop.item("odd", "", category="").buys("u", "tea-1", 3, 23).buys("u", "tea-2", 43)
    shop.buys("u", "odd", 9)

    made, lists = _lists(shop.tables(), day)

    assert sorted(lists["u"]) == ["", "tea"]
    counts = {row["need_group"]: row["purchase_days"] for row in made["need_states"].to_pylist()}
    assert counts == {"": 1, "tea": 3}


def test_an_empty_users_table_says_no_more_than_an_absent_one(shop, day):
    tables = _everyday_shop(shop).tables()

    empty, _ = _lists(tables | {"users": USERS.empty()}, day)

    absent, _ = _lists(tables, day)
    assert all(table.equals(absent[name]) for name, table in empty.items())


@pytest.mark.parametrize("earlier", [200, 199, 0], ids=["before", "first day", "day after"])
def test_days_about_the_first_event_have_lists(shop, day, earlier):
    """The shop's first event is 199 days old: on those days next to nothing is known."""
    tables = _everyday_shop(shop, users="ab").add("users", user_id="a").tables()
    first = day - timedelta(days=earlier or 198)

    made, lists = _lists(tables, first)

    assert set(map(len, lists.values())) == {SLOTS}
    assert "a" in lists
    assert (len(made["need_states"]) > 0) is (earlier == 0)


def test_where_all_is_sold_out_nothing_is_shown_and_all_is_said_to_be_unavailable(shop, day):
    _everyday_shop(shop)
    for item in shop.rows["items"]:
        item["is_available"] = False

    made, lists = _lists(shop.tables(), day)

    assert not lists
    reasons = set(made["do_not_recommend"]["reason_code"].to_pylist())
    assert "unavailable" in reasons
    assert reasons <= {"unavailable", "satisfied"}


def test_where_fewer_needs_fit_than_slots_all_of_them_are_shown(shop, day):
    for need in "abcdefg":
        shop.item(need, need).buys("u", need, 50).buys("v", need, 60)

    _, lists = _lists(shop.tables(), day)

    assert {user: len(needs) for user, needs in lists.items()} == {"u": 7, "v": 7}


def test_a_delivery_without_purchases_cannot_be_evaluated(shop, day):
    shop.item("i", "soap").buys("u", "i", 100, 10, event_type="view")

    with pytest.raises(ContractError, match="no purchase of a known item"):
        evaluate(shop.tables(), cuts=[day - timedelta(days=28)], models=[ShikeModel()])


@pytest.mark.parametrize("cut_age", [1, 300])
def test_a_cut_that_the_data_do_not_reach_is_refused_by_name(shop, day, cut_age):
    cut = day - timedelta(days=cut_age)

    with pytest.raises(ContractError, match=f"cut {cut} .* choose another cut"):
        evaluate(_everyday_shop(shop).tables(), cuts=[cut], models=[ShikeModel()])


def test_a_single_user_can_be_evaluated(shop, day):
    tables = _everyday_shop(shop, users="a").tables()

    report = evaluate(tables, cuts=[day - timedelta(days=40)], models=[ShikeModel()], options=PLAIN)

    assert report.users == (1,)


def _delivered(folder, tables):
    """Write rows of text as CSV files, as a shop may."""
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def test_a_delivery_with_strange_ids_passes_the_checks_and_gets_its_lists(tmp_path):
    """Ids are taken as they are written, quotes, slashes, Chinese and all."""
    names = ["顾客一号", 'O\'Neil "the" buyer', "a/b\\c", "semi;colon, comma"]
    items = [
        {"item_id": name, "merchant_id": "m", "name": name, "category": f"所有/{number}"}
        for number, name in enumerate(names)
    ]
    events = [
        {
            "event_id": f"{name}-{user}-{month}",
            "user_id": user,
            "item_id": name,
            "event_type": "purchase",
            "occurred_at": f"2026-0{month}-1{number}T12:00:00Z",
        }
        for user in names
        for number, name in enumerate(names)
        for month in (1, 2)
    ]
    folder = _delivered(tmp_path, {"items": items, "events": events})

    checked = validate(
        folder, tmp_path / "checked", as_of=date(2026, 3, 2), options=ValidationOptions()
    )

    _, lists = _lists(checked.tables, date(2026, 3, 2))
    assert set(lists) == set(names)
    assert all(sorted(needs) == ["0", "1", "2", "3"] for needs in lists.values())
