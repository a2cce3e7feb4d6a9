"""Rows that are set aside before they are judged: replaced by mended ones, or of an erased person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from quality.reading.sql import literal
from quality.replay import REPLAYED
from quality.tables import INPUTS

if TYPE_CHECKING:
    import duckdb

    from quality.reading.delivery import Delivery
    from quality.reading.source import Source
    from quality.schema import Table

PERSON = "user_id"
"""The column that says whose row it is, in every table that knows people."""

IsErased = Callable[[Sequence[str]], Sequence[bool]]


@dataclass(frozen=True)
class Corrections:
    """What people decided about delivered rows after they had been delivered."""

    replays: Path | None = None
    """A folder made by :func:`quality.replay.lay_out`; None if nothing was replayed."""
    is_erased: IsErased | None = None
    """Tells of each person whether all their rows are to be left out; None if nobody is erased."""


def set_aside(
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    corrections: Corrections,
    forbidden_columns: tuple[str, ...],
) -> None:
    """Make ``aside_<table>`` for every table: source_file, row_number, why.

    ``why`` is ``replaced`` (a mended row was replayed in its place), ``erased`` (of a person who is
    erased) or ``redelivered`` (a replayed row whose key the source now delivers).
    """
    _register_replaced(connection, corrections.replays)
    some_are_erased = _register_erased(connection, delivery, corrections.is_erased)
    for name in delivery.tables:
        table, sources = INPUTS[name], delivery.sources[name]
        connection.execute(
            f"CREATE TABLE aside_{name} (source_file VARCHAR, row_number BIGINT, why VARCHAR)"
        )
        if some_are_erased:
            _insert(connection, name, _erased(table))
        if corrections.replays:
            _insert(connection, name, _replaced(connection, table, sources, forbidden_columns))
            _insert(connection, name, _redelivered(table))


def _register_replaced(connection: duckdb.DuckDBPyConnection, replays: Path | None) -> None:
    if replays:
        path = literal(str(replays / "replaced.parquet"))
        connection.execute(f"CREATE VIEW replaced AS SELECT * FROM read_parquet({path})")


def _register_erased(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, is_erased: IsErased | None
) -> bool:
    """Make the table ``erased`` of the people concerned; return whether there are any."""
    connection.execute("CREATE TABLE erased (user_id VARCHAR)")
    known = [name for name in delivery.tables if PERSON in INPUTS[name].column_names]
    if is_erased is None or not known:
        return False
    people = " UNION ".join(
        f"SELECT {PERSON} FROM typed_{name} WHERE {PERSON} IS NOT NULL" for name in known
    )
    ids: list[str] = [user_id for (user_id,) in connection.execute(people).fetchall()]
    gone = [user_id for user_id, is_gone in zip(ids, is_erased(ids), strict=True) if is_gone]
    found = pa.table({PERSON: pa.array(gone, pa.string())})
    connection.register("found_erased", found)
    connection.execute("INSERT INTO erased SELECT * FROM found_erased")
    connection.unregister("found_erased")
    return bool(gone)


def _insert(connection: duckdb.DuckDBPyConnection, name: str, rows: str) -> None:
    connection.execute(
        f"INSERT INTO aside_{name} SELECT * FROM ({rows})"
        f" ANTI JOIN aside_{name} USING (source_file, row_number)"
    )


def _replaced(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    sources: Sequence[Source],
    forbidden: tuple[str, ...],
) -> str:
    """Select the rows that still stand as they were when they were refused."""
    connection.execute(
        f"CREATE VIEW replaced_{table.name} AS SELECT source_file, row_number, raw_sha256"
        f' FROM replaced WHERE "table" = {literal(table.name)}'
    )
    raws = " UNION ALL ".join(
        source.rows_as_json(f"replaced_{table.name}", without=source.among(forbidden))
        for source in sources
    )
    return (
        f"SELECT DISTINCT source_file, row_number, 'replaced' FROM ({raws})"
        f" JOIN replaced_{table.name} USING (source_file, row_number)"
        " WHERE sha256(raw) = raw_sha256"
    )


def _erased(table: Table) -> str:
    line = "EXISTS (SELECT 1 FROM erased AS e WHERE contains(t.malformed_line, e.user_id))"
    own = f" OR t.{PERSON} IN (SELECT user_id FROM erased)" if PERSON in table.column_names else ""
    return (
        f"SELECT source_file, row_number, 'erased' FROM typed_{table.name} AS t"
        f" WHERE t.malformed_line IS NOT NULL AND {line}{own}"
    )


def _redelivered(table: Table) -> str:
    key = ", ".join(table.key)
    is_replayed = f"starts_with(source_file, {literal(REPLAYED + '/')})"
    return (
        f"SELECT source_file, row_number, 'redelivered' FROM typed_{table.name}"
        f" WHERE {is_replayed} AND ({key}) IN (SELECT ({key}) FROM typed_{table.name}"
        f" ANTI JOIN aside_{table.name} USING (source_file, row_number) WHERE NOT {is_replayed})"
    )
