import datetime as dt
from pathlib import Path

import pyarrow.compute as pc
import pytest

from infra.sources.demo_reports import demo_reports
from infra.sources.review_texts import chinese_reviews, held_out_keys
from quality.tables.inputs import INPUTS
from quality.text_keys import text_key

CACHE = Path(__file__).parents[3] / "build" / "cache"
AS_OF = dt.date(2017, 12, 4)
USERS = [f"household-{number}" for number in range(1_500)]

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def tables():
    return demo_reports(USERS, as_of=AS_OF, cache=CACHE)


def test_the_tables_are_as_declared(tables):
    assert set(tables) == {"items", "trials", "applications", "awards", "reports"}
    for name, table in tables.items():
        assert table.schema == INPUTS[name].schema
        keys = table.select(list(INPUTS[name].key)).to_pylist()
        assert len({tuple(key.values()) for key in keys}) == len(table)


def test_laptops_are_reported_on_in_chinese(tables):
    reports = tables["reports"]
    laptops = reports.filter(pc.equal(reports["item_id"], "laptop"))

    assert len(laptops) > 300
    assert pc.all(pc.match_substring_regex(laptops["text"], r"[\x{4e00}-\x{9fff}]")).as_py()


def test_only_held_out_texts_are_used(tables):
    held_out = held_out_keys("zh") | held_out_keys("en")

    assert all(text_key(text) in held_out for text in tables["reports"]["text"].to_pylist())


def test_a_label_becomes_five_or_two_stars(tables):
    labels = dict(zip(chinese_reviews().texts, chinese_reviews().labels, strict=True))
    reports = tables["reports"]

    for row in reports.filter(pc.equal(reports["item_id"], "laptop")).to_pylist():
        assert row["rating"] == (5.0 if labels[row["text"]] else 2.0)
    assert set(reports["rating"].to_pylist()) == {2.0, 5.0}


def test_everybody_applied_received_and_reported_in_that_order_before_the_day(tables):
    trials = {row["trial_id"]: row for row in tables["trials"].to_pylist()}
    applied = {(row["trial_id"], row["user_id"]): row for row in tables["applications"].to_pylist()}
    awarded = {(row["trial_id"], row["user_id"]): row for row in tables["awards"].to_pylist()}

    assert applied.keys() == awarded.keys()
    for report in tables["reports"].to_pylist():
        trial = trials[report["trial_id"]]
        person = report["trial_id"], report["user_id"]
        assert trial["item_id"] == report["item_id"]
        asked, award = applied[person]["applied_at"].date(), awarded[person]
        assert trial["opens_on"] <= asked <= trial["closes_on"] < award["awarded_at"].date()
        assert award["awarded_at"].date() < award["delivered_on"] < report["submitted_at"].date()
        assert report["submitted_at"].date() <= trial["reports_due_on"] < AS_OF
    assert len(tables["reports"]) == len(awarded)


def test_a_household_writes_at_most_one_report_an_item_whatever_their_number():
    tables = demo_reports(["b", "a", "b"], as_of=AS_OF, cache=CACHE)

    reports = tables["reports"].to_pylist()
    assert len({(row["item_id"], row["user_id"]) for row in reports}) == len(reports)
    assert set(tables["reports"]["user_id"].to_pylist()) == {"a", "b"}


def test_the_order_of_the_households_does_not_matter(tables):
    assert demo_reports(USERS[::-1], as_of=AS_OF, cache=CACHE) == tables


def test_without_the_english_corpus_the_chinese_reports_are_there(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    tables = demo_reports(USERS, as_of=AS_OF, cache=tmp_path / "none")

    assert tables["items"]["item_id"].to_pylist() == ["laptop"]


def test_no_households_write_nothing():
    tables = demo_reports([], as_of=AS_OF, cache=CACHE)

    assert {name: len(table) for name, table in tables.items()} == dict.fromkeys(tables, 0)
