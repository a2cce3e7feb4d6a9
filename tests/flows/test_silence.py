"""What must never be said: people's ids and secrets, wherever a day leaves a trace of itself.

Secrets that would be recognised anywhere go through a day that ends well and through one that ends
in each other way; then every byte that was said, published, recorded or kept by Prefect is searched.
"""

import base64
import json
import os
import re
import shutil
import socket
import stat
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

import flows.stages
from flows.cli import run_command_line
from flows.settings import load_settings

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]

SECRETS = {
    # Those of the session's own day, which is searched too.
    "SHIKE_SHOP_PSEUDONYM_KEY": "canary-of-the-pseudonyms",
    "SHIKE_RECRUIT_DRAW_SECRET": "canary-of-the-draw",
    "SHIKE_STORE_SECRET_KEY": "canary-of-the-store",
    "SHIKE_NOTIFY_WEBHOOK_URL": "http://127.0.0.1:9/canary-of-the-webhook",
    "PREFECT_API_URL": "http://shike:canary-of-the-server@127.0.0.1:9/api",
    "PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql+asyncpg://u:canary-of-the-database@h/p",
}
MARKS = sorted(re.findall(r"canary-[a-z-]+", " ".join(SECRETS.values())))
ALL_BAD = "CASE WHEN user_id IS NOT NULL THEN 'peek' END AS event_type"
TABLES = ("events", "items", "users", "merchants", "applications")
QUOTAS = '[{"attribute": "age_band", "value": "25-34", "min": 9999, "max": 9999}]'


@dataclass(frozen=True)
class Trace:
    """What one command left behind."""

    code: int
    said: str
    store: Path
    folders: list[tuple[Path, int]] = field(default_factory=list)
    """The day's folders of temporary files, with their modes while it ran."""


def _changed(shop, folder, tables, **replaced):
    """Some tables of the shop as they are, and others with some columns made anew."""
    folder.mkdir()
    for table in tables:
        shutil.copy(shop / f"{table}.parquet", folder)
    for table, columns in replaced.items():
        query = f"SELECT * REPLACE ({columns}) FROM '{shop}/{table}.parquet'"
        duckdb.sql(query).write_parquet(f"{folder}/{table}.parquet")
    return folder


@pytest.fixture(scope="module")
def patch():
    """Changes of the environment that last as long as this module."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def traces(published, shop, as_of, patch, tmp_path_factory):
    """What each way to end a day left behind, by name; the good one is everybody's."""
    for name, value in SECRETS.items():
        patch.setenv(name, value)
    patch.setenv("SHIKE_STORE_ACCESS_KEY", "someone")
    patch.setenv("SHIKE_STORE_ATTEMPTS", "1")
    root = tmp_path_factory.mktemp("silence")
    folders = []
    blocked = _changed(shop, root / "blocked-data", ("items",), events=ALL_BAD)
    strict = _changed(shop, root / "strict-data", TABLES, trials=f"'{QUOTAS}' AS quotas")

    def day(name, stage, data, *more, store=None):
        where = ["--data", data, "--store", store or root / name, "--as-of", as_of]
        return trace(name, "run", stage, *where, "--verbose", *more)

    def trace(name, *arguments):
        output = root / f"{name}.log"
        with output.open("w", encoding="utf-8") as said, pytest.MonkeyPatch.context() as redirect:
            redirect.setattr("sys.stdout", said)
            redirect.setattr("sys.stderr", said)
            code = run_command_line([str(argument) for argument in arguments])
        return Trace(code, output.read_text(encoding="utf-8"), root / name)

    def careless(*arguments):
        folders.append((arguments[1].parent, arguments[1].parent.stat().st_mode))
        raise RuntimeError(f"{arguments} {load_settings()!r} {vars(load_settings())}")

    found = {
        "good": Trace(0, published.said, published.path),
        "blocked": day("blocked", "validate", blocked),
        "infeasible": day("infeasible", "recruit", strict, "--log-format", "json"),
        "doctor": trace("doctor", "doctor", "--store", published.path),
        "doctor-json": trace("doctor-json", "doctor", "--json"),
        "show": trace("show", "show", "current", "--store", published.path, "--json"),
        "check": trace("check", "check", blocked, "--as-of", as_of, "--verbose"),
    }
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(flows.stages, "fetch_inputs", careless)
        found["fault"] = day("fault", "validate", shop)
        found["fault-json"] = day("fault-json", "validate", shop, "--log-format", "json", "--json")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        patch.setenv("SHIKE_STORE_ENDPOINT_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
        found["store"] = day("store", "validate", shop, store="s3://bucket/prefix")
    found["fault"].folders.extend(folders)
    return found


@pytest.fixture(scope="module")
def people(shop):
    """Everybody's id."""
    rows = duckdb.sql(f"SELECT DISTINCT user_id FROM '{shop}/events.parquet'").fetchall()
    return {user_id for (user_id,) in rows}


def _marks_in(body):
    """Return the secrets found in bytes, also as HTTP's basic authentication writes them."""
    forms = {mark: (mark.encode(), base64.b64encode(mark.encode())) for mark in MARKS}
    return [mark for mark, written in forms.items() if any(form in body for form in written)]


def _bodies(folder):
    """Every file below a folder, tables as texts, since they are compressed."""
    for path in folder.rglob("*"):
        if path.is_file():
            is_table = path.suffix == ".parquet" and "merchants" not in path.parts
            body = str(pq.read_table(path).to_pylist()).encode() if is_table else path.read_bytes()
            yield path, body


def test_each_way_to_end_a_day_was_taken(traces):
    codes = {name: trace.code for name, trace in traces.items()}

    assert codes["blocked"] == codes["check"] == 3
    assert codes["doctor"] == codes["show"] == 0
    assert codes["infeasible"] == 4
    assert codes["store"] == 5
    assert codes["fault"] == codes["fault-json"] == 1
    assert "RuntimeError" in traces["fault"].said


def test_no_secret_is_said_in_text_or_json(traces):
    assert {name: _marks_in(it.said.encode()) for name, it in traces.items()} == {
        name: [] for name in traces
    }


def test_no_secret_is_published_or_recorded(traces):
    searched = 0
    for name, trace in traces.items():
        for path, body in _bodies(trace.store):
            searched += 1
            assert _marks_in(body) == [], (name, path)
    assert searched > 300


def test_prefect_keeps_no_secret(traces):
    assert traces
    home = Path(os.environ["PREFECT_HOME"])
    bodies = {path.name: path.read_bytes() for path in home.rglob("*") if path.is_file()}

    assert any(b"run-summary" in body for body in bodies.values())
    for name, body in bodies.items():
        assert _marks_in(body) == [], name


def test_logs_errors_and_records_name_no_person(traces, people):
    assert len(people) > 100
    for name, trace in traces.items():
        assert not people & set(re.findall(r"[\w-]+", trace.said)), name
        for path, body in _bodies(trace.store / "operations"):
            assert not people & set(re.findall(r"[\w-]+", body.decode())), path


def test_temporary_files_are_nobody_elses_and_gone_after_a_failure(traces):
    assert len(traces["fault"].folders) == 2
    for folder, mode in traces["fault"].folders:
        assert stat.S_IMODE(mode) == 0o700
        assert not folder.exists()


@pytest.mark.parametrize(
    ("name", "outcome", "error"),
    [
        ("good", "published", None),
        ("blocked", "blocked", "validation blocks the day"),
        ("infeasible", "failed", "25-34"),
        ("fault", "failed", "RuntimeError at flows.stages:"),
    ],
)
def test_each_attempt_leaves_its_record(traces, name, outcome, error):
    folder = traces[name].store / "operations"
    (attempt,) = json.loads((folder / "attempts.json").read_text(encoding="utf-8"))["attempts"]

    assert attempt["outcome"] == outcome
    assert attempt["exit_code"] == traces[name].code
    assert (attempt["error"] or "").startswith(error or "") or error in attempt["error"]
    assert bool(attempt["rows"]) == (attempt["verdict"] is not None) == (name != "fault")
    assert {"metrics.prom", "index.html"} <= {path.name for path in folder.iterdir()}


def test_every_line_of_a_json_log_is_an_object_about_the_day(traces, as_of):
    lines = [json.loads(line) for line in traces["infeasible"].said.splitlines()[:-1]]
    ours = [line for line in lines if line["logger"] == "flows.observing"]

    assert [line["stage"] for line in ours] == ["land", "validate", "recruit"]
    assert [line["outcome"] for line in ours] == ["made", "made", "failed"]
    assert {line["as_of"] for line in ours} == {str(as_of)}
    assert all(isinstance(line["seconds"], float) for line in ours)
    assert "run_id" in ours[-1]
