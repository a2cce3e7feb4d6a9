"""``shike serve``: the schedules of one machine."""

from __future__ import annotations

import os
from pathlib import Path

import click

from flows.commands import options
from flows.local_server import prefect_server


@click.command()
@options.data
@options.store
@options.config
@click.option("--cron", default="0 3 * * *", show_default=True, help="When the day runs, in UTC.")
def serve(data: str, store: str, config: Path | None, cron: str) -> None:
    """Run the day on a schedule until stopped (Ctrl-C), as of the day on which it starts.

    Its stages and the backfill can be started from Prefect's pages; one run at a time.

    Uses the Prefect server at PREFECT_API_URL, or starts one of its own on loopback.
    """
    with prefect_server() as address:
        os.environ["PREFECT_API_URL"] = address
        click.echo(f"schedules run; Prefect's pages are at {address.removesuffix('/api')}")
        from flows.schedules import serve_schedules  # noqa: PLC0415 - Prefect reads the address when it is first imported

        serve_schedules(data, store, str(config.resolve()) if config else None, cron)
