"""``shike run train``: learn anew how trial reports are read, from the shop's own stars."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from flows.commands import options
from flows.training import train_models

_VERDICTS = {
    "replaced": "a new model reads from the next day on",
    "worse": "the new model is worse and was put aside",
    "cannot_tell": "the new model may be worse and was put aside",
    "too_few": "too few own reports, nothing was learned",
}


@click.command()
@options.data
@options.store
@options.as_of
@options.config
@options.as_json
@options.logged
def train(*, data: str, store: str, as_of: date, config: Path | None, as_json: bool) -> None:
    """Learn from the shop's own stars how to read trial reports.

    The new models are compared with those in use on reports that no training learns from, and read
    from the next day on if they are no worse.
    """
    result = train_models(
        data=data, store=store, as_of=as_of.isoformat(), config=str(config) if config else None
    )
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, sort_keys=True))
        return
    click.echo(f"{result['outcome']}: training {result['run_id']}")
    for comparison in result["comparisons"]:
        click.echo(f"  {_line(comparison)}")


def _line(seen: dict[str, Any]) -> str:
    told = f"{seen['language']}: {_VERDICTS[seen['verdict']]} ({seen['own']} own reports"
    if seen["tutored"]:
        told += f" and {seen['tutored']} labelled by a teacher"
    if seen["difference"] is None:
        return f"{told}, {seen['compared']} to compare on)"
    return (
        f"{told} and {seen['packaged']} packaged ones; on {seen['compared']} held back macro-F1 "
        f"{seen['macro_f1_before']:.3f} → {seen['macro_f1_after']:.3f}, difference 95% "
        f"[{seen['low']:+.3f}, {seen['high']:+.3f}])"
    )
