"""DuckDB reads and answers alike wherever it runs."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from quality.database import open_database, query


@pytest.fixture
def in_shanghai(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_shanghai")
def test_a_day_begins_at_midnight_in_utc_wherever_the_machine_is():
    began = query("SELECT $day::TIMESTAMPTZ AS began", {}, day=date(2017, 6, 1))

    assert began["began"].to_pylist() == [datetime(2017, 6, 1, tzinfo=UTC)]


def test_a_table_on_disk_answers_as_one_in_memory(tmp_path):
    table = pa.table({"id": ["a", "b", "b"]})
    ds.write_dataset(table, tmp_path, format="parquet")

    counted = [
        query("SELECT id, count(*) AS n FROM rows GROUP BY id ORDER BY id", {"rows": rows})
        for rows in (table, ds.dataset(tmp_path))
    ]

    assert counted[0].equals(counted[1])
    assert counted[0].to_pylist() == [{"id": "a", "n": 1}, {"id": "b", "n": 2}]


def test_queries_at_once_see_each_its_own_table():
    def counted(rows):
        table = pa.table({"n": list(range(rows))})
        return query("SELECT count(*) AS n FROM given", {"given": table})["n"].to_pylist()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(counted, range(60))) == [[rows] for rows in range(60)]
    with pytest.raises(duckdb.CatalogException, match="given"):
        query("SELECT * FROM given", {})


def test_a_statement_takes_no_more_threads_than_it_is_given():
    asked = "SELECT current_setting('threads') AS threads"
    before = query(asked, {})

    assert query(asked, {}, threads=3)["threads"].to_pylist() == [3]
    assert query(asked, {}) == before


def test_a_database_on_disk_keeps_what_it_is_told(tmp_path):
    for statement in ("CREATE TABLE kept AS SELECT 1 AS n", "INSERT INTO kept VALUES (2)"):
        with open_database(tmp_path / "of.duckdb") as database:
            database.execute(statement)

    with open_database(tmp_path / "of.duckdb") as database:
        assert database.sql("FROM kept ORDER BY n").fetchall() == [(1,), (2,)]
