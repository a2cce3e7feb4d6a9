"""``shike bootstrap``: the bucket and the policies that a store in S3 needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from flows.commands import options
from flows.settings import load_settings
from infra.aws.bootstrap import bootstrap as set_up
from infra.aws.bootstrap import place_of
from infra.aws.identity import policies_of, put_policies
from infra.aws.steps import Step
from infra.store import BucketAddress, parse_address


@click.command()
@options.store
@click.option(
    "--merchant", "merchants", multiple=True, metavar="ID", help="Make this merchant's policy, too."
)
@click.option("--iam", is_flag=True, help="Make the policies in IAM.")
@click.option(
    "--policies-to",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the policies as JSON, for whoever may make them.",
)
@click.option(
    "--kms-key", default="", metavar="ARN", help="Encrypt with this KMS key; default S3's own."
)
@options.config
def bootstrap(
    store: str,
    merchants: tuple[str, ...],
    policies_to: Path | None,
    kms_key: str,
    config: Path | None,
    *,
    iam: bool,
) -> None:
    """Create the bucket if it is missing, and apply every setting that is not in force yet.

    Needs credentials that may administer the bucket, and with --iam policies; publishing does not.
    A second run changes nothing. One line a setting: done, already, or not supported.
    """
    address = parse_address(store)
    if not isinstance(address, BucketAddress):
        click.echo(f"{address.path} is a folder: there is nothing to do, publishing makes it")
        return
    reached = load_settings(config).store
    place = place_of(address, reached, kms_key=kms_key)
    for step in set_up(place, reached):
        _tell(step)
    documents = policies_of(place, merchants)
    if policies_to is not None:
        _write(documents, policies_to)
    if iam:
        for step in put_policies(documents, reached):
            _tell(step)
    if policies_to is None and not iam:
        click.echo("policies: left alone; --iam makes them, --policies-to DIR writes them")


def _tell(step: Step) -> None:
    note = f" ({step.note})" if step.note else ""
    click.echo(f"{step.setting}: {step.outcome}{note}")


def _write(documents: Mapping[str, Mapping[str, Any]], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in documents.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        click.echo(f"policy {name}: written to {path}")
