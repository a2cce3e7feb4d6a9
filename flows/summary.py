"""The run in a few lines of Markdown, for Prefect's pages."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from flows.ledger import Ledger


def run_summary(ledger: Ledger, outputs: Mapping[str, pa.Table]) -> str:
    """Return the run in a few lines of Markdown."""
    rows = "\n".join(f"| {name} | {len(table):,} |" for name, table in sorted(outputs.items()))
    counts = "\n".join(
        f"| {count['table']} | {count['read']:,} | {count['accepted']:,} "
        f"| {count['quarantined']:,} | {count['duplicates']:,} | {count['after_as_of']:,} |"
        for count in ledger.counts
    )
    return (
        f"# {ledger.run_id}\n\nvalidation: **{ledger.verdict}**\n\n"
        "| table | read | accepted | quarantined | duplicates | after as-of |\n"
        f"|---|---|---|---|---|---|\n{counts}\n\n"
        f"| output | rows |\n|---|---|\n{rows}\n"
    )
