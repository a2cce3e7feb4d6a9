"""``shike erase``: leave a person out of everything that is made from now on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from flows.commands import options
from flows.corrections import erase as record
from flows.settings import load_settings
from infra.store import open_store


@click.command()
@click.argument("user_id")
@options.store
@options.config
def erase(user_id: str, store: str, config: Path | None) -> None:
    """Erase the person USER_ID from the state and from every run to come.

    Rows of the person that are still delivered are left out and counted, earlier draws keep a
    pseudonym in the place of the id, and a record that names nobody says when it was asked for.
    Runs that were published before hold what they held until they are deleted; merchants' files
    never had the id.
    """
    if not user_id.strip():
        raise click.UsageError("USER_ID must not be blank")
    settings = load_settings(config)
    target = open_store(store, settings.store)
    today = datetime.now(UTC).date()
    is_new = record(target, user_id, settings.shop.pseudonym_key, today)
    click.echo(
        "recorded: the next run leaves the person out" if is_new else "recorded before: no change"
    )
