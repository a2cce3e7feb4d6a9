"""The rows that broke a row rule, complete and as they were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.reading.sql import literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from quality.reading.source import Source
    from quality.rules.rule import Rule


def quarantine_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    failed: Sequence[tuple[Rule, int]],
    sources: Sequence[Source],
    forbidden_columns: tuple[str, ...],
) -> int:
    """Make the table ``refused_<table>``: source_file, row_number, rule_ids, raw.

    Args:
        connection: Where the views are.
        table: Name of the table.
        failed: The row rules that were broken, with the number of rows counted for each.
        sources: The raw views of the table.
        forbidden_columns: Columns, in lower case, that are kept out of ``raw`` too.

    Returns:
        The number of rows refused.

    Raises:
        RuntimeError: If a rule's query finds another number of rows than was counted.
    """
    connection.execute(
        f"CREATE TABLE broken_{table} (source_file VARCHAR, row_number BIGINT, rule_id VARCHAR)"
    )
    for rule, counted in failed:
        query = rule.query.replace("{batch}", f"known_{table}")
        ((found,),) = connection.execute(
            f"INSERT INTO broken_{table}"
            f" SELECT source_file, row_number, {literal(rule.rule_id)} FROM ({query})"
        ).fetchall()
        if found != counted:
            raise RuntimeError(
                f"{table}: rule {rule.rule_id} must quarantine the {counted} rows it counted,"
                f" found {found}"
            )
    raws = " UNION ALL ".join(
        source.rows_as_json(f"broken_{table}", without=source.among(forbidden_columns))
        for source in sources
    )
    ((refused,),) = connection.execute(f"""
        CREATE TABLE refused_{table} AS
        SELECT source_file, row_number, rule_ids, raw
        FROM (SELECT source_file, row_number, list(rule_id ORDER BY rule_id) AS rule_ids
              FROM broken_{table} GROUP BY ALL)
        JOIN ({raws}) USING (source_file, row_number)""").fetchall()
    return int(refused)


def masked_sample(
    connection: duckdb.DuckDBPyConnection, rule: Rule, visible: Mapping[str, bool], most: int
) -> str:
    """Return some rows that broke a rule as a JSON list, nothing personal among the values.

    Args:
        connection: Where ``refused_<table>`` is.
        rule: The broken row rule.
        visible: The columns to show, each with whether its values may be seen.
        most: How many rows to show.
    """
    fields = ["'source_file': source_file", "'row_number': row_number"]
    for column, is_visible in visible.items():
        value = f"left(json_extract_string(raw, {literal(f'$.{column}')}), 80)"
        shown = value if is_visible else f"CASE WHEN {value} IS NOT NULL THEN '•••' END"
        fields.append(f"{literal(column)}: {shown}")
    ((sample,),) = connection.execute(f"""
        SELECT to_json(list({{{", ".join(fields)}}} ORDER BY source_file, row_number))::VARCHAR
        FROM (SELECT * FROM refused_{rule.table}
              WHERE list_contains(rule_ids, {literal(rule.rule_id)})
              ORDER BY source_file, row_number LIMIT {most})""").fetchall()
    return sample or "[]"
