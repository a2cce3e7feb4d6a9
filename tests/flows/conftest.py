"""A real Prefect server for the session, a small shop, and one day published from it."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_LOGGING_TO_API_ENABLED, temporary_settings

from flows.cli import run_command_line
from flows.local_server import prefect_server
from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop

USERS, DAYS = 300, 240
FIRST_DAY = date(2017, 1, 1)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of a Prefect server with a home and a database of its own."""
    home = tmp_path_factory.mktemp("prefect")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(home))
        patch.delenv("PREFECT_API_URL", raising=False)
        for name in [name for name in os.environ if name.startswith("SHIKE_")]:
            patch.delenv(name)
        with prefect_server() as address:
            # Lines still on their way when the server stops would hold up the end of the session.
            ours = {PREFECT_API_URL: address, PREFECT_LOGGING_TO_API_ENABLED: False}
            with temporary_settings(ours):
                yield address


@pytest.fixture(scope="session")
def as_of():
    """The day after the small shop's history."""
    return FIRST_DAY + timedelta(days=DAYS)


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    """A small synthetic shop: 300 people over 240 days, and the truth beside it."""
    options = SyntheticOptions(users=USERS, days=DAYS, seed=7, items=240)
    return write_synthetic_shop(tmp_path_factory.mktemp("shop"), options)


@dataclass(frozen=True)
class Command:
    """The command line with the small shop's settings."""

    config: Path

    def run(self, stage, data, store, as_of, *more) -> int:
        """Run a stage and return the exit code."""
        where = ["--data", str(data), "--store", str(store), "--as-of", str(as_of)]
        return run_command_line(["run", stage, *where, "--config", str(self.config), *more])


@pytest.fixture(scope="session")
def command(server, tmp_path_factory):  # noqa: ARG001 - flows talk to the session's server
    """``shike run`` with a secret of its own, against the session's Prefect server."""
    config = tmp_path_factory.mktemp("config") / "shike.toml"
    secrets = '[shop]\npseudonym_key = "k"\n[recruit]\ndraw_secret = "s"\n'
    config.write_text(secrets, encoding="utf-8")
    config.chmod(0o600)
    return Command(config)


@dataclass(frozen=True)
class Published:
    """A folder something was published to."""

    path: Path

    def table(self, name, prefix="internal"):
        """Rows of a table of the prefix's newest run, as dictionaries."""
        run = max((self.path / prefix / "runs").iterdir())
        rows = duckdb.sql(f"SELECT * FROM read_parquet('{run / name}.parquet')")
        return rows.to_arrow_table().to_pylist()

    def digests(self):
        """File → digest of everything there, hidden bookkeeping of the folder aside."""
        return {
            path.relative_to(self.path).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.path.rglob("*"))
            if path.is_file() and not any(part.startswith(".") for part in path.parts)
        }


@pytest.fixture(scope="session")
def published(command, shop, as_of, tmp_path_factory):
    """The small shop's whole day in a folder; tests read it and do not change it."""
    store = tmp_path_factory.mktemp("published") / "store"
    assert command.run("daily", shop, store, as_of) == 0
    return Published(store)


@pytest.fixture
def store(published, tmp_path):
    """A copy of the published day that a test may change."""
    return Published(Path(shutil.copytree(published.path, tmp_path / "store")))
