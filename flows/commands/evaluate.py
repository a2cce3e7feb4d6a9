"""``shike evaluate``: rolling-origin evaluation against the baselines."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import click

from flows.commands import options
from flows.progress import progress_bar
from flows.settings import load_settings
from infra.landing import fetch_inputs
from infra.pages import EvaluationFacts, render_evaluation
from quality.validation import validate
from recommender.evaluation.report_json import as_json as written_as_json
from recommender.evaluation.report_tables import as_tables
from recommender.evaluation.report_text import as_text
from recommender.evaluation.rolling import EvaluationOptions
from recommender.evaluation.rolling import evaluate as run_evaluation
from recommender.interactions import Level
from recommender.shike_model import ABLATIONS

TEST_CUTS: Final = "2017-10-09,2017-11-06,2017-12-04"
"""The test cuts of the demo data; options are tuned on 2017-09-11 only."""


class Days(click.ParamType[tuple[date, ...]]):
    """Calendar days joined by commas."""

    name = "dates"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[date, ...]:
        """Parse the days."""
        day = options.Day()
        return tuple(day.convert(part.strip(), param, ctx) for part in value.split(","))


@click.command()
@options.data
@click.option("--cuts", type=Days(), default=TEST_CUTS, show_default=True, metavar="D1,D2,…")
@click.option("--horizon", type=click.IntRange(min=1), default=28, show_default=True, help="Days.")
@click.option("--level", type=click.Choice(["need", "item"]), default="need", show_default=True)
@click.option(
    "--without",
    type=click.Choice(ABLATIONS),
    multiple=True,
    help="Measure shike without a group of features, too; may be given several times.",
)
@click.option(
    "--timing/--no-timing",
    default=True,
    show_default=True,
    help="Fit models for twelve weeks more, to measure how well they time.",
)
@click.option(
    "--page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the figures as a page for people to this file, too.",
)
@options.config
@options.as_json
@options.logged
def evaluate(  # noqa: PLR0913 - a parameter for each option of the command
    data: str,
    cuts: tuple[date, ...],
    horizon: int,
    level: Level,
    without: tuple[str, ...],
    page: Path | None,
    config: Path | None,
    *,
    timing: bool,
    as_json: bool,
) -> None:
    """Train before each cut, look at what was bought after it, compare shike with the baselines."""
    settings = load_settings(config)
    last = max(cuts) + timedelta(days=horizon)
    with tempfile.TemporaryDirectory() as work, progress_bar() as progress:
        folder = fetch_inputs(data, Path(work) / "inputs", settings.store)
        checked = Path(work) / "checked"
        validation = validate(
            folder, checked, as_of=last, options=settings.validate, progress=progress
        )
        report = run_evaluation(
            validation.tables,
            cuts=cuts,
            horizon_days=horizon,
            level=level,
            options=EvaluationOptions(
                with_timing=timing,
                without=without,
                annoyance_weight=settings.recommend.annoyance_weight,
            ),
            progress=progress,
        )
    if page:
        facts = EvaluationFacts(cuts=report.cuts, horizon_days=horizon)
        page.write_bytes(render_evaluation(as_tables(report), facts))
    click.echo(written_as_json(report) if as_json else as_text(report))
