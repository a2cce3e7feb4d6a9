"""Thirty days through the deployments of ``shike serve``, killed and disturbed at random moments.

Not part of `make test`: ``make soak``, or with fewer days ``SOAK_DAYS=3 SOAK_SEED=7 pytest
tests/soak/soak.py``. Each day is started as a flow run on a real Prefect server and publishes to a
real S3 server behind a proxy that spoils requests. Meanwhile the same days are published to a
folder without any fault. In the end both hold the same objects, byte for byte.
"""

import contextlib
import os
import random
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from flows.local_server import prefect_server
from infra.publish import read_pointer
from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop
from infra.store import open_store

pytestmark = [pytest.mark.s3, pytest.mark.prefect]

TESTS = Path(__file__).parents[1]
# The proxy before S3 is that of the store's own fault tests, the receiver that of notifications.
proxy = runpy.run_path(str(TESTS / "infra" / "conftest.py"))["proxy"]
receiving = runpy.run_path(str(TESTS / "flows" / "test_notifying.py"))["receiving"]

DAYS = int(os.environ.get("SOAK_DAYS", "30"))
SEED = int(os.environ.get("SOAK_SEED", "20171204"))
HISTORY = 100
FIRST = date(2017, 1, 1) + timedelta(days=HISTORY)
LAST = FIRST + timedelta(days=DAYS - 1)

FAULTS = ("503 SlowDown", "500 InternalError", "refuse", "reset", "lost ack", "truncate", "corrupt")
FAULT_CHANCE = 0.02
STORM = 60
"""Requests refused in a row: more than retrying outlasts."""
DISTURBED = (0.5, 0.25)
"""Chance that a day's first, second attempt is killed or meets a storm; later ones only faults."""
REQUESTS_A_DAY = 250
SECONDS_A_DAY = 12.0
ENDS = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@dataclass
class Weather:
    """What the proxy does to the requests, in their order: chance, and what an attempt has in store."""

    chance: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    plan: dict[int, str] = field(default_factory=dict)
    """Request of this attempt → ``kill``, or ``storm`` from there on."""
    kill: object = None
    requests: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __bool__(self):
        return True

    def popleft(self):
        """Say what happens to the next request."""
        with self._lock:
            self.requests += 1
            planned = self.plan.get(self.requests)
            if planned == "storm":
                self.counts["storms"] += 1
                self.plan |= dict.fromkeys(
                    range(self.requests + 1, self.requests + STORM), "503 SlowDown"
                )
            if planned == "kill":
                return self.kill
            if planned is None and self.chance.random() < FAULT_CHANCE:
                planned = self.chance.choice(FAULTS)
            if planned in (None, "storm"):
                return "pass"
            self.counts[f"faults: {planned}"] += 1
            return planned

    def begin(self, attempt):
        """Choose what the attempt meets; return after how many seconds it is killed, if so."""
        with self._lock:
            self.requests, self.plan = 0, {}
            if attempt >= len(DISTURBED) or self.chance.random() >= DISTURBED[attempt]:
                return None
            kind = self.chance.choice(("kill", "kill", "storm", "by the clock"))
            if kind == "by the clock":
                return self.chance.uniform(0, SECONDS_A_DAY)
            self.plan[self.chance.randint(1, REQUESTS_A_DAY)] = kind
            return None


def flow_process(server):
    """The process of the flow run that ``shike serve`` has started, if there is one."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if status.read_text().rpartition(")")[2].split()[1] == str(server.pid):
                return int(status.parent.name)
    return None


@dataclass
class Serving:
    """``shike serve`` against the session's Prefect server."""

    api: str
    process: subprocess.Popen
    weather: Weather

    def ask(self, method, path, **body):
        """Ask the server; one that is too busy is asked again, as Prefect's own client does."""
        while True:
            answer = httpx.request(method, f"{self.api}/{path}", timeout=60, **body)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return answer
            time.sleep(1)

    def deployment(self):
        """Id of the daily deployment, once all are there; their schedules start nothing.

        Otherwise a soak that is at work at three in the morning would meet a run of today.
        """
        while self.process.poll() is None:
            found = self.ask("POST", "deployments/filter", json={}).raise_for_status().json()
            offered = {deployment["name"]: deployment["id"] for deployment in found}
            if {"daily", "train"} <= offered.keys():
                for one in offered.values():
                    self.ask("POST", f"deployments/{one}/pause_deployment").raise_for_status()
                return offered["daily"]
            time.sleep(0.2)
        pytest.fail("`shike serve` ended by itself")

    def kill(self):
        """Kill the flow run's process with -9."""
        victim = flow_process(self.process)
        if victim is not None:
            os.kill(victim, signal.SIGKILL)
            self.weather.counts["kills"] += 1

    def run(self, deployment, day, attempt):
        """Run a day once, in whatever weather; return how it ended."""
        kill_after = self.weather.begin(attempt)
        asked = {"parameters": {"as_of": str(day)}, "idempotency_key": f"{day} {attempt}"}
        run = self.ask("POST", f"deployments/{deployment}/create_flow_run", json=asked)
        address, started = f"flow_runs/{run.raise_for_status().json()['id']}", None
        while self.process.poll() is None:
            state = self.ask("GET", address).raise_for_status().json()["state"]["type"]
            if state in ENDS:
                return state
            if started is None and flow_process(self.process):
                started = time.monotonic()
            if started and kill_after is not None and time.monotonic() - started > kill_after:
                self.kill()
                kill_after = None
            time.sleep(0.1)
        pytest.fail("`shike serve` ended by itself")


@pytest.fixture
def shop(tmp_path):
    options = SyntheticOptions(
        users=80, days=HISTORY + DAYS, seed=11, items=240, trial_every_days=20, apply_share=0.2
    )
    return write_synthetic_shop(tmp_path / "shop", options)


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "shike.toml"
    path.write_text('[shop]\npseudonym_key = "k"\n[recruit]\ndraw_secret = "s"\n')
    path.chmod(0o600)
    return path


def shike(*arguments, **environment):
    """Start the command as a person does."""
    command = [sys.executable, "-c", "from flows.cli import main; main()", *map(str, arguments)]
    return subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=sys.stderr
    )


@contextlib.contextmanager
def stopped_at_the_end(process):
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def objects(store):
    """Key → body of all that is published or built on, the record of operations aside."""
    return {key: store.get(key).body for key in store.list("") if not key.startswith("operations/")}


def test_days_killed_and_disturbed_are_published_once_with_the_same_bytes(
    seaweedfs, proxy, shop, config, tmp_path, monkeypatch, record_property
):
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    monkeypatch.setenv("PREFECT_RUNNER_POLL_FREQUENCY", "1")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    weather = Weather(random.Random(SEED))  # noqa: S311 - the weather is no secret
    proxy.faults = weather
    address = f"s3://{seaweedfs.bucket()}/soak"
    reach = seaweedfs.options(endpoint_url=proxy.endpoint)
    s3 = {
        f"SHIKE_STORE_{name.upper()}": getattr(reach, name)
        for name in ("endpoint_url", "access_key", "secret_key")
    }
    where = ("--data", shop, "--config", config)
    attempts = Counter()
    with prefect_server() as api, receiving() as receiver:
        s3["SHIKE_NOTIFY_WEBHOOK_URL"] = receiver.address
        whole = ("--store", tmp_path / "calm", "--from", FIRST, "--to", LAST)
        calm = shike("backfill", *where, *whole, PREFECT_API_URL=api)
        served = shike("serve", *where, "--store", address, PREFECT_API_URL=api, **s3)
        with stopped_at_the_end(served), stopped_at_the_end(calm):
            serving = Serving(api, served, weather)
            weather.kill = serving.kill
            deployment = serving.deployment()
            for day in (FIRST + timedelta(days=step) for step in range(DAYS)):
                while (state := serving.run(deployment, day, attempts[day])) != "COMPLETED":
                    weather.counts[f"ended: {state.lower()}"] += 1
                    attempts[day] += 1
                    assert attempts[day] < 8, f"{day} does not end well in calm weather"
            assert calm.wait() == 0

    disturbed = open_store(address, seaweedfs.options())
    found, expected = objects(disturbed), objects(open_store(str(tmp_path / "calm")))
    pointer = read_pointer(disturbed, "internal")
    events = Counter(document["event"] for document in receiver.documents)
    told = (
        f"soak of {DAYS} days, seed {SEED}: {sum(attempts.values())} re-runs, "
        + ", ".join(f"{what} {count}" for what, count in sorted(weather.counts.items()))
        + f"; {len(found)} objects equal; notified of {dict(sorted(events.items()))}"
    )
    record_property("told", told)
    assert sorted(found) == sorted(expected)
    assert [key for key in found if found[key] != expected[key]] == []
    assert (pointer.as_of, pointer.generation) == (LAST, DAYS)
    runs = {key.split("/")[2] for key in found if key.startswith("internal/runs/")}
    assert sorted(run[:10] for run in runs) == [str(FIRST + timedelta(days=d)) for d in range(DAYS)]
    assert weather.counts["kills"] > 0 or DAYS < 10
    # Whoever started a run that was killed tells of it, and a run that failed tells itself.
    for event in ("crashed", "failed"):
        assert events[event] == weather.counts[f"ended: {event}"]
