"""The image and the compose file as texts: no container can be started where the tests run."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml
from prefect.settings.legacy import _get_settings_fields
from prefect.settings.models.root import Settings as PrefectSettings

from flows.cli import cli
from flows.settings import load_settings

ROOT = Path(__file__).parents[3]
PINNED = re.compile(r"[a-z0-9./-]+:v?\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?")
VARIABLE = re.compile(r"\$\{([A-Z_]+)")


def dockerfile():
    """Return the instructions in order, each with its rest."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [tuple(line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def compose():
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def rest_of(instruction):
    return [rest for name, rest in dockerfile() if name == instruction]


def ours():
    return {name: found for name, found in compose()["services"].items() if "build" in found}


def test_the_base_image_is_pinned_to_a_version():
    (base,) = rest_of("FROM")

    assert PINNED.fullmatch(base)
    assert base.startswith("python:3.11.")
    assert "-slim" in base


def test_the_image_runs_as_nobody_special_from_the_first_command_on():
    names = [name for name, _ in dockerfile()]

    assert rest_of("USER") == ["10001"]
    assert names.index("USER") < min(names.index("ENTRYPOINT"), names.index("HEALTHCHECK"))
    assert "RUN" not in names[names.index("USER") :]


def test_nothing_is_fetched_but_what_is_pinned():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    pips = [run for run in rest_of("RUN") if "pip install" in run]

    assert not rest_of("ADD")
    assert not re.search(r"https?://|index-url|trusted-host", text)
    assert all("--require-hashes" in run or "--no-index" in run for run in pips)
    assert len(pips) == 2


def test_the_image_holds_the_wheel_of_this_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]

    copied = [rest.split()[0] for rest in rest_of("COPY")]

    assert copied == ["requirements/run.txt", f"dist/shike-{version}-py3-none-any.whl"]
    assert {service["image"] for service in ours().values()} == {f"shike:{version}"}


def test_only_what_is_copied_reaches_the_builder():
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]

    assert rules == ["*", "!requirements/run.txt", "!dist/shike-*.whl"]


@pytest.mark.parametrize(("status", "is_healthy"), [(200, True), (503, False)])
def test_the_health_check_believes_the_server_named_by_the_environment(status, is_healthy):
    (check,) = rest_of("HEALTHCHECK")
    command = json.loads(check.partition("CMD ")[2])
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        answering = threading.Thread(target=server.handle_request)
        answering.start()
        environment = os.environ | {"PREFECT_API_URL": f"http://127.0.0.1:{server.server_port}/api"}
        command[0] = sys.executable
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
        answering.join()

    assert (done.returncode == 0) == is_healthy
    assert asked == ["/api/health"]


def test_every_image_of_the_compose_file_is_pinned():
    for name, service in compose()["services"].items():
        assert PINNED.fullmatch(service["image"]), name


def test_ports_are_open_on_this_machine_only():
    ports = [
        port for service in compose()["services"].values() for port in service.get("ports", ())
    ]

    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_secret_stands_in_the_compose_file():
    secrets = re.compile("PASSWORD|SECRET|_KEY|AUTH")
    found = [
        (name, value)
        for service in compose()["services"].values()
        for name, value in service.get("environment", {}).items()
        if secrets.search(name)
    ]

    assert len(found) == 11
    assert all(VARIABLE.match(value) for _, value in found), found


def test_our_containers_write_to_their_volumes_only_and_gain_no_rights():
    assert set(ours()) == {"bootstrap", "prefect", "worker"}
    for name, service in ours().items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_every_variable_is_documented_and_no_other():
    asked = set(VARIABLE.findall((ROOT / "compose.yaml").read_text(encoding="utf-8")))
    page = (ROOT / "docs" / "aws.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]

    assert asked == {name for row in rows for name in re.findall(r"`([A-Z_]{4,})`", row)}


def test_every_setting_that_is_passed_on_exists():
    known = _get_settings_fields(PrefectSettings)
    for name, service in compose()["services"].items():
        variables = service.get("environment", {})
        values = {
            key: "https://x" if key.endswith("_URL") else "x"
            for key in variables
            if key.startswith("SHIKE_")
        }
        if "SHIKE_STORE_ATTEMPTS" in values:
            values["SHIKE_STORE_ATTEMPTS"] = variables["SHIKE_STORE_ATTEMPTS"]
        assert load_settings(None, values), name
        assert {key for key in variables if key.startswith("PREFECT_")} <= set(known), name


@pytest.mark.parametrize("service", ["bootstrap", "worker"])
def test_the_commands_are_those_of_shike(service):
    name, *arguments = compose()["services"][service]["command"]
    command = cli.get_command(None, name)

    assert command is not None
    assert command.make_context(name, [VARIABLE.sub("x", word) for word in arguments])


def test_the_s3_server_knows_every_flag_and_does_not_report_home():
    weed = shutil.which("weed", path=sysconfig.get_path("scripts"))
    told = subprocess.run([weed, "mini", "-h"], capture_output=True, text=True, check=False)
    known = set(re.findall(r"^  -([\w.]+)", told.stdout + told.stderr, re.MULTILINE))
    verb, *flags = compose()["services"]["storage"]["command"]

    assert verb == "mini"
    assert {shlex.split(flag)[0].lstrip("-").partition("=")[0] for flag in flags} <= known
    assert "-master.telemetry=false" in flags
