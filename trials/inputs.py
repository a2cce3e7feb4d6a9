"""The input tables as recruiting reads them: all of them, in their declared columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from quality.tables.inputs import INPUTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quality.scanning import Rows


def complete(tables: Mapping[str, Rows]) -> dict[str, Rows]:
    """Return every declared input table in its declared columns; an absent one has no rows.

    Ratings are left behind here: nothing in recruiting can see whether a past report was kind.
    """
    whole = {
        name: _declared(tables[name], name) if name in tables else declared.empty()
        for name, declared in INPUTS.items()
    }
    return whole | {"reports": whole["reports"].drop_columns("rating")}


def carried(tables: Mapping[str, Rows]) -> frozenset[str]:
    """Name the columns of tables in memory that hold anything at all, as ``table.column``."""
    return frozenset(
        f"{name}.{column}"
        for name, table in tables.items()
        if isinstance(table, pa.Table)
        for column in table.column_names
        if table[column].null_count < len(table)
    )


def _declared(table: Rows, name: str) -> Rows:
    declared = INPUTS[name]
    return table if table.schema.equals(declared.schema) else declared.conform(table)
