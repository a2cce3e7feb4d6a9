"""Tests for flows.local_server and the schedules that need it."""

import pytest

from flows.local_server import prefect_server


@pytest.mark.prefect
@pytest.mark.xdist_group("prefect")
def test_a_server_that_is_configured_is_used_as_it_is(server, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", server)

    with prefect_server() as address:
        assert address == server
