"""Planted freebie hunters of the made-up shop, who apply for everything at once and hardly buy."""

from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from infra.sources.synthetic.options import SyntheticOptions
from infra.sources.synthetic.shop import write_synthetic_shop
from quality.tables.inputs import INPUTS
from trials.recruiting import RecruitOptions, recruit
from trials.score import ScoreOptions, parse_weights

UNITS = 25


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A year of 2,048 people, forty of them hunters; the last trial, closed yesterday, is undrawn."""
    folder = write_synthetic_shop(
        tmp_path_factory.mktemp("shop"), SyntheticOptions(users=2048, items=240, seed=3)
    )
    tables = {
        name: pq.read_table(folder / f"{name}.parquet") for name in INPUTS if name != "exposures"
    }
    people = pq.read_table(folder / "truth" / "people.parquet")
    return tables, set(people.filter(people["is_freebie_hunter"])["user_id"].to_pylist())


def test_hunters_get_a_quarter_at_most_of_what_the_best_scores_without_the_index_give_them(shop):
    tables, hunters = shop
    trials = tables["trials"].to_pylist()
    last = max(trials, key=lambda row: row["closes_on"])
    last["units"] = UNITS
    changed = tables | {"trials": pa.Table.from_pylist(trials, tables["trials"].schema)}
    as_of = last["closes_on"] + timedelta(days=1)

    found = recruit(changed, as_of=as_of, options=RecruitOptions(draw_secret="s"))["selection"]

    eligible = found.filter(pc.is_valid(found["score"])).to_pylist()
    charge = parse_weights(ScoreOptions().weights_convert)[-1]
    without = sorted(eligible, key=lambda row: -(row["score"] + charge * row["freebie_index"]))
    of_best = sum(row["user_id"] in hunters for row in without[:UNITS])
    expected = sum(row["inclusion_probability"] for row in eligible if row["user_id"] in hunters)
    assert of_best >= 4
    assert 0 < expected <= of_best / 4
