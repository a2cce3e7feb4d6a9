"""``shike trace``: from a file or a rule to the tables, draws and summaries that used its rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Column, Table

from flows.commands import options
from flows.lineage import touched
from flows.recall import recall_run, run_ids
from flows.settings import load_settings
from infra.store import open_store
from quality.tables import INPUTS


@click.command()
@click.argument("what")
@options.store
@options.config
@options.as_json
def trace(what: str, store: str, config: Path | None, *, as_json: bool) -> None:
    """Show what a bad batch touched, in every run that is published.

    WHAT is a source file as the quarantine names it (events.csv), or a rule with its table
    (events.quantity.bounds), which stands for all files with rows that broke it.
    """
    target = open_store(store, load_settings(config).store)
    runs = [recall_run(target, run_id) for run_id in run_ids(target)]
    lineages = {past.ledger.run_id: past.table("lineage") for past in runs if past.has("lineage")}
    table, _, rule_id = what.partition(".")
    found = list(touched(lineages, file=what))
    if not found and table in INPUTS:
        found = list(touched(lineages, table=table, rule_id=rule_id))
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, default=str))
    elif found:
        Console().print(_shown(found))
    else:
        click.echo(
            f"no published run read a file {what!r}, and none refused rows under such a rule"
        )


def _shown(found: list[dict[str, Any]]) -> Table:
    shown = Table(Column("run", no_wrap=True), "file", "refused", "accepted", "went into")
    for row in found:
        went = [*row["used_by"]]
        went += [f"draw of {trial}" for trial in row["trials"]]
        went += [f"summary of {item}" for item in row["items"]]
        numbers = (f"{row['rows_quarantined']:,}", f"{row['rows_accepted']:,}")
        shown.add_row(row["run_id"], row["source_file"], *numbers, ", ".join(went) or "nothing")
    return shown
