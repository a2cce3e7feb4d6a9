"""The ``shike`` command: names, help, and the exit codes that scripts rely on.

A command's module is imported when the command runs, so that ``shike tables`` need not wait for
Prefect.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys
from collections.abc import Sequence
from typing import NamedTuple, NoReturn, cast

import click

from flows.exits import Exit, exit_for

logger = logging.getLogger(__name__)


class _Command(NamedTuple):
    target: str
    summary: str


COMMANDS = {
    "demo": _Command("flows.commands.demo:demo", "The real demo data set through the whole day."),
    "run": _Command("flows.commands.run:run", "The day, or one stage of it."),
    "backfill": _Command("flows.commands.backfill:backfill", "The days of a range, in order."),
    "check": _Command("flows.commands.check:check", "Validate only, publish nothing."),
    "evaluate": _Command(
        "flows.commands.evaluate:evaluate", "Rolling-origin evaluation against the baselines."
    ),
    "serve": _Command("flows.commands.serve:serve", "Run the schedules in one process."),
    "bootstrap": _Command(
        "flows.commands.bootstrap:bootstrap", "The bucket and the policies of a store in S3."
    ),
    "link": _Command("flows.commands.link:link", "A link to one published file, for a short time."),
    "doctor": _Command("flows.commands.doctor:doctor", "Is everything in place for a day?"),
    "runs": _Command("flows.commands.published:runs", "What is published."),
    "show": _Command("flows.commands.published:show", "One published run."),
    "rollback": _Command("flows.commands.retiring:rollback", "Make an earlier run current again."),
    "gc": _Command("flows.commands.retiring:gc", "Delete runs that nobody needs any more."),
    "trace": _Command("flows.commands.trace:trace", "What a bad file or rule has touched."),
    "replay": _Command("flows.commands.replay:replay", "Mended rows back into the next day."),
    "erase": _Command("flows.commands.erase:erase", "Leave a person out from now on."),
    "verify-draw": _Command(
        "flows.commands.verify_draw:verify_draw", "Replay a published draw and compare."
    ),
    "review": _Command("flows.commands.review:review", "Explain how one trial report is read."),
    "tables": _Command("flows.commands.tables:tables", "The data dictionary."),
    "synth": _Command("flows.commands.synth:synth", "Write a synthetic shop with known truth."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order a reader meets them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].target.partition(":")
        return cast("click.Command", getattr(importlib.import_module(module), attribute))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.summary) for name, command in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shike")
def cli() -> None:
    """Trial marketing and need-aware recommendation for shops (试客).

    Exit codes: 0 done, 1 fault of ours, 2 wrong usage, 3 data contract broken (nothing published
    but the findings), 4 no selection meets the quotas, 5 storage or the cluster did not
    answer.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(run_command_line(arguments))


def run_command_line(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; what went wrong becomes one sentence."""
    try:
        cli.main(list(arguments), standalone_mode=False)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.Abort:
        click.echo("interrupted", err=True)
        return Exit.FAULT
    except Exception as error:  # noqa: BLE001 - the outermost frame: every error becomes a sentence
        return _explain(error, as_json="--json" in arguments, verbose="--verbose" in arguments)
    return Exit.DONE


def _explain(error: Exception, *, as_json: bool, verbose: bool) -> int:
    """Say what went wrong, in the form asked for, and return the exit code."""
    code = exit_for(error)
    message = error.format_message() if isinstance(error, click.ClickException) else str(error)
    if code is Exit.FAULT:
        message = f"{type(error).__name__}: {message}"
        if verbose:
            logger.error("a fault of ours", exc_info=error)
        else:
            message += "\nThis is a fault of shike; --verbose shows where it happened."
    message = "\n".join([message, *getattr(error, "__notes__", ())])
    if as_json:
        click.echo(json.dumps({"error": message, "exit_code": code.value}, ensure_ascii=False))
    else:
        click.echo(f"shike: {message}", err=True)
    return code.value
