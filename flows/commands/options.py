"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import click

from flows.settings import load_settings
from infra.logs import Format, configure_logging


class Day(click.ParamType[date]):
    """A calendar day as YYYY-MM-DD."""

    name = "date"

    def convert(
        self, value: str | date, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Parse the day."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(
                f"{value!r} is not a day; write it as YYYY-MM-DD, such as 2017-12-04", param, ctx
            )


def _today() -> date:
    return datetime.now(UTC).date()


data = click.option(
    "--data", required=True, metavar="URI", help="Folder or s3:// prefix of the input tables."
)
store = click.option(
    "--store", required=True, metavar="URI", help="Folder or s3:// prefix to publish to."
)
as_of = click.option(
    "--as-of",
    type=Day(),
    default=_today,
    show_default="today, UTC",
    help="Everything before the start of this day is known, nothing after.",
)
config = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Settings file; default shike.toml in the working folder, if there.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Machine output.")


def logged(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--verbose`` and ``--log-format``, and set the log up before the command runs."""

    @functools.wraps(command)
    def with_log(*, verbose: bool, log_format: Format | None, **arguments: Any) -> None:
        config = arguments.get("config")
        form = log_format or load_settings(config).logging.format
        configure_logging(verbose=verbose, form=form)
        command(**arguments)

    say_all = "Show every log line, and where a fault happened."
    say_how = "How a log line reads; default as [logging] format says, which is text."
    forms = click.Choice(get_args(Format))
    with_options = click.option("--log-format", type=forms, help=say_how)(with_log)
    return click.option("--verbose", is_flag=True, help=say_all)(with_options)
