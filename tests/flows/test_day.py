"""Tests for flows.day: whole small days against a real Prefect server, in a folder and in S3."""

import html
import json
import re
import socket
from datetime import timedelta

import duckdb
import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import flows.stages
from flows.cli import run_command_line
from infra.store import open_store
from quality.tables import OUTPUTS
from recommender.carrying import STATES

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]

MADE_BY_A_FIRST_DAY = sorted(set(OUTPUTS) - set(flows.stages.MAKES["effect"]))
NOTHING_TO_SAY = {"quarantine", "replacements", "proposed_terms", "trial_outlook"}
"""Tables that have no row where nothing is refused, returned, new or open."""


def rewritten(shop, folder, name, query):
    """Copy the shop's tables, one of them replaced by a query over ``t``."""
    folder.mkdir()
    for path in shop.glob("*.parquet"):
        sql = query if path.stem == name else "SELECT * FROM t"
        with duckdb.connect() as connection:
            connection.sql(f"CREATE VIEW t AS SELECT * FROM read_parquet('{path}')")
            connection.sql(sql).write_parquet(str(folder / path.name))
    return folder


@pytest.mark.parametrize("name", MADE_BY_A_FIRST_DAY)
def test_every_table_is_published_with_the_declared_columns(published, name):
    run = next((published.path / "internal" / "runs").iterdir())

    found = pq.read_table(run / f"{name}.parquet")

    assert found.schema.names == list(OUTPUTS[name].column_names)
    assert found.num_rows > 0 or name in NOTHING_TO_SAY


def test_a_day_run_twice_publishes_nothing_twice(command, shop, as_of, store):
    before = store.digests()

    assert command.run("daily", shop, store.path, as_of) == 0

    assert store.digests() == before


def test_the_same_day_has_the_same_bytes_in_another_store(
    command, shop, as_of, published, tmp_path
):
    assert command.run("daily", shop, tmp_path / "other", as_of) == 0

    assert type(published)(tmp_path / "other").digests() == published.digests()


@pytest.mark.s3
def test_a_day_published_to_s3_has_the_bytes_of_the_folder(
    command, shop, as_of, published, seaweedfs, monkeypatch
):
    options = seaweedfs.options()
    for name in ("endpoint_url", "access_key", "secret_key"):
        monkeypatch.setenv(f"SHIKE_STORE_{name.upper()}", getattr(options, name))
    monkeypatch.setenv("SHIKE_STORE_REGION", "us-east-1")
    address = f"s3://{seaweedfs.bucket()}/shop"

    assert command.run("daily", shop, address, as_of) == 0

    target = open_store(address, options)
    keys = [key for key in target.list("") if not key.startswith("operations/")]
    assert sorted(keys) == sorted(published.digests())
    index = target.get("index.html").body
    assert index == (published.path / "index.html").read_bytes()
    for key in target.list("internal"):
        assert target.get(key).body == (published.path / key).read_bytes(), key


def test_a_merchant_reads_its_own_rows_and_no_real_person(published):
    people = {row["user_id"] for row in published.table("recommendations")}
    merchants = sorted((published.path / "merchants").iterdir())

    assert merchants
    for merchant in merchants:
        rows = published.table("recommendations", f"merchants/{merchant.name}")
        assert {row["merchant_id"] for row in rows} <= {merchant.name}
        assert not people & {row["user_id"] for row in rows}


def test_a_person_has_another_pseudonym_with_each_merchant(published):
    seen = [
        {row["user_id"] for row in published.table("recommendations", f"merchants/{folder.name}")}
        for folder in sorted((published.path / "merchants").iterdir())
    ]

    assert sum(map(len, seen)) == len(set().union(*seen))


def test_the_holdout_is_hidden_from_merchants(published):
    assert "holdout" in {row["arm"] for row in published.table("selection")}

    for merchant in (published.path / "merchants").iterdir():
        rows = published.table("selection", f"merchants/{merchant.name}")
        assert "holdout" not in {row["arm"] for row in rows}
        told = {
            tuple(value for name, value in row.items() if name != "user_id")
            for row in rows
            if row["arm"] == "not_selected"
        }
        assert len(told) == len({row["trial_id"] for row in rows if row["arm"] == "not_selected"})


def test_a_stage_alone_carries_the_other_tables_over(command, shop, as_of, store):
    before = {name: store.table(name) for name in MADE_BY_A_FIRST_DAY}
    first = json.loads((store.path / "internal" / "current.json").read_text())

    assert command.run("review", shop, store.path, as_of) == 0

    current = json.loads((store.path / "internal" / "current.json").read_text())
    ledger = json.loads(
        (store.path / "internal" / "runs" / current["run_id"] / "run.json").read_text()
    )
    assert current["generation"] == first["generation"] + 1
    assert ledger["origins"]["recommendations"] == first["run_id"]
    assert ledger["origins"]["opinions"] == current["run_id"]
    run = store.path / "internal" / "runs" / current["run_id"]
    for name in ("recommendations", "selection"):
        assert pq.read_table(run / f"{name}.parquet").to_pylist() == before[name]


def test_the_next_day_keeps_the_draws_and_the_lessons_of_the_day_before(
    command, shop, as_of, store
):
    drawn = {(row["trial_id"], row["user_id"]): row["arm"] for row in store.table("selection")}

    assert command.run("daily", shop, store.path, as_of + timedelta(days=1)) == 0

    kept = {(row["trial_id"], row["user_id"]): row["arm"] for row in store.table("selection")}
    assert drawn
    assert {key: kept[key] for key in drawn} == drawn
    current = json.loads((store.path / "internal" / "current.json").read_text())
    ledger = json.loads(
        (store.path / "internal" / "runs" / current["run_id"] / "run.json").read_text()
    )
    for name in STATES:
        learned = pq.read_table(store.path / ledger["state"][name]["key"])
        assert set(learned["as_of"].to_pylist()) == {as_of}


def test_a_blocked_day_publishes_its_findings_and_nothing_else_and_a_good_day_follows(
    command, shop, as_of, store, tmp_path
):
    query = "SELECT * REPLACE (CASE WHEN random() < 2 THEN 'gift' END AS event_type) FROM t"
    bad = rewritten(shop, tmp_path / "bad", "events", query)
    merchants = {k: v for k, v in store.digests().items() if k.startswith("merchants/")}

    assert command.run("daily", bad, store.path, as_of + timedelta(days=1)) == 3

    after = {k: v for k, v in store.digests().items() if k.startswith("merchants/")}
    assert after == merchants
    assert "block" in {row["verdict"] for row in store.table("validation_report")}
    assert len(store.table("quarantine")) == len(pq.read_table(shop / "events.parquet"))
    assert command.run("daily", bad, store.path, as_of + timedelta(days=1)) == 3

    assert command.run("recommend", shop, store.path, as_of + timedelta(days=2)) == 0

    assert "block" not in {row["verdict"] for row in store.table("validation_report")}
    assert {k for k in store.digests() if k.startswith("merchants/")} > set(merchants)


def test_a_day_whose_own_lists_break_their_contract_is_not_published(
    command, shop, as_of, store, monkeypatch, capsys
):
    # A fault of our own code, which only a changed stage can show.
    honest = flows.stages.recommend

    def careless(*arguments, **options):
        made = honest(*arguments, **options)
        lists = made["recommendations"]
        place = lists.column_names.index("p_need")
        certain = pa.array([1.5] * len(lists))
        made["recommendations"] = lists.set_column(place, lists.schema.field(place), certain)
        return made

    before = store.table("recommendations")
    merchants = {k: v for k, v in store.digests().items() if k.startswith("merchants/")}
    monkeypatch.setattr(flows.stages, "recommend", careless)
    day = as_of + timedelta(days=1)

    assert command.run("recommend", shop, store.path, day) == 3
    assert command.run("recommend", shop, store.path, day) == 3

    assert "blocks the day" in capsys.readouterr().err
    found = {
        row["rule_id"]: row for row in store.table("validation_report") if row["verdict"] == "block"
    }
    assert found["p_need.bounds"]["side"] == "output"
    assert found["p_need.bounds"]["rows_failed"] > 0
    assert store.table("recommendations") == before
    after = {k: v for k, v in store.digests().items() if k.startswith("merchants/")}
    assert after == merchants


def test_quotas_that_cannot_be_met_publish_nothing(command, shop, as_of, tmp_path, capsys):
    quotas = '[{"attribute": "age_band", "value": "25-34", "min": 9999, "max": 9999}]'
    impossible = rewritten(
        shop, tmp_path / "data", "trials", f"SELECT * REPLACE ('{quotas}' AS quotas) FROM t"
    )

    assert command.run("recruit", impossible, tmp_path / "store", as_of) == 4

    assert not list((tmp_path / "store").rglob("current.json"))
    assert "25-34" in capsys.readouterr().err


def test_a_store_that_does_not_answer_is_named(command, shop, as_of, monkeypatch, capsys):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
        monkeypatch.setenv("SHIKE_STORE_ENDPOINT_URL", endpoint)
        monkeypatch.setenv("SHIKE_STORE_ACCESS_KEY", "a")
        monkeypatch.setenv("SHIKE_STORE_SECRET_KEY", "canary-secret")
        monkeypatch.setenv("SHIKE_STORE_ATTEMPTS", "1")

        assert command.run("validate", shop, "s3://bucket/shop", as_of) == 5

    said = capsys.readouterr().err
    assert endpoint in said
    assert "canary-secret" not in said
    assert "Traceback" not in said


def test_a_draw_can_be_replayed_from_the_command_line(published, capsys):
    trial = published.table("selection")[0]["trial_id"]

    code = run_command_line(["verify-draw", trial, "--store", str(published.path), "--json"])

    assert code == 0
    assert json.loads(capsys.readouterr().out)["is_equal"] is True


def test_the_run_leaves_its_summary_in_prefect(published, server):
    run_id = json.loads((published.path / "internal" / "current.json").read_text())["run_id"]

    # Asked over HTTP: Prefect's own client sends nulls that its server refuses.
    artifacts = httpx.post(f"{server}/artifacts/filter", json={}).raise_for_status().json()

    summaries = [found["data"] for found in artifacts if found["key"] == "run-summary"]
    assert any(summary.startswith(f"# {run_id}") for summary in summaries)


def test_lists_are_full_and_hold_no_need_twice(published):
    lists = {}
    for row in published.table("recommendations"):
        lists.setdefault(row["user_id"], []).append(row)

    for rows in lists.values():
        assert [row["rank"] for row in rows] == list(range(1, 21))
        assert len({row["need_group"] for row in rows}) == 20


def test_a_durable_is_never_recommended_to_its_buyer(published, shop):
    durables = duckdb.sql(f"""
        SELECT DISTINCT user_id, coalesce(need_group, string_split(category, '/')[-1]) AS need
        FROM read_parquet('{shop}/events.parquet') JOIN read_parquet('{shop}/items.parquet')
        USING (item_id) WHERE event_type = 'purchase' AND isinf(repurchase_days)
    """).fetchall()
    returned = {
        (row["user_id"], row["need_group"])
        for row in published.table("do_not_recommend")
        if row["reason_code"] == "returned"
    }
    shown = {(row["user_id"], row["need_group"]) for row in published.table("recommendations")}

    assert durables
    assert not (set(durables) - returned) & shown


GX_HOME = "https://greatexpectations.io/"
"""Data Docs name their maker; the only link that leads out, and nothing is asked of it."""


def test_every_page_carries_a_policy_that_allows_nothing_but_itself(published):
    pages = [path for path in published.path.rglob("*.html") if path.is_file()]

    assert len(pages) > 10
    for path in pages:
        head = path.read_text(encoding="utf-8").partition("<style")[0]
        policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', head)[1])
        directives = {
            name: rest for name, _, rest in (it.partition(" ") for it in policy.split("; "))
        }
        assert directives["default-src"] == "'none'", path
        assert not {"connect-src", "frame-src", "object-src"} & directives.keys(), path
        for sources in (directives["style-src"], directives.get("script-src", "")):
            allowed = set(sources.split()) - {"'unsafe-hashes'"}
            assert all(source.startswith("'sha256-") for source in allowed), path
        assert "'unsafe-hashes'" not in directives.get("script-src", ""), path


@pytest.mark.browser
def test_every_page_opens_without_a_complaint(published, visitor):
    home = (published.path / "index.html").as_uri()
    page, waiting, seen = visitor.open(home), [home], {home}
    while waiting:
        page.goto(waiting.pop())
        links = page.eval_on_selector_all(
            "a[href]", "all => [...new Set(all.map(a => a.href.split('#')[0]))]"
        )
        for link in set(links) - seen - {GX_HOME}:
            seen.add(link)
            assert link.startswith(published.path.as_uri()), link
            if link.endswith(".html"):
                waiting.append(link)
            else:
                assert (published.path / link.removeprefix(f"{published.path.as_uri()}/")).exists()

    pages = {link for link in seen if link.endswith(".html")}
    assert {"validation_report.html", "index.html", "events.html"} <= {
        link.split("/")[-1] for link in pages
    }
    assert visitor.complaints == []


def test_the_published_runs_can_be_listed_and_shown(published, capsys):
    run_id = json.loads((published.path / "internal" / "current.json").read_text())["run_id"]

    assert run_command_line(["runs", "--store", str(published.path)]) == 0
    assert run_id in capsys.readouterr().out
    assert run_command_line(["show", "current", "--store", str(published.path)]) == 0
    assert "recommendations.parquet" in capsys.readouterr().out
    assert run_command_line(["show", run_id, "--store", str(published.path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["objects"]["run.json"]["bytes"] > 0
