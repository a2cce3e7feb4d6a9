"""``shike rollback`` and ``shike gc``: going back to an earlier run, and letting old ones go."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from flows.commands import options
from flows.commands.published import known_run
from flows.progress import progress_bar
from flows.recall import FRONT_PAGE
from flows.settings import load_settings
from flows.standing import INDEX
from infra.publish import collect, put_page, roll_back
from infra.store import open_store


@click.command()
@click.argument("run_id")
@options.store
@options.config
def rollback(run_id: str, store: str, config: Path | None) -> None:
    """Make RUN_ID current again, for every merchant and inside.

    Runs about the same and later days are withdrawn: a late retry cannot bring them back, but they
    can be rolled back to as well. The next day builds on RUN_ID.
    """
    target = open_store(store, load_settings(config).store)
    past = known_run(target, run_id)
    page = past.body(FRONT_PAGE)
    withdrawn = roll_back(target, past.ledger.run_id)
    put_page(target, INDEX, page)
    click.echo(f"current: {past.ledger.run_id}; withdrawn: {', '.join(withdrawn) or 'none'}")


@click.command()
@options.store
@click.option(
    "--keep", type=click.IntRange(min=1), default=30, show_default=True, help="Runs that stay."
)
@click.option(
    "--grace-days",
    type=click.IntRange(min=1),
    default=7,
    show_default=True,
    help="Days from the first gc that finds a run needed no more to its deletion.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, do nothing.")
@options.config
@options.as_json
def gc(
    store: str, keep: int, grace_days: int, config: Path | None, *, dry_run: bool, as_json: bool
) -> None:
    """Delete runs that nobody needs any more.

    A run stays while it is current for anybody, among the last --keep, rolled back to, or about a
    day not yet published. Any other is marked, and deleted by the first gc after the grace period.
    """
    target = open_store(store, load_settings(config).store)
    today = datetime.now(UTC).date()
    with progress_bar() as progress:
        done = collect(
            target,
            keep=keep,
            grace_days=grace_days,
            today=today,
            dry_run=dry_run,
            progress=progress,
        )
    if as_json:
        click.echo(json.dumps(asdict(done)))
        return
    would = "would be " if dry_run else ""
    click.echo(f"{would}deleted: {', '.join(done.deleted) or 'none'} ({done.objects:,} objects)")
    click.echo(
        f"{would}marked, to be deleted after {grace_days} days: {', '.join(done.marked) or 'none'}"
    )
