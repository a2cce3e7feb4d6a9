"""``shike synth``: a shop whose truth is known, for tests and for measuring scale."""

from pathlib import Path

import click

from flows.progress import progress_bar
from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop


@click.command()
@click.option("--users", type=click.IntRange(min=1), default=1000, show_default=True)
@click.option("--days", type=click.IntRange(min=1), default=365, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
def synth(users: int, days: int, seed: int, out: Path) -> None:
    """Write a synthetic shop with known truth: input tables in OUT, the truth in OUT/truth.

    Consumables with known cycles, durables, complements with lags, stock-ups, returns, freebie
    hunters, uplift by segment, and product faults in the report texts.
    """
    options = SyntheticOptions(users=users, days=days, seed=seed)
    with progress_bar() as progress:
        write_synthetic_shop(out, options, progress)
    click.echo(f"wrote a synthetic shop of {users} users and {days} days to {out}")
