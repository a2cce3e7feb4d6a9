"""``shike check``: the findings on a terminal before a delivery, nothing published."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from datetime import date
from pathlib import Path

import click
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from flows.commands import options
from flows.progress import progress_bar
from flows.settings import load_settings
from infra.landing import fetch_inputs
from quality.errors import ContractError
from quality.validation import Validation, validate


@click.command()
@click.argument("uri")
@options.as_of
@options.config
@options.as_json
@options.logged
def check(uri: str, as_of: date, config: Path | None, *, as_json: bool) -> None:
    """Validate the input tables at URI (a folder or s3://bucket/prefix) and publish nothing.

    Exits with 0 when the data may be used, with 3 when a rule blocks them.
    """
    settings = load_settings(config)
    with tempfile.TemporaryDirectory() as work, progress_bar() as progress:
        folder = fetch_inputs(uri, Path(work) / "inputs", settings.store)
        validation = validate(
            folder,
            Path(work) / "checked",
            as_of=as_of,
            options=settings.validate,
            progress=progress,
        )
    click.echo(_as_json(validation)) if as_json else _print(validation)
    if validation.verdict == "block":
        raise ContractError(
            f"the data at {uri} may not be used; the blocking rules are named above"
        )


def _as_json(validation: Validation) -> str:
    findings = validation.report.filter(pc.not_equal(validation.report["verdict"], "pass"))
    return json.dumps(
        {
            "verdict": validation.verdict,
            "counts": [asdict(count) for count in validation.counts],
            "findings": findings.drop_columns(["trend", "sample"]).to_pylist(),
        },
        ensure_ascii=False,
        default=str,
    )


def _print(validation: Validation) -> None:
    console = Console()
    counts = Table("table", "read", "accepted", "quarantined", "duplicates", "after as-of")
    for count in validation.counts:
        placed = (count.accepted, count.quarantined, count.duplicates, count.after_as_of)
        counts.add_row(count.table, *(f"{rows:,}" for rows in (count.read, *placed)))
    console.print(counts)
    findings = Table("verdict", "rule", "failed", "of", "what was found")
    for row in validation.report.to_pylist():
        if row["rows_failed"] or row["verdict"] != "pass":
            numbers = (f"{row['rows_failed']:,}", f"{row['rows_checked']:,}")
            rule = f"{row['table']}: {row['rule_id']}"
            findings.add_row(row["verdict"], rule, *numbers, row["found_en"] or row["sentence_en"])
    if findings.row_count:
        console.print(findings)
    console.print(f"verdict: {validation.verdict}")
