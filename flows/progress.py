"""A progress bar where a person watches, silence elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from infra.logs import is_for_machines
from quality import progress as listeners


@contextmanager
def progress_bar() -> Iterator[listeners.Progress]:
    """Show one bar a kind of work on a terminal; elsewhere the log's lines must do."""
    if not sys.stderr.isatty() or is_for_machines():
        yield listeners.silent
        return
    columns = (TextColumn("{task.description:<28}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        rows: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in rows:
                rows[what] = bars.add_task(what, total=total)
            bars.update(rows[what], completed=done, total=total)

        yield show
