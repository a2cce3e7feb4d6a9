"""Many days in order, days that are behind, and rows that come after their day was published."""

import json
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from flows.cli import run_command_line

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]


def current(store):
    return json.loads((store.path / "internal" / "current.json").read_text(encoding="utf-8"))


def ledger(store):
    run = store.path / "internal" / "runs" / current(store)["run_id"]
    return json.loads((run / "run.json").read_text(encoding="utf-8"))


def seen(store, table="events"):
    counts = {count["table"]: count for count in ledger(store)["counts"]}
    return counts[table]["accepted"]


def backfill(command, data, store, first, last, *more):
    where = ["--data", str(data), "--store", str(store), "--from", str(first), "--to", str(last)]
    return run_command_line(["backfill", *where, "--config", str(command.config), *more])


NEED = "coalesce(need_group, string_split(category, '/')[-1])"


@dataclass(frozen=True)
class Late:
    """The shop's data with one purchase more, which came late."""

    path: Path
    user_id: str
    need_group: str
    """Of the durable that was bought; the person had none before."""


@pytest.fixture
def late(shop, as_of, tmp_path):
    """One person's purchase of a durable, two days before the day."""
    folder = shutil.copytree(shop, tmp_path / "late")
    events, items = shop / "events.parquet", shop / "items.parquet"
    user, event = duckdb.sql(f"""
        SELECT user_id, event_id FROM '{events}' WHERE event_type = 'purchase' ORDER BY ALL LIMIT 1
    """).fetchall()[0]
    item, need = duckdb.sql(f"""
        SELECT item_id, {NEED} AS need FROM '{items}'
        WHERE isinf(repurchase_days) AND need NOT IN (
            SELECT {NEED} FROM '{events}' JOIN '{items}' USING (item_id) WHERE user_id = '{user}')
        ORDER BY item_id LIMIT 1
    """).fetchall()[0]
    bought = f"TIMESTAMPTZ '{as_of - timedelta(days=2)} 10:00:00+00'"
    duckdb.sql(f"""
        SELECT * FROM '{events}' UNION ALL
        SELECT * REPLACE ('late' AS event_id, '{item}' AS item_id, {bought} AS occurred_at)
        FROM '{events}' WHERE event_id = '{event}'
    """).to_parquet(str(folder / "events.parquet"))
    return Late(folder, user, need)


def owns(store, late):
    return any(
        (row["user_id"], row["need_group"]) == (late.user_id, late.need_group)
        for row in store.table("do_not_recommend")
    )


def test_rows_that_come_late_make_the_current_day_anew_and_an_older_day_stands(
    command, shop, late, as_of, store, capsys
):
    first, next_day = current(store), as_of + timedelta(days=1)
    events = seen(store)
    assert not owns(store, late)

    # The day is still current: it is published again, under another run, with the row.
    assert command.run("validate", late.path, store.path, as_of) == 0
    again = current(store)
    assert again["generation"] == first["generation"] + 1
    assert again["run_id"] != first["run_id"]
    assert again["as_of"] == first["as_of"]
    assert seen(store) == events + 1

    # The days after it see the row; days behind are passed over.
    capsys.readouterr()
    day_before = as_of - timedelta(days=1)
    assert backfill(command, late.path, store.path, day_before, next_day, "--json") == 0
    days = json.loads(capsys.readouterr().out)["days"]
    assert "was never published" in days[0]["note"]
    assert [day["outcome"] for day in days] == ["superseded", "published", "published"]
    assert [day["as_of"] for day in days] == [str(day_before), str(as_of), str(next_day)]
    assert current(store)["generation"] == first["generation"] + 3
    assert ledger(store)["as_of"] == str(next_day)
    assert owns(store, late)

    # A day behind stays as it was published, and the command says why.
    before = {k: v for k, v in store.digests().items() if not k.startswith("operations/")}
    assert command.run("daily", shop, store.path, as_of) == 0
    after = {k: v for k, v in store.digests().items() if not k.startswith("operations/")}
    assert after == before
    said = capsys.readouterr().out
    assert said.startswith(f"superseded: {as_of} stands as it was published")
    assert f"{next_day} is current" in said
    assert "Rows that came late count in the next day" in said


def test_days_that_are_done_are_done_quickly_and_nothing_is_published_twice(
    command, shop, as_of, store, capsys
):
    before = current(store)

    assert backfill(command, shop, store.path, as_of - timedelta(days=2), as_of) == 0

    assert current(store) == before
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[0] for line in lines[:3]] == [
        f"{as_of - timedelta(days=2)}  superseded",
        f"{as_of - timedelta(days=1)}  superseded",
        f"{as_of}  already current",
    ]


def test_the_first_day_that_fails_stops_the_rest_and_says_how_to_go_on(
    command, as_of, store, tmp_path, capsys
):
    before, first = current(store), as_of - timedelta(days=1)

    code = backfill(command, tmp_path / "absent", store.path, first, as_of + timedelta(days=1))

    assert code == 3
    assert current(store) == before
    said = capsys.readouterr().err
    assert "found nothing" in said
    assert f"stopped at {as_of}, day 2 of 3; before it: {first} superseded" in said
    assert f"--from {as_of}" in said


def test_a_range_that_ends_before_it_begins_is_wrong_usage(command, as_of, tmp_path, capsys):
    assert backfill(command, tmp_path, tmp_path, as_of, as_of - timedelta(days=1)) == 2

    assert "must not be before the first" in capsys.readouterr().err
