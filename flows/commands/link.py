"""``shike link``: one published file for somebody without credentials, for a short time."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands import options
from flows.settings import load_settings
from infra.aws.links import LONGEST_MINUTES, USUAL_MINUTES, presigned_link
from infra.store import BucketAddress, parse_address


@click.command()
@click.argument("key")
@options.store
@click.option(
    "--minutes",
    type=click.IntRange(1, LONGEST_MINUTES),
    default=USUAL_MINUTES,
    show_default=True,
    help="How long the link lives.",
)
@options.config
def link(key: str, store: str, minutes: int, config: Path | None) -> None:
    """Print a link to KEY of a store in S3, such as merchants/m1/runs/…/merchant.html.

    Whoever has the link can read that file until it expires, so it is as secret as the file.
    """
    address = parse_address(store)
    if not isinstance(address, BucketAddress):
        raise click.UsageError(f"{address.path} is a folder and has no links; open the file in it")
    try:
        made = presigned_link(address, key, load_settings(config).store, minutes=minutes)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    click.echo(made)
