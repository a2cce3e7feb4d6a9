"""``shike tables``: the data dictionary, derived from the declared tables."""

from typing import Literal

import click

from quality.dictionary import data_dictionary


@click.command()
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True)
def tables(lang: Literal["zh", "en"]) -> None:
    """Print every input and output table: columns, types, units, bounds, keys, sensitivity."""
    click.echo(data_dictionary(lang))
