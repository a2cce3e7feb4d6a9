"""``shike doctor``: is everything in place for a day to run here?"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.commands import options
from flows.settings import Settings, load_settings
from infra.errors import StoreError
from infra.health import Check, check_machine, check_store, space, without_credentials
from infra.landing import fetch_inputs
from infra.store import FolderAddress, open_store, parse_address
from quality.errors import ContractError
from trials.reports.polarity import MODELS

_MARKS = {"good": "✓", "note": "·", "bad": "✗"}
_UNSAFE_KEY = "change-me"


@click.command()
@click.option(
    "--store", metavar="URI", help="The store to look at; a small probe is written to it."
)
@click.option("--data", metavar="URI", help="The folder of input tables to look for.")
@options.config
@options.as_json
def doctor(store: str | None, data: str | None, config: Path | None, *, as_json: bool) -> None:
    """Look at versions, settings, storage, clock and space, and say what to mend.

    Exits with 0 when a day can run, with 5 when the store is not fit, with 2 otherwise.
    """
    settings = load_settings(config)
    checks = [*check_machine(), *_check_settings(settings)]
    if data:
        checks.append(_check_data(data))
    found = list(_check_store(store, settings)) if store else []
    checks += found
    if as_json:
        click.echo(json.dumps([asdict(check) for check in checks], ensure_ascii=False))
    else:
        _print(checks)
    bad = [check.name for check in checks if check.state == "bad"]
    if any(check.state == "bad" for check in found):
        raise StoreError(f"the store is not fit: mend {', '.join(bad)}")
    if bad:
        raise click.ClickException(f"mend {', '.join(bad)}")


def _check_settings(settings: Settings) -> Iterator[Check]:
    if settings.shop.pseudonym_key == _UNSAFE_KEY:
        said = "is the one everybody knows; set [shop] pseudonym_key before real people are in it"
        yield Check("pseudonym key", "note", said)
    models = list(MODELS.glob("*.npz"))
    if models:
        yield Check("report models", "good", ", ".join(sorted(path.stem for path in models)))
    else:
        yield Check("report models", "bad", "are missing; run `make test` once, which trains them")
    server = os.environ.get("PREFECT_API_URL")
    said = without_credentials(server) if server else "none named: one is started with the flow"
    yield Check("prefect server", "good", said)


def _check_data(data: str) -> Check:
    match parse_address(data):
        case FolderAddress():
            try:
                folder = fetch_inputs(data, Path())
            except ContractError as error:
                return Check("data", "bad", str(error))
            files = sum(1 for path in folder.iterdir() if path.is_file())
            return Check("data", "good", f"{files} files at {folder}; `shike check` judges them")
        case place:
            return Check("data", "note", f"{place} is looked at by `shike check`")


def _check_store(store: str, settings: Settings) -> Iterator[Check]:
    match parse_address(store):
        case FolderAddress(path):
            yield space("space of the store", path)
    yield from check_store(open_store(store, settings.store), datetime.now(UTC))


def _print(checks: list[Check]) -> None:
    table = Table("", "what", "found", show_header=False, box=None)
    for check in checks:
        table.add_row(_MARKS[check.state], check.name, escape(check.found))
    Console().print(table)
