"""``shike demo``: the real demo data set through the whole day, into a folder."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Final

import click

from flows.assembly import STAGES
from flows.build import CACHE
from flows.commands import options
from flows.commands.run import start
from flows.progress import progress_bar
from infra.sources.complete_journey import disclaimers
from infra.sources.demo import write_demo_data
from infra.sources.demo_reports import NOTICE_EN, NOTICE_ZH

AS_OF: Final = date(2017, 12, 4)
"""The demo's day: the last test cut, with four weeks of purchases after it to look at."""


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-store"),
    show_default=True,
    help="Folder to publish to.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-data"),
    show_default=True,
    help="Folder for the input tables.",
)
@options.logged
def demo(out: Path, data: Path) -> None:
    """Run the whole day on real household purchases and review texts."""
    click.echo("preparing the demo data: real household purchases, real review texts")
    with progress_bar() as progress:
        write_demo_data(data, as_of=AS_OF, cache=CACHE, progress=progress)
    config = data.with_suffix(".toml")
    config.touch(mode=0o600)
    config.chmod(0o600)
    config.write_text(_config(), encoding="utf-8")
    start(STAGES, data=str(data), store=str(out), as_of=AS_OF, config=config)


def _config() -> str:
    """Return the demo's settings: its name, and what a reader must know of its data."""
    sentences = [(note.zh, note.en) for note in disclaimers()] + [(NOTICE_ZH, NOTICE_EN)]
    lines = [
        "# Written by `shike demo`; the keys are examples, a shop keeps its own secret.",
        "[shop]",
        'name = "shike demo"',
        f"notes_zh = {json.dumps([zh for zh, _ in sentences], ensure_ascii=False)}",
        f"notes_en = {json.dumps([en for _, en in sentences], ensure_ascii=False)}",
        'pseudonym_key = "demo"',
        "[recruit]",
        'draw_secret = "demo"',
        "[[validate.waivers]]",
        'rule = "reports.table.fresh"',
        'person = "shike demo"',
        'reason = "the review texts were all given dates before October"',
        "until = 2017-12-31",
    ]
    return "\n".join(lines) + "\n"
