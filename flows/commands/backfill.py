"""``shike backfill``: the days of a range, in order."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from flows.backfill import days_between, run_days
from flows.commands import options


@click.command()
@options.data
@options.store
@click.option(
    "--from", "first", type=options.Day(), required=True, help="The first as-of day, YYYY-MM-DD."
)
@click.option("--to", "last", type=options.Day(), required=True, help="The last one; it runs too.")
@options.config
@options.as_json
@options.logged
def backfill(
    data: str, store: str, first: date, last: date, config: Path | None, *, as_json: bool
) -> None:
    """Run the days of a range in order, each publishing before the next one starts.

    Stops at the first day that fails, with its exit code; the same command goes on there. A day
    before the store's current one is passed over: what is current never becomes older.
    """
    days_between(first, last)
    done = run_days(
        data=data,
        store=store,
        first=first.isoformat(),
        last=last.isoformat(),
        config=str(config) if config else None,
    )
    if as_json:
        click.echo(json.dumps({"days": done}, ensure_ascii=False, sort_keys=True))
        return
    for day in done:
        click.echo(f"{day['as_of']}  {_told(day)}")
    click.echo(f"open {done[-1]['index']}")


def _told(day: dict[str, Any]) -> str:
    if "note" in day:
        return f"{day['outcome']}: {day['note']}"
    return f"{day['outcome']}: run {day['run_id']}, validation {day['verdict']}"
