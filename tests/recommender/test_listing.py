"""A person's list is theirs, whoever else gets one and wherever that is made."""

from datetime import date

import pyarrow.parquet as pq
import pytest

from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop
from quality.spreading import InTurn
from recommender import listing
from recommender.day import Day
from recommender.stage import RecommendOptions, recommend


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    """The day of three hundred people, in blocks of twenty, by a spread."""
    folder = tmp_path_factory.mktemp("shop")
    write_synthetic_shop(folder, SyntheticOptions(users=300, days=120, items=260, seed=3))
    tables = {path.stem: pq.read_table(path) for path in folder.glob("*.parquet")}
    options = RecommendOptions(slots_per_need=2, frugal_cap=6)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "BLOCK_USERS", 20)
        yield lambda spread: recommend(
            tables, as_of=date(2017, 4, 20), options=options, spread=spread
        )


@pytest.fixture(scope="module")
def together(make):
    return make(InTurn(1))


@pytest.mark.parametrize("shards", [2, 7, 16])
def test_any_number_of_shards_gives_the_same_tables(posted, make, together, shards):
    made = make(posted(shards))

    assert len(set(made["recommendations"]["user_id"].to_pylist())) == 300
    assert len(made["do_not_recommend"]) > 0
    assert made == together


def test_lists_need_nothing_of_what_chances_were_made_from(make, together, monkeypatch):
    monkeypatch.setattr(Day, "without_evidence", lambda day: day)

    assert make(InTurn(1)) == together
