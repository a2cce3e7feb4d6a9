"""Tests for flows.local_server and the schedules that need it."""

import httpx
import pytest

from flows.day import run_day
from flows.local_server import prefect_server


@pytest.mark.prefect
@pytest.mark.xdist_group("prefect")
def test_a_server_that_is_configured_is_used_as_it_is(server, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", server)

    with prefect_server() as address:
        assert address == server


@pytest.mark.prefect
@pytest.mark.xdist_group("prefect")
def test_a_schedule_becomes_runs_that_wait_for_their_time(server):
    nightly = run_day.to_deployment(
        name="nightly", cron="0 3 * * *", parameters={"data": "d", "store": "s"}
    )
    deployment = str(nightly.apply())

    # What the server's scheduler does every minute; a library it cannot work with fails here.
    httpx.post(f"{server}/deployments/{deployment}/schedule", json={}).raise_for_status()

    chosen = {"flow_runs": {"deployment_id": {"any_": [deployment]}}}
    runs = httpx.post(f"{server}/flow_runs/filter", json=chosen).raise_for_status().json()
    assert runs
    assert {run["state_name"] for run in runs} == {"Scheduled"}
    assert all("T03:00:00" in run["expected_start_time"] for run in runs)
