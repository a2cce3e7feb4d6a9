"""``shike replay``: mended rows of a run's quarantine back into the next day."""

from __future__ import annotations

from pathlib import Path

import click
import pyarrow as pa

from flows.commands import options
from flows.commands.published import known_run
from flows.corrections import replay as keep
from flows.settings import load_settings
from infra.store import open_store
from quality.replay import mended, to_mend, unchanged


@click.command()
@click.argument("run_id")
@options.store
@click.option(
    "--export",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the refused rows to this file, one JSON object a line, to be mended; replay none.",
)
@click.option(
    "--mended",
    "mended_rows",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The mended lines of that file; without it the rows are replayed as they were read.",
)
@options.config
def replay(
    run_id: str, store: str, export: Path | None, mended_rows: Path | None, config: Path | None
) -> None:
    """Read the refused rows of RUN_ID again on the next day.

    Each row counts once, however often it is replayed: the row that was refused is left out from
    then on, and a good row of the same key that the source delivers later takes the place of the
    replayed one. RUN_ID may be 'current'.
    """
    target = open_store(store, load_settings(config).store)
    past = known_run(target, run_id)
    quarantine = past.table("quarantine")
    if export:
        export.write_text("".join(f"{line}\n" for line in to_mend(quarantine)), encoding="utf-8")
        click.echo(f"{len(quarantine):,} refused rows of {past.ledger.run_id} are in {export}")
        return
    try:
        rows = _mended(quarantine, mended_rows)
        is_new = keep(target, past.ledger.run_id, rows) if len(rows) else False
    except ValueError as error:
        raise click.UsageError(f"{mended_rows or run_id}: {error}") from error
    said = "will be read with the next day" if is_new else "nothing new: replayed before, or none"
    click.echo(f"{len(rows):,} rows of {past.ledger.run_id}: {said}")


def _mended(quarantine: pa.Table, file: Path | None) -> pa.Table:
    if file is None:
        return unchanged(quarantine)
    try:
        return mended(quarantine, file.read_text(encoding="utf-8").splitlines())
    except UnicodeDecodeError as error:
        raise ValueError(f"must be UTF-8 ({error})") from error
