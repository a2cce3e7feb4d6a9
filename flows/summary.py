"""The run in a few lines of Markdown, for Prefect's pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from flows.ledger import Ledger
from flows.operations import Told
from infra.operations import StageRecord

_FATES: Final = (
    "read",
    "quarantined",
    "duplicates",
    "after_as_of",
    "replaced",
    "erased",
    "accepted",
)
"""From what came in to what went on."""


def run_summary(ledger: Ledger, told: Told, stages: Sequence[StageRecord]) -> str:
    """Return the run: its verdict, where its rows went, its stages, what it made.

    Args:
        ledger: The run's own record.
        told: What the attempt came to know.
        stages: The attempt's stages, in the order they ran.
    """
    return "\n\n".join(
        (
            f"# {ledger.run_id}",
            f"validation: **{ledger.verdict}**",
            _table(("table", *_FATES), _waterfall(ledger.counts)),
            _table(("people", "count"), told.people.items()),
            _table(("stage", "outcome", "seconds", "tries", "rows in", "rows out"), _timed(stages)),
            _table(("output", "rows"), sorted(told.outputs.items())),
        )
    )


def _waterfall(counts: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Return where the rows of each table went, and those of all tables."""
    rows = [(count["table"], *(count[fate] for fate in _FATES)) for count in counts]
    totals = [sum(count[fate] for count in counts) for fate in _FATES]
    return [*rows, ("**all**", *totals)]


def _timed(stages: Sequence[StageRecord]) -> list[tuple[Any, ...]]:
    return [
        (
            stage.name,
            stage.outcome,
            f"{stage.seconds:.1f}",
            stage.tries,
            sum(stage.rows_in.values()),
            sum(stage.rows_out.values()),
        )
        for stage in stages
    ]


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
