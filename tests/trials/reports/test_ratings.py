import datetime as dt
import json

import numpy as np
import pyarrow as pa
import pytest

from quality.tables.inputs import AWARDS, EVENTS, USERS
from quality.tables.outputs import OPINIONS, REPORT_SCORES
from trials.reports.changes import Batch, changes_between
from trials.reports.dislikes import disliked_products
from trials.reports.polarity import PolarityModels
from trials.reports.ratings import Votes, kindness_of, rating_of
from trials.reports.report_usefulness import report_usefulness
from trials.reports.stage import ReviewOptions, review

AS_OF = dt.date(2017, 12, 4)


def votes(gifts, others):
    stars = np.array([*gifts, *others], dtype=float)
    return Votes(stars, np.ones(len(stars)), np.arange(len(stars)) < len(gifts))


def test_the_kindness_is_read_off_items_that_have_both_kinds_of_reports():
    rng = np.random.default_rng(4)
    items = [
        votes(rng.normal(level + 0.4, 0.5, 80), rng.normal(level, 0.5, 80))
        for level in (2.5, 3.0, 3.5, 4.0)
    ]
    # Better, and only ever given away: that is no kindness.
    items.append(votes(rng.normal(4.9, 0.1, 200), []))

    kindness = kindness_of(items, least=5)
    rating = rating_of(items[1], kindness, least=5)

    assert kindness.usual == pytest.approx(0.4, abs=0.1)
    assert (kindness.items, kindness.gifts, kindness.others) == (4, 320, 320)
    assert rating["raw"]["stars"] == pytest.approx(3.2, abs=0.1)
    assert rating["corrected"]["stars"] == pytest.approx(3.0, abs=0.1)
    assert rating["corrected"]["low"] < 3.0 < rating["corrected"]["high"]
    assert rating["kindness"]["low"] < 0.4 < rating["kindness"]["high"]


def test_without_anything_to_compare_with_nothing_is_corrected():
    gifts = votes([4, 5, 5, 4, 5, 5], [])

    rating = rating_of(gifts, kindness_of([gifts], least=5), least=5)

    assert rating["corrected"] is None
    assert rating["kindness"] is None


def test_the_interval_of_a_rating_holds_the_true_mean_as_often_as_it_says():
    rng = np.random.default_rng(9)
    held = 0
    for _ in range(600):
        rating = rating_of(votes(rng.choice([2, 3, 4, 5], 25), []), None, least=5)["weighted"]
        held += rating["low"] <= 3.5 <= rating["high"]

    assert 0.93 <= held / 600 <= 0.97


def verdict(before, now, **more):
    rows = changes_between(
        Batch(before[1], {"lid": before[0]} | more),
        Batch(now[1], {"lid": now[0]} | more),
        least_customers=10,
        least_blames=8,
    )
    return rows["lid"]["verdict"]


def test_a_fault_is_mended_only_when_the_fall_is_sure_and_deep():
    assert verdict((30, 100), (0, 50)) == "mended"
    assert verdict((60, 200), (30, 200)) == "better"
    assert verdict((30, 200), (60, 200)) == "worse"
    assert verdict((30, 100), (14, 50)) == "no_change"
    assert verdict((30, 100), (0, 9)) == "too_few"
    assert verdict((4, 100), (0, 50)) == "too_few"


def test_the_more_aspects_are_looked_at_the_more_it_takes():
    others = {f"a{place}": 10.0 for place in range(40)}

    assert verdict((12, 100), (3, 100)) == "better"
    assert verdict((12, 100), (3, 100), **others) == "no_change"


def test_a_fault_nobody_named_before_is_new():
    rows = changes_between(
        Batch(50, {"lid": 3.0}), Batch(50, {"lid": 3.0, "smell": 2.0, "box": 1.0}),
        least_customers=10, least_blames=8,
    )  # fmt: skip

    assert {aspect: row["is_new"] for aspect, row in rows.items()} == {
        "lid": False,
        "smell": True,
        "box": False,
    }


TEXTS = ("屏幕清晰，很满意", "散热太差，烫得不行")


@pytest.fixture(scope="module")
def reviewed_with_people(report_tables):
    """Thirty trial reports: young people are happy, older ones are not, one agreed to nothing."""
    reports = [(f"r{i}", f"u{i}", 5 if i < 20 else 2, TEXTS[i >= 20]) for i in range(30)]
    tables = report_tables(reports, trial_id=["t"] * 30)
    people = [
        {
            "user_id": f"u{i}",
            "age_band": "18-24" if i < 20 else "45-54",
            "region": ["north", "south", "east"][min(i // 13, 2)] if i else "west",
            "has_marketing_consent": i != 1,
        }
        for i in range(30)
    ]
    moment = dt.datetime(2017, 9, 1, tzinfo=dt.UTC)
    awards = [
        {"trial_id": trial, "user_id": f"u{i}", "awarded_at": moment}
        for i in range(30)
        for trial in (["t", "earlier"] if i < 10 else ["t"])
    ]
    bought = {
        "event_id": "e",
        "user_id": "u0",
        "item_id": "laptop",
        "event_type": "purchase",
        "occurred_at": dt.datetime(2017, 10, 1, tzinfo=dt.UTC),
    }
    tables |= {
        "users": pa.Table.from_pylist(people, schema=USERS.schema),
        "awards": pa.Table.from_pylist(awards, schema=AWARDS.schema),
        "events": pa.Table.from_pylist([bought], schema=EVENTS.schema),
    }
    return review(tables, as_of=AS_OF, options=ReviewOptions(), models=PolarityModels())


def test_segments_show_who_rates_how_and_hide_the_few(reviewed_with_people):
    (row,) = reviewed_with_people["improvement_summary"].to_pylist()
    told = {
        (it["attribute"], it["value"]): (it["customers"], it["stars"])
        for it in json.loads(row["segments"])
    }

    assert told["age_band", "18-24"] == (20, 5.0)
    assert told["age_band", "45-54"] == (10, 2.0)
    assert (told["is_newcomer", "false"][0], told["is_newcomer", "true"][0]) == (10, 20)
    # One person in the west and four in the east: together they may be shown.
    assert {key[1]: n for key, (n, _) in told.items() if key[0] == "region"} == {
        "north": 12,
        "south": 13,
        "other": 5,
    }


def test_the_happy_are_invited_the_unhappy_answered_and_nobody_without_consent(
    reviewed_with_people,
):
    rows = {row["user_id"]: row for row in reviewed_with_people["follow_ups"].to_pylist()}

    assert "u0" not in rows  # bought it already
    assert "u1" not in rows  # never agreed
    assert rows["u2"]["audience"] == "invite"
    assert rows["u25"]["audience"] == "answer"
    assert rows["u25"]["aspect"] == "heat_noise"
    assert len(rows) == 28


def test_without_a_table_of_people_nobody_is_followed_up(report_tables):
    made = review(
        report_tables([("r1", "anna", 5, TEXTS[0])]),
        as_of=AS_OF,
        options=ReviewOptions(),
        models=PolarityModels(),
    )

    assert len(made["follow_ups"]) == 0


def scores(*rows):
    columns = ("report_id", "user_id", "rating", "quality", "trial_id")
    common = {
        "item_id": "i",
        "merchant_id": "m",
        "language": "en",
        "parts": "{}",
        "polarity": 0.0,
        "weight": 1.0,
        "flags": [],
    }
    rows = [common | dict(zip(columns, row, strict=True)) for row in rows]
    return pa.Table.from_pylist(rows, schema=REPORT_SCORES.schema)


def graded(trial_id="t", **parts):
    one = dict.fromkeys(("coverage", "evidence", "specificity", "suggestion"), 0.5)
    one |= {"originality": 1.0, "photos": 0.0, "balance": 1.0, "agreement": 1.0} | parts
    columns, values = scores(("r", "anna", 3.0, 0.5, trial_id)), json.dumps(one)
    place = columns.column_names.index("parts")
    return columns.set_column(place, "parts", pa.array([values]))


def test_reports_of_trials_are_graded_for_later_draws_and_others_are_not():
    assert report_usefulness(graded()).to_pylist() == [
        {"report_id": "r", "usefulness": pytest.approx(0.5 * (3 + 2 + 2 + 1) / 10 + 1 / 10)}
    ]
    assert len(report_usefulness(graded(trial_id=None))) == 0


@pytest.mark.parametrize("part", ["balance", "agreement"])
def test_what_leans_on_the_stars_is_no_part_of_usefulness_to_later_draws(part):
    assert report_usefulness(graded()) == report_usefulness(graded(**{part: 0.0}))


def test_a_report_that_blames_the_product_itself_excludes_it():
    def blame(report, aspect, polarity=-1):
        return {
            "report_id": report,
            "sentence_id": 0,
            "aspect": aspect,
            "item_id": "i",
            "merchant_id": "m",
            "polarity": polarity,
            "is_suggestion": False,
            "quote": "x",
            "start": 0,
            "end": 1,
        }

    told = [
        blame("off", "taste"),
        blame("late", "logistics"),
        blame("mixed", "taste"),
        blame("mixed", "price", 1),
        blame("loved", "taste"),
    ]
    history = scores(
        ("off", "anna", 3.0, 0.5, "t"),
        ("late", "bert", 2.0, 0.5, "t"),
        ("mixed", "carl", 3.0, 0.5, "t"),
        ("loved", "dora", 5.0, 0.5, "t"),
    )

    found = disliked_products(history, pa.Table.from_pylist(told, schema=OPINIONS.schema))

    assert [(row["user_id"], row["item_id"], row["aspect"]) for row in found.to_pylist()] == [
        ("anna", "i", "taste")
    ]
