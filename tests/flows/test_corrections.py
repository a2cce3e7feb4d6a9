"""What people decide afterwards: mended rows come back once, erased persons not at all."""

import json
from datetime import timedelta

import duckdb
import pyarrow.parquet as pq
import pytest

from flows.cli import run_command_line

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]

BAD = 5


@pytest.fixture
def spoiled(shop, tmp_path):
    """The small shop with the quantity of five purchases gone wrong."""
    folder = tmp_path / "spoiled"
    folder.mkdir()
    for path in shop.glob("*.parquet"):
        (folder / path.name).write_bytes(path.read_bytes())
    with duckdb.connect() as connection:
        connection.sql(f"CREATE TABLE t AS SELECT * FROM '{folder}/events.parquet'")
        connection.sql(f"""
            UPDATE t SET quantity = -quantity WHERE event_id IN
            (SELECT event_id FROM t WHERE event_type = 'purchase' ORDER BY event_id LIMIT {BAD})""")
        connection.sql("FROM t").write_parquet(f"{folder}/events.parquet")
    return folder


def _ledger(store):
    pointer = json.loads((store / "internal" / "current.json").read_text())
    return json.loads((store / "internal" / "runs" / pointer["run_id"] / "run.json").read_text())


def _events(store):
    (count,) = [count for count in _ledger(store)["counts"] if count["table"] == "events"]
    return count


def _quarantine(store):
    run = store / "internal" / "runs" / _ledger(store)["run_id"]
    return duckdb.sql(f"FROM '{run}/quarantine.parquet'").to_arrow_table().to_pylist()


def test_mended_rows_come_back_on_the_next_day_exactly_once(
    command, spoiled, as_of, tmp_path, capsys
):
    store, lines = tmp_path / "store", tmp_path / "mend.jsonl"
    assert command.run("validate", spoiled, store, as_of) == 0
    first, before = _ledger(store)["run_id"], _events(store)
    replay = ["replay", first, "--store", str(store), "--config", str(command.config)]
    assert run_command_line([*replay, "--export", str(lines)]) == 0
    mended = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    for line in mended:
        line["row"]["quantity"] = "1"
    lines.write_text("\n".join(map(json.dumps, mended)), encoding="utf-8")

    assert run_command_line([*replay, "--mended", str(lines)]) == 0
    assert run_command_line([*replay, "--mended", str(lines)]) == 0
    assert "nothing new" in capsys.readouterr().out
    assert run_command_line(replay) == 2
    assert "replayed before" in capsys.readouterr().err

    assert command.run("validate", spoiled, store, as_of + timedelta(days=1)) == 0
    after = _events(store)
    assert (before["quarantined"], after["quarantined"], after["replaced"]) == (BAD, 0, BAD)
    assert after["accepted"] == before["accepted"] + BAD
    assert after["read"] == before["read"] + BAD
    again = _ledger(store)["run_id"]
    assert command.run("validate", spoiled, store, as_of + timedelta(days=1)) == 0
    assert _ledger(store)["run_id"] == again


def test_a_row_that_stays_bad_shows_the_day_on_which_it_was_first_seen(
    command, spoiled, as_of, tmp_path
):
    store = tmp_path / "store"
    assert command.run("validate", spoiled, store, as_of) == 0
    first = {row["raw"]: row["first_seen"] for row in _quarantine(store)}

    assert command.run("validate", spoiled, store, as_of + timedelta(days=3)) == 0

    assert len(first) == BAD
    assert {row["raw"]: row["first_seen"] for row in _quarantine(store)} == first


def test_a_bad_file_is_traced_to_the_tables_made_from_it(published, shop, capsys):
    run = ["trace", "reports.parquet", "--store", str(published.path), "--json"]
    assert run_command_line(run) == 0

    (row,) = json.loads(capsys.readouterr().out)

    assert {"opinions", "improvement_summary"} <= set(row["used_by"])
    summaries = {each["item_id"] for each in published.table("improvement_summary")}
    assert set(row["items"]) >= summaries > set()
    assert row["rows_accepted"] == pq.read_metadata(shop / "reports.parquet").num_rows


def test_a_rule_is_traced_through_the_files_that_broke_it(
    command, spoiled, as_of, tmp_path, capsys
):
    store = tmp_path / "store"
    assert command.run("recommend", spoiled, store, as_of) == 0
    capsys.readouterr()

    arguments = ["trace", "events.quantity.bounds", "--store", str(store), "--json"]
    assert run_command_line(arguments) == 0

    (row,) = json.loads(capsys.readouterr().out)
    assert (row["source_file"], row["rows_quarantined"]) == ("events.parquet", BAD)
    assert "recommendations" in row["used_by"]
    assert run_command_line(["trace", "nothing.csv", "--store", str(store)]) == 0
    assert "no published run read a file" in capsys.readouterr().out


@pytest.fixture
def erased(command, store, published):
    """The published day, and a drawn person in it who asked to be erased."""
    drawn = [row["user_id"] for row in published.table("selection") if row["arm"] == "core"]
    where = ["--store", str(store.path), "--config", str(command.config)]
    assert run_command_line(["erase", drawn[0], *where]) == 0
    return drawn[0]


def test_an_erased_person_is_in_nothing_that_is_made_afterwards_and_the_draws_still_add_up(
    command, shop, as_of, store, published, erased, capsys
):
    known = {path for path in store.path.rglob("*") if path.is_file()}

    assert command.run("daily", shop, store.path, as_of + timedelta(days=1)) == 0

    made = [path for path in store.path.rglob("*") if path.is_file() and path not in known]
    tables = [path for path in made if path.suffix == ".parquet"]
    assert len(tables) > 10
    for path in tables:
        held = duckdb.sql(f"SELECT t::VARCHAR AS held FROM '{path}' AS t")
        found = held.filter(f"regexp_matches(held, '\\b{erased}\\b')").fetchall()
        assert found == [], path.name
    assert _events(store.path)["erased"] > 0
    before, kept = published.table("selection"), store.table("selection")
    assert len(kept) == len(before)
    assert {(row["trial_id"], row["arm"]) for row in kept} == {
        (row["trial_id"], row["arm"]) for row in before
    }
    assert erased not in {row["user_id"] for row in kept}
    capsys.readouterr()


def test_the_record_of_an_erasure_names_nobody_and_is_made_once(command, store, erased, capsys):
    records = sorted((store.path / "state" / "erasures").iterdir())
    where = ["--store", str(store.path), "--config", str(command.config)]

    assert run_command_line(["erase", erased, *where]) == 0

    assert "recorded before" in capsys.readouterr().out
    assert sorted((store.path / "state" / "erasures").iterdir()) == records
    (record,) = records
    assert erased not in record.name + record.read_text()


@pytest.mark.usefixtures("erased", "server")
def test_another_key_does_not_bring_the_erased_back(shop, as_of, store, tmp_path, capsys):
    config = tmp_path / "other.toml"
    config.write_text('[shop]\npseudonym_key = "other"\n', encoding="utf-8")
    config.chmod(0o600)
    day = str(as_of + timedelta(days=1))

    arguments = ["--data", str(shop), "--store", str(store.path), "--as-of", day]
    assert run_command_line(["run", "validate", *arguments, "--config", str(config)]) == 2

    assert "pseudonym_key must be the one" in capsys.readouterr().err
