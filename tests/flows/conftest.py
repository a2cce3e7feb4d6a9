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
SECRETS = {"pseudonym_key": "canary-of-the-pseudonyms", "draw_secret": "canary-of-the-draw"}
"""Secrets that would be recognised wherever they were said."""


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
    text = "[shop]\npseudonym_key = '{pseudonym_key}'\n[recruit]\ndraw_secret = '{draw_secret}'\n"
    config.write_text(text.format_map(SECRETS), encoding="utf-8")
    config.chmod(0o600)
    return Command(config)


@dataclass(frozen=True)
class Published:
    """A folder something was published to."""

    path: Path
    said: str = ""
    """What the command that made it said, its log as JSON."""

    def table(self, name, prefix="internal"):
        """Rows of a table of the prefix's newest run, as dictionaries."""
        run = max((self.path / prefix / "runs").iterdir())
        rows = duckdb.sql(f"SELECT * FROM read_parquet('{run / name}.parquet')")
        return rows.to_arrow_table().to_pylist()

    def digests(self):
        """File → digest of what is published: no hidden bookkeeping, no record of operations."""
        return {
            path.relative_to(self.path).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.path.rglob("*"))
            if path.is_file()
            and not any(part.startswith(".") for part in path.parts)
            and not path.is_relative_to(self.path / "operations")
        }


@pytest.fixture(scope="session")
def published(command, shop, as_of, tmp_path_factory):
    """The small shop's whole day in a folder; tests read it and do not change it."""
    root = tmp_path_factory.mktemp("published")
    with (root / "log").open("w", encoding="utf-8") as log, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", log)
        patch.setattr("sys.stderr", log)
        aloud = ("--verbose", "--log-format", "json", "--json")
        code = command.run("daily", shop, root / "store", as_of, *aloud)
    said = (root / "log").read_text(encoding="utf-8")
    assert code == 0, said[-3000:]
    return Published(root / "store", said)


@pytest.fixture
def store(published, tmp_path):
    """A copy of the published day that a test may change."""
    return Published(Path(shutil.copytree(published.path, tmp_path / "store")))
