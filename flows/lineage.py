"""From a file or a rule to everything published that used the rows: what a bad batch touched."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import pyarrow as pa

from flows.stages import MAKES
from quality.tables.outputs import LINEAGE

READS: Final[dict[str, frozenset[str]]] = {
    "recommend": frozenset(
        {"events", "items", "users", "awards", "trials", "reports", "exposures"}
    ),
    "recruit": frozenset(
        {"trials", "items", "users", "applications", "awards", "reports", "events", "need_states"}
    ),
    "review": frozenset({"reports", "items", "selection"}),
    "effect": frozenset({"trials", "events", "items", "selection"}),
}
"""Stage → the tables it reads, inputs and those of earlier stages."""
_OF_TRIALS: Final = frozenset({*MAKES["recruit"], *MAKES["effect"]})


def lineage(by_file: pa.Table, digests: Mapping[str, str], stages: Collection[str]) -> pa.Table:
    """Say of each file what was made of its rows.

    Args:
        by_file: See :func:`quality.lineage.rows_by_file`.
        digests: SHA-256 of each file, by its name relative to the data folder.
        stages: The stages that ran.
    """
    rows = [_row(row, digests, stages) for row in by_file.to_pylist()]
    return LINEAGE.conform(pa.Table.from_pylist(rows, schema=LINEAGE.schema))


def used_by(table: str, stages: Collection[str]) -> tuple[str, ...]:
    """Return the published tables that the rows of a table go into, directly or through others."""
    touched: set[str] = {table}
    for stage, reads in READS.items():
        if stage in stages and touched & reads:
            touched |= set(MAKES[stage])
    return tuple(sorted(touched - {table}))


def touched(
    lineages: Mapping[str, pa.Table], *, file: str = "", table: str = "", rule_id: str = ""
) -> Iterator[dict[str, Any]]:
    """Yield what each run made of a file, or of the files that hold rows breaking a rule.

    Args:
        lineages: ``lineage`` of every run by run id.
        file: A file, relative to the data folder.
        table: With a rule: its table.
        rule_id: The rule.
    """
    for run_id, rows in lineages.items():
        for row in rows.to_pylist():
            of_rule = row["table"] == table and rule_id in row["rule_ids"]
            if of_rule if rule_id else row["source_file"] == file:
                yield {"run_id": run_id, **row}


def _row(
    row: dict[str, Any], digests: Mapping[str, str], stages: Collection[str]
) -> dict[str, Any]:
    tables = used_by(row["table"], stages) if row["rows_accepted"] else ()
    return {
        **row,
        "sha256": digests.get(row["source_file"], ""),
        "used_by": list(tables),
        "trials": row["trials"] if _OF_TRIALS.intersection(tables) else [],
        "items": row["items"] if "improvement_summary" in tables else [],
    }
