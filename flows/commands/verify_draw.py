"""``shike verify-draw``: replay a published draw and compare."""

from __future__ import annotations

import json
from pathlib import Path

import click

from flows.commands import options
from flows.recall import recall
from flows.settings import load_settings
from infra.store import open_store
from quality.errors import ContractError
from trials.verification import verify_draw as replay


@click.command("verify-draw")
@click.argument("trial_id")
@options.store
@options.config
@options.as_json
def verify_draw(trial_id: str, store: str, config: Path | None, *, as_json: bool) -> None:
    """Replay the draw of TRIAL_ID from its certificate and compare with what was published.

    Exits with 0 when they are equal, with 3 when anything differs.
    """
    target = open_store(store, load_settings(config).store)
    past = recall(target)
    drawn = past.table("draw_certificate").to_pylist() if past and past.has("selection") else []
    certificates = {row["trial_id"]: row for row in drawn}
    if past is None or trial_id not in certificates:
        known = ", ".join(sorted(certificates)) or "none"
        raise click.UsageError(f"no draw of {trial_id!r} at {target.address}; drawn are: {known}")
    findings = replay(certificates[trial_id], past.table("selection"))
    if as_json:
        differences = [finding.__dict__ for finding in findings]
        shown = {"trial_id": trial_id, "is_equal": not findings, "findings": differences}
        click.echo(json.dumps(shown, ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{finding.sentence_en} / {finding.sentence_zh}")
    if findings:
        raise ContractError(f"the draw of {trial_id} is not what its certificate says")
    if not as_json:
        click.echo(f"{trial_id}: the replay equals the published draw")
