"""A day that is killed with -9 goes on behind its last finished stage, to the same bytes."""

import os
import signal
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]

STAGES = ("recommend", "recruit", "review")


def _day(command, server, data, store, as_of):
    """Start the day as a person does, in a process of its own."""
    where = ["--data", str(data), "--store", str(store), "--as-of", str(as_of)]
    return subprocess.Popen(
        [sys.executable, "-c", "from flows.cli import main; main()", "run", "daily", *where,
         "--config", str(command.config)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PREFECT_API_URL": server},
    )  # fmt: skip


def _killed_when_kept(day, stage):
    """Kill the day with -9 as soon as a stage is kept; return the lines it wrote."""
    lines = []
    with day:
        for line in day.stderr:
            lines.append(line)
            if f"{stage}: kept" in line:
                day.send_signal(signal.SIGKILL)
                break
    assert day.returncode == -signal.SIGKILL, "".join(lines)
    return "".join(lines)


def test_a_day_killed_behind_each_stage_trains_nothing_twice_and_ends_with_the_same_bytes(
    command, server, shop, as_of, published, tmp_path
):
    store = tmp_path / "store"
    logs = []
    for stage in STAGES:
        logs.append(_killed_when_kept(_day(command, server, shop, store, as_of), stage))
        assert not list(store.rglob("current.json"))
    assert command.run("daily", shop, store, as_of) == 0

    for number, stage in enumerate(STAGES):
        for log in logs[number + 1 :]:
            assert f"{stage}: finished before" in log
    ours = type(published)(store)
    assert ours.digests() == published.digests()
