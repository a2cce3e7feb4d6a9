"""Going back to an earlier run from the command line, and tidying up behind it."""

import json
from datetime import timedelta

import pytest

from flows.cli import run_command_line

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]


def _current(store, prefix="internal"):
    return json.loads((store.path / prefix / "current.json").read_text())


def test_a_rollback_brings_back_every_page_and_the_next_day_builds_on_it(
    command, shop, as_of, store, capsys
):
    first, index = _current(store)["run_id"], (store.path / "index.html").read_bytes()
    assert command.run("recommend", shop, store.path, as_of + timedelta(days=1)) == 0
    second = _current(store)["run_id"]
    capsys.readouterr()

    assert run_command_line(["rollback", first, "--store", str(store.path)]) == 0

    assert capsys.readouterr().out == f"current: {first}; withdrawn: {second}\n"
    assert (store.path / "index.html").read_bytes() == index
    assert {_current(store, f"merchants/{one.name}")["run_id"]
            for one in (store.path / "merchants").iterdir()} == {first}  # fmt: skip
    # A late retry of the day that was taken back publishes nothing; another day does.
    assert command.run("recommend", shop, store.path, as_of + timedelta(days=1)) == 0
    assert _current(store)["run_id"] == first
    assert command.run("validate", shop, store.path, as_of + timedelta(days=2)) == 0
    assert _current(store)["run_id"] not in (first, second)


def test_collecting_says_what_it_would_do_and_keeps_what_is_current(store, capsys):
    before = store.digests()

    assert run_command_line(["gc", "--store", str(store.path), "--dry-run", "--json"]) == 0

    assert json.loads(capsys.readouterr().out) == {"marked": [], "deleted": [], "objects": 0}
    assert store.digests() == before


@pytest.mark.parametrize(("command_line", "code"), [(["rollback", "nothing"], 2), (["gc"], 5)])
def test_a_store_without_runs_is_named(command_line, code, tmp_path, capsys):
    assert run_command_line([*command_line, "--store", str(tmp_path)]) == code

    said = capsys.readouterr().err
    assert str(tmp_path) in said
    assert "Traceback" not in said


def test_a_fit_machine_and_store_are_found_fit(store, shop, capsys):
    assert run_command_line(["doctor", "--store", str(store.path), "--data", str(shop)]) == 0

    assert "conditional writes" in capsys.readouterr().out
