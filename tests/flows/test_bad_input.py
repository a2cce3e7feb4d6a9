"""Bad input: one clear message, the right exit code, nothing half published."""

import gzip
import shutil

import duckdb
import pytest

from flows.cli import run_command_line

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]


def without(shop, folder, table):
    shutil.copytree(shop, folder)
    (folder / f"{table}.parquet").unlink()
    return folder


def with_column_gone(folder):
    query = "SELECT * EXCLUDE (event_type) FROM t"
    return replaced(folder, query)


def with_wrong_type(folder):
    return replaced(folder, "SELECT * REPLACE ('plenty' AS quantity) FROM t")


def with_wrong_dates(folder):
    return replaced(folder, "SELECT * REPLACE ('yesterday' AS occurred_at) FROM t")


def with_empty_file(folder):
    (folder / "events.parquet").write_bytes(b"")
    return folder


def with_truncated_file(folder):
    path = folder / "events.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    return folder


def with_text_for_gzip(folder):
    (folder / "events.parquet").unlink()
    (folder / "events.csv.gz").write_bytes(gzip.compress(b"event_id\n1\n")[:-4])
    return folder


def replaced(folder, query):
    path = folder / "events.parquet"
    with duckdb.connect() as connection:
        connection.sql(f"CREATE TABLE t AS SELECT * FROM read_parquet('{path}')")
        connection.sql(query).write_parquet(str(path))
    return folder


SPOILERS = [
    with_column_gone,
    with_wrong_type,
    with_wrong_dates,
    with_empty_file,
    with_truncated_file,
    with_text_for_gzip,
]


@pytest.mark.parametrize("spoil", SPOILERS, ids=lambda spoil: spoil.__name__)
def test_a_spoiled_table_blocks_and_is_named(spoil, shop, as_of, tmp_path, capsys):
    data = spoil(shutil.copytree(shop, tmp_path / "data"))

    code = run_command_line(["check", str(data), "--as-of", str(as_of)])

    said = capsys.readouterr()
    assert code == 3
    assert "events" in said.out
    assert "block" in said.out
    assert "Traceback" not in said.out + said.err


@pytest.mark.parametrize("table", ["events", "items"])
def test_a_missing_table_that_is_needed_blocks(table, command, shop, as_of, tmp_path, capsys):
    data = without(shop, tmp_path / "data", table)

    assert command.run("daily", data, tmp_path / "store", as_of) == 3

    assert "Traceback" not in capsys.readouterr().err
    published = tmp_path / "store"
    assert (published / "internal" / "current.json").exists()
    assert not (published / "merchants").exists()


def test_a_stage_without_its_tables_is_skipped_and_says_so(command, shop, as_of, tmp_path, capsys):
    data = without(shop, tmp_path / "data", "reports")

    assert command.run("daily", data, tmp_path / "store", as_of) == 0

    assert "skipped review: no reports" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "daily", "--store", "s", "--as-of", "2017-01-01"], "--data"),
        (["run", "daily", "--data", "d", "--store", "s", "--as-of", "soon"], "YYYY-MM-DD"),
        (["check", "s3://BAD_BUCKET/x"], "s3://BAD_BUCKET/x"),
        (["show", "nothing", "--store", "no-such-store"], "no run 'nothing'"),
        (["forecast"], "forecast"),
        (["check", ".", "--config", "absent.toml"], "absent.toml"),
    ],
)
def test_wrong_usage_is_told_in_a_sentence(arguments, said, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    assert run_command_line(arguments) == 2

    assert said in capsys.readouterr().err


def test_a_folder_that_does_not_exist_breaks_the_contract(tmp_path, capsys):
    assert run_command_line(["check", str(tmp_path / "absent")]) == 3

    assert "found nothing" in capsys.readouterr().err


def test_help_names_every_command_and_exit_code(capsys):
    assert run_command_line(["--help"]) == 0

    said = capsys.readouterr().out
    for word in ("demo", "run", "check", "evaluate", "serve", "verify-draw", "Exit codes"):
        assert word in said
