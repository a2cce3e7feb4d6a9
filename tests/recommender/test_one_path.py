"""What is published is what is measured: the lists of the stage and those of ``evaluate``."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop
from quality.tables.inputs import EVENTS
from recommender.carrying import Carried
from recommender.catalogue import read_catalogue
from recommender.evaluation.metrics import CUTOFFS
from recommender.evaluation.rolling import EvaluationOptions, evaluate
from recommender.interactions import Interactions
from recommender.shike_model import ShikeModel
from recommender.stage import RecommendOptions, recommend

SLOTS = max(CUTOFFS)
PLAIN = EvaluationOptions(with_timing=False, suppressed=(), filtered=(), bootstrap_samples=1)


class Examined(ShikeModel):
    """Shike, noting the lists that the evaluation asks it for."""

    def fit(self, train: Interactions, *, as_of: int) -> None:
        self.train, self.asked = train, {}
        super().fit(train, as_of=as_of)

    def lists(self, users, k, mode):
        lists = super().lists(users, k, mode)
        if mode == "all":
            self.asked |= {
                self.train.user_ids[user]: [self.train.thing_ids[need] for need in row if need >= 0]
                for user, row in zip(users, lists, strict=True)
            }
        return lists


@dataclass
class Paths:
    """Lists of need groups by user."""

    published: dict[str, list[str]]
    measured: dict[str, list[str]]
    """Of the users of the cut."""
    all_measured: dict[str, list[str]]
    """Of everybody who bought anything before the cut."""


def _published(made):
    lists = defaultdict(list)
    for row in made["recommendations"].to_pylist():
        lists[row["user_id"]].append(row["need_group"])
    return lists


def _both(tables, day):
    made = recommend(tables, as_of=day, options=RecommendOptions(list_length=SLOTS))
    model = Examined(read_catalogue(tables["items"], day))
    evaluate(tables, cuts=[day], models=[model], options=PLAIN)
    measured = dict(model.asked)
    model.lists(np.unique(model.train.users), SLOTS, "all")
    return Paths(_published(made), measured, model.asked)


def _assert_equal(paths, least_users):
    assert len(paths.measured) >= least_users
    assert all(paths.published[user] == needs for user, needs in paths.measured.items())
    assert all(paths.published[user] == needs for user, needs in paths.all_measured.items())


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory):
    """A made-up shop of which nothing was returned or sold out and nobody refused profiling."""
    shop = write_synthetic_shop(
        tmp_path_factory.mktemp("shop"),
        SyntheticOptions(users=200, items=240, seed=5, return_share=0.0),
    )
    tables = {
        name: pq.read_table(shop / f"{name}.parquet") for name in ("events", "items", "users")
    }
    place = tables["users"].column_names.index("has_profiling_consent")
    agreed = pa.array([True] * len(tables["users"]))
    tables["users"] = tables["users"].set_column(place, tables["users"].schema.field(place), agreed)
    return tables


CUT = date(2017, 10, 2)


def test_a_made_up_shop_is_shown_what_is_measured(synthetic):
    _assert_equal(_both(synthetic, CUT), least_users=100)


def test_people_who_bought_nothing_yet_change_nothing_for_the_others(synthetic):
    """The evaluation knows who will buy, the stage who is registered: both know too many people."""
    start = datetime(CUT.year, CUT.month, CUT.day, tzinfo=UTC)
    later = pa.table(
        {
            "event_id": [f"later-{number}" for number in range(40)],
            "user_id": [f"{number % 10}-later-{number}" for number in range(40)],
            "item_id": synthetic["items"]["item_id"].slice(0, 40),
            "event_type": ["purchase"] * 40,
            "occurred_at": [start + timedelta(days=number % 20) for number in range(40)],
        }
    )
    events = pa.concat_tables([synthetic["events"], EVENTS.conform(later)])

    alone, among = _both(synthetic, CUT), _both(synthetic | {"events": events}, CUT)

    assert among.all_measured == alone.all_measured
    assert all(among.published[user] == needs for user, needs in alone.published.items())


def test_a_later_day_builds_on_the_review_of_an_earlier_one_on_both_paths(synthetic):
    """Four weeks later the review of satiation still holds, in the shop and in the evaluation."""
    later = CUT + timedelta(days=28)
    options = RecommendOptions(list_length=SLOTS)
    review = recommend(synthetic, as_of=CUT, options=options)["satiation_review"]
    dated = review.append_column("as_of", pa.array([CUT] * len(review)))
    model = Examined(read_catalogue(synthetic["items"], CUT))

    made = recommend(synthetic, as_of=later, options=options, reviews=dated)
    evaluate(synthetic, cuts=[CUT, later], models=[model], options=PLAIN)

    assert len(review) > 0
    assert "satiation_review" not in made
    assert len(model.asked) >= 100
    published = _published(made)
    assert all(published[user] == needs for user, needs in model.asked.items())


def test_a_later_day_builds_on_what_an_earlier_one_learned_on_both_paths(synthetic):
    """Three days later nothing is learned anew, in the shop and in the evaluation."""
    later = CUT + timedelta(days=3)
    options = RecommendOptions(list_length=SLOTS)
    left = {
        name: table.append_column("as_of", pa.array([CUT] * len(table)))
        for name, table in recommend(synthetic, as_of=CUT, options=options).items()
    }
    model = Examined(read_catalogue(synthetic["items"], CUT))

    made = recommend(
        synthetic,
        as_of=later,
        options=options,
        reviews=left["satiation_review"],
        carried=Carried(left, ""),
    )
    evaluate(synthetic, cuts=[CUT, later], models=[model], options=PLAIN)

    assert "learned_chances" in left
    assert "learned_chances" not in made
    assert len(model.asked) >= 100
    published = _published(made)
    assert all(published[user] == needs for user, needs in model.asked.items())


@pytest.mark.real_data
@pytest.mark.xdist_group("complete_journey")
def test_real_households_are_shown_what_is_measured(journey_households):
    _assert_equal(_both(journey_households, date(2017, 10, 2)), least_users=70)
