from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from infra.sources.demo import merge, write_demo_data, write_tables
from quality.tables.inputs import INPUTS, ITEMS, MERCHANTS, TRIALS

AS_OF = date(2017, 12, 4)


def item(item_id, merchant_id, name="x"):
    row = {"item_id": [item_id], "merchant_id": [merchant_id], "name": [name], "category": ["x"]}
    return ITEMS.conform(pa.table(row))


def shop():
    merchants = pa.table({"merchant_id": ["grocery"], "name": ["Grocery department"]})
    return {
        "items": item("tea", "grocery"),
        "merchants": MERCHANTS.conform(merchants),
        "trials": TRIALS.empty(),
    }


def test_reviewed_items_join_the_shop_s_and_their_sellers_become_merchants():
    merged = merge(shop(), {"items": item("laptop", "book-shop")})

    assert merged["items"]["item_id"].to_pylist() == ["laptop", "tea"]
    assert merged["merchants"]["merchant_id"].to_pylist() == ["book-shop", "grocery"]
    assert merged["merchants"]["name"].to_pylist() == ["Book shop", "Grocery department"]


def test_a_seller_that_is_known_is_not_added_again():
    merged = merge(shop(), {"items": item("coffee", "grocery")})

    assert merged["merchants"].equals(shop()["merchants"])


def test_a_new_merchant_reads_the_language_of_its_items():
    reviews = pa.concat_tables(
        [item("laptop", "laptops", "笔记本电脑"), item("tea", "teas", "Tea")]
    )

    merchants = merge(shop(), {"items": reviews})["merchants"].to_pylist()

    assert {row["merchant_id"]: row["locale"] for row in merchants} == {
        "grocery": None,
        "laptops": "zh-CN",
        "teas": "en",
    }


def test_a_file_is_replaced_whole_and_others_are_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    for rows in ([1, 2], [3]):
        write_tables(tmp_path, {"items": pa.table({"n": rows})})

    assert pq.read_table(tmp_path / "items.parquet")["n"].to_pylist() == [3]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["items.parquet", "notes.txt"]


@pytest.mark.real_data
@pytest.mark.xdist_group("complete_journey")
def test_the_demo_data_keep_the_rules_of_trials_and_come_out_the_same_twice(tmp_path, pytestconfig):
    folders = [
        write_demo_data(
            tmp_path / name, as_of=AS_OF, cache=pytestconfig.rootpath / "build" / "cache"
        )
        for name in ("one", "two")
    ]
    first, second = (
        {path.name: path.read_bytes() for path in sorted(folder.iterdir())} for folder in folders
    )
    database = duckdb.connect()
    for name in INPUTS:
        if (folders[0] / f"{name}.parquet").exists():
            database.execute(f"CREATE VIEW {name} AS FROM '{folders[0] / name}.parquet'")

    assert first == second
    for name in ("trials", "applications", "awards", "reports"):
        for column in INPUTS[name].columns:
            if column.references:
                key, other = column.name, column.references
                assert not database.sql(f"FROM {name} ANTI JOIN {other} USING ({key})").fetchall()
    assert not database.sql(
        "FROM awards ANTI JOIN applications USING (trial_id, user_id)"
    ).fetchall()
    assert not database.sql(
        "SELECT * FROM reports LEFT JOIN awards USING (trial_id, user_id)"
        " WHERE delivered_on IS NULL OR submitted_at < delivered_on"
    ).fetchall()
    assert not database.sql(
        "SELECT * FROM applications JOIN users USING (user_id)"
        " WHERE trial_id LIKE 'past-%' AND applied_at < joined_on"
    ).fetchall()
    assert database.sql("SELECT count(*) > 100 FROM reports").fetchall() == [(True,)]
