"""The published tables of a made-up shop with planted cycles: their laws, and what came true."""

import re
from collections import defaultdict
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop
from recommender.reasons import SHOWN
from recommender.stage import RecommendOptions, recommend

AS_OF = date(2017, 11, 6)
"""Eight weeks before the end of the shop's year."""


class Published(NamedTuple):
    """What was published, and the tables it was made from, later events included."""

    tables: dict[str, pa.Table]
    made: dict[str, pa.Table]

    @property
    def lists(self):
        """Rows of ``recommendations`` by user."""
        lists = defaultdict(list)
        for row in self.made["recommendations"].to_pylist():
            lists[row["user_id"]].append(row)
        return lists


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Ten months of a thousand people."""
    shop = write_synthetic_shop(
        tmp_path_factory.mktemp("shop"), SyntheticOptions(users=1000, items=600, seed=1)
    )
    tables = {path.stem: pq.read_table(path) for path in shop.glob("**/*.parquet")}
    return Published(tables, recommend(tables, as_of=AS_OF, options=RecommendOptions()))


def test_every_list_is_full_ranked_and_one_slot_a_need(published):
    lists = published.lists

    assert set(lists) >= set(published.tables["users"]["user_id"].to_pylist())
    for rows in lists.values():
        assert [row["rank"] for row in rows] == list(range(1, 21))
        assert len({row["need_group"] for row in rows}) == 20
        scores = [row["score"] for row in rows]
        assert scores == sorted(scores, reverse=True)


def test_no_list_holds_what_is_withheld_from_its_person(published):
    withheld = {
        (row["user_id"], row["item_id"] or row["need_group"])
        for row in published.made["do_not_recommend"].to_pylist()
    }

    assert len(withheld) > 500
    for user, rows in published.lists.items():
        shown = {(user, row[key]) for row in rows for key in ("item_id", "need_group")}
        assert not shown & withheld


@pytest.mark.parametrize("table", ["recommendations", "do_not_recommend"])
def test_every_row_has_a_whole_reason_in_both_languages(published, table):
    made = published.made[table]

    for column in ("reason_zh", "reason_en"):
        assert made[column].null_count == 0
        assert not pc.any(pc.match_substring_regex(made[column], r"[{}]|\bnan\b|\bNone\b")).as_py()
    assert pc.all(pc.match_substring_regex(made["reason_zh"], r"\p{Han}")).as_py()
    assert not pc.any(pc.match_substring_regex(made["reason_en"], r"\p{Han}")).as_py()


def test_what_is_withheld_returns_later_or_never(published):
    for row in published.made["do_not_recommend"].to_pylist():
        never = row["reason_code"] in ("owned_durable", "returned", "disliked")
        assert (row["may_return_on"] is None) is never
        assert never or row["may_return_on"] > AS_OF
        assert row["since"] <= AS_OF


def test_reasons_come_from_every_kind_of_knowledge(published):
    codes = set(published.made["recommendations"]["reason_code"].to_pylist())

    assert codes <= set(SHOWN)
    assert codes >= {"due", "bought_once", "habit", "taste", "popular", "popular_no_profile"}


def test_what_is_shown_though_it_still_satisfies_says_so_and_is_likely(published):
    rows = [row for rows in published.lists.values() for row in rows]
    habits = [row for row in rows if row["reason_code"] == "habit"]
    weight = RecommendOptions().annoyance_weight

    assert all(
        row["score"] == row["p_need"] for row in rows if row["slot"] == "due" and row not in habits
    )
    for row in habits:
        assert row["score"] == pytest.approx(row["p_need"] - weight * (1 - row["p_need"]))
        assert row["score"] >= 0
        ago, lasts, percent = map(int, re.findall(r"\d+", row["reason_en"]))
        assert ago < lasts
        assert percent == round(100 * row["p_need"])


def test_a_complement_names_its_cause_how_long_ago_and_the_usual_lag(published):
    rows = [row for rows in published.lists.values() for row in rows]
    complements = [row for row in rows if row["reason_code"] == "after_purchase"]
    english = (
        r"You bought (\S+) (\d+) days? ago; people who did take this up ([\d.]+) times as often "
        r"as usual, half of them within (\d+) days?"
    )
    chinese = (
        r"(\d+) 天前买了“(\S+)”；买过它的人接着买这类商品的可能是平常的 ([\d.]+) 倍，"
        r"其中半数在 (\d+) 天内"
    )

    assert complements
    for row in complements:
        cause, ago, lift, lag = re.fullmatch(english, row["reason_en"]).groups()
        assert re.fullmatch(chinese, row["reason_zh"]).groups() == (ago, cause, lift, lag)
        assert float(lift) > 1
        assert row["slot"] == "complement"


def _buyers(published):
    """Return the people who really bought each (need, week)."""
    needs = dict(
        zip(
            *(published.tables["items"][c].to_pylist() for c in ("item_id", "need_group")),
            strict=True,
        )
    )
    start = pa.scalar(AS_OF).cast(pa.timestamp("us", tz="UTC"))
    events = published.tables["events"].filter(
        (pc.field("event_type") == "purchase") & (pc.field("occurred_at") >= start)
    )
    buyers = defaultdict(set)
    columns = (events[name].to_pylist() for name in ("user_id", "item_id", "occurred_at"))
    for user, item, moment in zip(*columns, strict=True):
        week = AS_OF + (moment.date() - AS_OF) // timedelta(days=7) * timedelta(days=7)
        buyers[needs[item], week].add(user)
    return {place: len(people) for place, people in buyers.items()}


def test_the_calendar_holds_its_intervals(published):
    """95 % intervals hold 97 % of 960 needs and weeks; no week's total is more than 10 % off."""
    rows = published.made["replenishment_calendar"].to_pylist()
    bought = _buyers(published)
    true = np.array([bought.get((row["need_group"], row["week"]), 0) for row in rows])
    low, high, expected = (
        np.array([row[name] for row in rows]) for name in ("low", "high", "expected_buyers")
    )
    weeks = np.array([(row["week"] - AS_OF).days // 7 for row in rows])

    assert 0.92 < ((low <= true) & (true <= high)).mean() < 0.99
    for week in range(8):
        assert expected[weeks == week].sum() == pytest.approx(true[weeks == week].sum(), rel=0.15)
