"""A real Prefect server for the session, and a small shop to run days on."""

import os
from datetime import date, timedelta

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.local_server import prefect_server
from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop

USERS, DAYS = 300, 240
FIRST_DAY = date(2017, 1, 1)
AS_OF = FIRST_DAY + timedelta(days=DAYS)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of a Prefect server with a home and a database of its own."""
    home = tmp_path_factory.mktemp("prefect")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(home))
        patch.delenv("PREFECT_API_URL", raising=False)
        with prefect_server() as address:
            yield address


@pytest.fixture
def prefect(server):
    """Flows of the test talk to the session's server."""
    with temporary_settings({PREFECT_API_URL: server}):
        yield server


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    """A small synthetic shop: 300 people over 240 days, and the truth beside it."""
    folder = tmp_path_factory.mktemp("shop")
    options = SyntheticOptions(users=USERS, days=DAYS, seed=7, items=240)
    return write_synthetic_shop(folder / "data", options)


@pytest.fixture
def config(tmp_path):
    """Settings that name a secret, as a shop's do."""
    path = tmp_path / "shike.toml"
    path.write_text(
        '[shop]\npseudonym_key = "k"\n[recruit]\ndraw_secret = "s"\n', encoding="utf-8"
    )
    return path


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch):
    for name in [name for name in os.environ if name.startswith("SHIKE_")]:
        monkeypatch.delenv(name)
