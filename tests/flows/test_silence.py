"""What must never be said: people's ids and secrets, in logs, errors, artifacts or published files."""

import re

import duckdb
import pytest

from flows.cli import run_command_line

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]

CANARIES = {
    "SHIKE_SHOP_PSEUDONYM_KEY": "canary-of-the-pseudonyms",
    "SHIKE_RECRUIT_DRAW_SECRET": "canary-of-the-draw",
    "SHIKE_STORE_SECRET_KEY": "canary-of-the-store",
    "SHIKE_STORE_ACCESS_KEY": "someone",
}
SECRETS = [value for value in CANARIES.values() if value.startswith("canary")]


@pytest.fixture
def canaries(monkeypatch, server):
    """Secrets that would be recognised anywhere."""
    del server
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)


def _people(shop):
    rows = duckdb.sql(f"SELECT DISTINCT user_id FROM '{shop}/events.parquet'").fetchall()
    return {user_id for (user_id,) in rows}


def _named(people, text):
    return people & set(re.findall(r"[\w-]+", text))


def _spoiled(shop, folder):
    """The shop with a bad row of every tenth person."""
    folder.mkdir()
    for path in shop.glob("*.parquet"):
        (folder / path.name).write_bytes(path.read_bytes())
    with duckdb.connect() as connection:
        connection.sql(f"CREATE TABLE t AS SELECT * FROM '{shop}/events.parquet'")
        connection.sql("""
            SELECT * REPLACE (CASE WHEN hash(user_id) % 10 = 0 AND event_type = 'view'
                              THEN 'peek' ELSE event_type END AS event_type) FROM t
            """).write_parquet(f"{folder}/events.parquet")
    return folder


def test_logs_and_errors_name_no_person(shop, command, as_of, tmp_path, capsys, caplog):
    people, bad = _people(shop), _spoiled(shop, tmp_path / "bad")
    caplog.set_level("DEBUG")

    where = ["--data", str(bad), "--store", str(tmp_path / "store"), "--as-of", str(as_of)]
    arguments = ["run", "daily", *where, "--verbose", "--config", str(command.config)]
    run_command_line(arguments)
    run_command_line(["check", str(bad), "--as-of", str(as_of), "--verbose"])
    run_command_line(["check", str(bad), "--as-of", str(as_of), "--json"])

    said = "".join([*capsys.readouterr(), *(record.getMessage() for record in caplog.records)])
    assert "quarantine" in said
    assert len(people) > 100
    assert _named(people, said) == set()


@pytest.mark.usefixtures("canaries")
def test_no_secret_is_published_or_said(shop, as_of, tmp_path, capsys, caplog):
    store = tmp_path / "store"
    caplog.set_level("DEBUG")

    where = ["--data", str(shop), "--store", str(store), "--as-of", str(as_of)]
    assert run_command_line(["run", "daily", *where, "--verbose"]) == 0

    said = "".join([*capsys.readouterr(), *(record.getMessage() for record in caplog.records)])
    assert not [secret for secret in SECRETS if secret in said]
    for path in store.rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            assert not [secret for secret in SECRETS if secret.encode() in body], path.name


@pytest.mark.usefixtures("canaries")
def test_no_secret_is_in_a_traceback_of_a_store_that_fails(shop, as_of, monkeypatch, capsys):
    monkeypatch.setenv("SHIKE_STORE_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("SHIKE_STORE_ATTEMPTS", "1")

    where = ["--data", str(shop), "--store", "s3://bucket/prefix", "--as-of", str(as_of)]
    assert run_command_line(["run", "validate", *where, "--verbose"]) == 5

    said = "".join(capsys.readouterr())
    assert "127.0.0.1:9" in said
    assert not [secret for secret in SECRETS if secret in said]
