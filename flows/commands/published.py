"""``shike runs`` and ``shike show``: what a store holds."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Column, Table

from flows.commands import options
from flows.recall import Past, recall, recall_run, run_ids
from flows.settings import load_settings
from infra.operations import Attempt, kept_attempts
from infra.publish import Status
from infra.store import Store, open_store


@click.command()
@options.store
@options.config
@options.as_json
def runs(store: str, config: Path | None, *, as_json: bool) -> None:
    """List the published runs, oldest day first; the current one is marked."""
    target = _opened(store, config)
    current = recall(target)
    found = [recall_run(target, run_id) for run_id in run_ids(target)]
    if as_json:
        click.echo(json.dumps([_line(past, current) for past in found], ensure_ascii=False))
        return
    table = Table("", Column("run", no_wrap=True), "as of", "validation", "stages", "objects")
    for past in found:
        ledger = past.ledger
        mark = "→" if _is_current(past, current) else ""
        stages = ", ".join(ledger.stages) or "validate"
        objects = str(len(past.manifest.objects))
        day = ledger.as_of.isoformat()
        table.add_row(mark, ledger.run_id, day, ledger.verdict, stages, objects)
    Console().print(table)


@click.command()
@click.argument("run_id")
@options.store
@options.config
@options.as_json
def show(run_id: str, store: str, config: Path | None, *, as_json: bool) -> None:
    """Show one published run: its verdict, its rows, its files. RUN_ID may be 'current'.

    How long its stages took is shown as far as it is remembered below operations/.
    """
    target = _opened(store, config)
    past = known_run(target, run_id)
    made_by = _made_by(target, past)
    if as_json:
        files = {name: asdict(record) for name, record in past.manifest.objects.items()}
        timed = [asdict(stage) for stage in made_by.stages] if made_by else None
        shown = json.loads(past.ledger.to_bytes()) | {"objects": files, "timings": timed}
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    console = Console()
    console.print(f"{past.ledger.run_id}: validation {past.ledger.verdict}")
    table = Table(Column("file", no_wrap=True), "rows", "bytes", Column("made by", no_wrap=True))
    for name, record in sorted(past.manifest.objects.items()):
        rows = "" if record.rows is None else f"{record.rows:,}"
        origin = past.ledger.origins.get(name.partition(".")[0], "")
        table.add_row(name, rows, f"{record.bytes:,}", origin)
    console.print(table)
    if made_by:
        _print_timings(console, made_by)


def _made_by(target: Store, past: Past) -> Attempt | None:
    """Return the attempt that published a run, if it is remembered."""
    made = (
        attempt
        for attempt in kept_attempts(target)
        if attempt.run_id == past.ledger.run_id and attempt.outcome == Status.PUBLISHED
    )
    return next(made, None)


def _print_timings(console: Console, attempt: Attempt) -> None:
    console.print(
        f"made in {attempt.seconds:.1f} s from {attempt.started:%Y-%m-%d %H:%M} UTC on, "
        f"begun again {attempt.retries} times"
    )
    table = Table("stage", "outcome", "seconds", "tries", "rows in", "rows out")
    for stage in attempt.stages:
        rows = (f"{sum(counts.values()):,}" for counts in (stage.rows_in, stage.rows_out))
        seconds = f"{stage.seconds:.1f}"
        table.add_row(stage.name, stage.outcome, seconds, str(stage.tries), *rows)
    console.print(table)


def _opened(store: str, config: Path | None) -> Store:
    return open_store(store, load_settings(config).store)


def known_run(target: Store, run_id: str) -> Past:
    """Return a published run; ``current`` is the one that is.

    Raises:
        click.UsageError: If there is none.
    """
    if run_id == "current":
        past = recall(target)
        if past is None:
            raise click.UsageError(f"nothing is published at {target.address}; run a day first")
        return past
    known = run_ids(target)
    if run_id not in known:
        listed = ", ".join(known) or "none"
        raise click.UsageError(f"no run {run_id!r} at {target.address}; there are: {listed}")
    return recall_run(target, run_id)


def _line(past: Past, current: Past | None) -> dict[str, str | bool]:
    return {
        "run_id": past.ledger.run_id,
        "as_of": past.ledger.as_of.isoformat(),
        "verdict": past.ledger.verdict,
        "is_current": _is_current(past, current),
    }


def _is_current(past: Past, current: Past | None) -> bool:
    return current is not None and current.ledger.run_id == past.ledger.run_id
