"""What makes two items substitutes: the merchant's need group, else the last category level."""

import pyarrow as pa

from quality.database import query

NEED_GROUP_SQL = "coalesce(nullif(need_group, ''), string_split(category, '/')[-1])"
"""The need group of a row of ``items``, in DuckDB's SQL."""


def sellers_by_need(items: pa.Table) -> pa.Table:
    """Return who sells into which need group: need_group, merchant_id, distinct and sorted."""
    return query(
        f"SELECT DISTINCT {NEED_GROUP_SQL} AS need_group, merchant_id FROM items ORDER BY ALL",
        {"items": items},
    )
