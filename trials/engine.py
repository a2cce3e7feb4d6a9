"""SQL over Arrow tables, in memory and in UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from quality.tables.inputs import INPUTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa


def query(sql: str, tables: Mapping[str, pa.Table], **parameters: object) -> pa.Table:
    """Run one SQL statement over named tables; dates become midnights in UTC.

    Callers order their rows and sum only whole numbers, so that the same input gives the same
    bytes on any number of threads.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, table in tables.items():
            connection.register(name, table)
        return connection.sql(sql, params=parameters).to_arrow_table()


def complete(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Return every declared input table in its declared columns; an absent one has no rows.

    Ratings are left behind here: nothing in recruiting can see whether a past report was kind.
    """
    whole = {
        name: _declared(tables[name], name) if name in tables else declared.empty()
        for name, declared in INPUTS.items()
    }
    return whole | {"reports": whole["reports"].drop_columns("rating")}


def carried(tables: Mapping[str, pa.Table]) -> frozenset[str]:
    """Name the columns that hold anything at all, as ``table.column``."""
    return frozenset(
        f"{name}.{column}"
        for name, table in tables.items()
        for column in table.column_names
        if table[column].null_count < len(table)
    )


def _declared(table: pa.Table, name: str) -> pa.Table:
    declared = INPUTS[name]
    return table if table.schema.equals(declared.schema) else declared.conform(table)
