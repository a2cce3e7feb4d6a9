"""``shike run``: the whole day, or one stage of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from flows.assembly import STAGES
from flows.commands import options
from flows.commands.train import train
from flows.day import run_day
from flows.idle import nothing_to_do


@click.group()
def run() -> None:
    """Run the day, or one stage of it.

    A stage run alone validates what it reads, and publishes a run that holds its own tables and
    carries the others over from the current run.
    """


def _command(name: str, stages: tuple[str, ...], summary: str) -> None:
    """Add the sub-command that runs these stages."""

    def command(**arguments: Any) -> None:
        start(stages, **arguments)

    command.__doc__ = summary
    decorate: tuple[Callable[..., Any], ...] = (
        options.data,
        options.store,
        options.as_of,
        options.config,
        options.as_json,
        options.logged,
    )
    for option in reversed(decorate):
        command = option(command)
    run.command(name)(command)


def start(
    stages: tuple[str, ...],
    *,
    data: str,
    store: str,
    as_of: date,
    config: Path | None,
    as_json: bool = False,
) -> None:
    """Run the stages and say where the result lies."""
    result = nothing_to_do(data, store, as_of, stages, config) or run_day(
        data=data,
        store=store,
        as_of=as_of.isoformat(),
        stages=list(stages),
        config=str(config) if config else None,
    )
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, sort_keys=True))
        return
    if "note" in result:
        click.echo(f"{result['outcome']}: {result['note']}")
        return
    click.echo(f"{result['outcome']}: run {result['run_id']}, validation {result['verdict']}")
    for skipped in result["skipped"]:
        click.echo(f"  skipped {skipped}")
    click.echo(f"open {result['index']}")


_command("daily", STAGES, "Validate, recommend, recruit, review, publish.")
_command("validate", (), "Check the data and publish the findings.")
_command("recommend", ("recommend",), "What each person needs next, and what not to recommend.")
_command("recruit", ("recruit",), "Draw the recipients of trials that have closed.")
_command("review", ("review",), "Turn trial reports into improvement summaries.")
_command("effect", ("effect",), "Read out what earlier draws caused.")
run.add_command(train)
