"""Which file gave which rows: what a bad batch could have touched begins here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pyarrow as pa

from quality.reading.sql import literal
from quality.tables import INPUTS

if TYPE_CHECKING:
    import duckdb

    from quality.schema import Table


def rows_by_file(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> pa.Table:
    """Count the rows of every file, and name the trials and products that they are about.

    Args:
        connection: Where ``typed_<table>``, ``known_<table>`` and ``refused_<table>`` are.
        names: The tables.

    Returns:
        One row a file that has rows: table, source_file, rows_read, rows_accepted,
        rows_quarantined, rule_ids, trials (of accepted rows), items (of accepted trial reports).
    """
    parts = [_files(INPUTS[name]) for name in names]
    if not parts:
        return _EMPTY
    found = connection.sql(" UNION ALL ".join(parts) + " ORDER BY ALL").to_arrow_table()
    return found.rename_columns(_EMPTY.column_names).cast(_EMPTY.schema)


_EMPTY = pa.schema(
    [
        ("table", pa.string()),
        ("source_file", pa.string()),
        ("rows_read", pa.int64()),
        ("rows_accepted", pa.int64()),
        ("rows_quarantined", pa.int64()),
        ("rule_ids", pa.list_(pa.string())),
        ("trials", pa.list_(pa.string())),
        ("items", pa.list_(pa.string())),
    ]
).empty_table()


def _files(table: Table) -> str:
    name = table.name
    trials = _distinct("trial_id") if "trial_id" in table.column_names else "[]::VARCHAR[]"
    items = _distinct("item_id") if name == "reports" else "[]::VARCHAR[]"
    return f"""
        SELECT {literal(name)} AS "table", source_file, read,
               coalesce(accepted, 0), coalesce(quarantined, 0),
               coalesce(rule_ids, []), coalesce(trials, []), coalesce(items, [])
        FROM (SELECT source_file, count(*) AS read FROM typed_{name} GROUP BY 1)
        LEFT JOIN (
            SELECT source_file, count(*) AS accepted, {trials} AS trials, {items} AS items
            FROM known_{name} ANTI JOIN refused_{name} USING (source_file, row_number)
            GROUP BY 1) USING (source_file)
        LEFT JOIN (
            SELECT source_file, count(*) AS quarantined,
                   list_sort(list_distinct(flatten(list(rule_ids)))) AS rule_ids
            FROM refused_{name} GROUP BY 1) USING (source_file)"""


def _distinct(column: str) -> str:
    return f"list_sort(list(DISTINCT {column}) FILTER ({column} IS NOT NULL))"
