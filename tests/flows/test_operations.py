"""The record of operations of real small days: told, bounded, and no part of what is published."""

import json

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from flows.cli import run_command_line

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]

STAGES = ["land", "validate", "recommend", "recruit", "review", "effect", "contracts", "pages", "publish"]  # fmt: skip


def attempts_of(store):
    """Return the attempts remembered in a published folder."""
    path = store.path / "operations" / "attempts.json"
    return json.loads(path.read_text(encoding="utf-8"))["attempts"]


def metrics_of(store):
    """Return the samples a scraper takes: (name, labels) to value."""
    text = (store.path / "operations" / "metrics.prom").read_text(encoding="utf-8")
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_day_leaves_its_stages_its_rows_and_its_people(published):
    (attempt,) = attempts_of(published)

    assert [stage["name"] for stage in attempt["stages"]] == STAGES
    assert {stage["name"]: stage["outcome"] for stage in attempt["stages"]} == {
        **dict.fromkeys(STAGES, "made"),
        "effect": "skipped",
    }
    recommended = published.table("recommendations")
    assert attempt["people"]["recommended"] == len({row["user_id"] for row in recommended})
    assert attempt["outputs"]["recommendations"] == len(recommended)
    assert attempt["published"]["created"] == attempt["published"]["objects"]


def test_the_metrics_say_what_is_published(published):
    found = metrics_of(published)
    run = next((published.path / "internal" / "runs").iterdir())
    manifests = [
        json.loads(path.read_text(encoding="utf-8"))["objects"]
        for path in published.path.rglob("_manifest.json")
    ]

    objects = [record for manifest in manifests for record in manifest.values()]
    assert found["shike_published_objects", "new"] == len(objects)
    assert found["shike_published_bytes",] == sum(record["bytes"] for record in objects)
    ledger = json.loads((run / "run.json").read_text(encoding="utf-8"))
    for count in ledger["counts"]:
        assert found["shike_input_rows", "accepted", count["table"]] == count["accepted"]
    assert found["shike_attempt_success",] == 1


def test_a_day_that_was_published_before_is_remembered_too_and_keeps_the_metrics(
    command, shop, as_of, store
):
    before = metrics_of(store)

    assert command.run("daily", shop, store.path, as_of) == 0

    assert [attempt["outcome"] for attempt in attempts_of(store)] == [
        "published",
        "already current",
    ]
    after = metrics_of(store)
    rows = {key for key in before if key[0] in ("shike_input_rows", "shike_output_rows")}
    assert {key: after[key] for key in rows} == {key: before[key] for key in rows}
    ended = ("shike_last_success_timestamp_seconds",)
    assert after[ended] > before[ended]


def test_show_tells_how_long_the_stages_took(published, capsys):
    assert run_command_line(["show", "current", "--store", str(published.path)]) == 0
    assert "contracts" in capsys.readouterr().out

    assert run_command_line(["show", "current", "--store", str(published.path), "--json"]) == 0
    timings = json.loads(capsys.readouterr().out)["timings"]
    assert [stage["name"] for stage in timings] == STAGES


def test_the_summary_in_prefect_has_the_waterfall_and_the_stages(published, server):
    run_id = json.loads((published.path / "internal" / "current.json").read_text())["run_id"]
    # Asked over HTTP: Prefect's own client sends nulls that its server refuses.
    found = httpx.post(f"{server}/artifacts/filter", json={}).raise_for_status().json()
    summary = next(one["data"] for one in found if str(one["data"]).startswith(f"# {run_id}"))

    assert "| table | read | quarantined |" in summary
    assert "| **all** |" in summary
    for stage in STAGES:
        assert f"\n| {stage} |" in summary
    assert "| recommended |" in summary
