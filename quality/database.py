"""DuckDB as shike uses it: in UTC, silent, over Arrow tables in memory or files on disk."""

from __future__ import annotations

import atexit
from functools import cache
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa

    from quality.scanning import Rows


def open_database(
    path: Path | None = None, *, threads: int | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a database that neither reads the machine's timezone nor prints.

    Args:
        path: Its file; None for one in memory.
        threads: Threads of every statement; None for one a core.
    """
    connection = duckdb.connect(":memory:" if path is None else str(path))
    if threads is not None:
        connection.execute(f"SET threads = {threads}")
    return _settled(connection)


def _settled(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Set what holds for one connection and not for its database."""
    # Text made of times must not depend on where it is made.
    connection.execute("SET TimeZone = 'UTC'")
    # What a command prints is read by machines; shike's own bar says more, and on terminals only.
    connection.execute("SET enable_progress_bar = false")
    return connection


def query(
    sql: str, tables: Mapping[str, Rows], *, threads: int | None = None, **parameters: object
) -> pa.Table:
    """Run one SQL statement over named tables; dates become midnights in UTC.

    Callers order their rows and sum only whole numbers, so that the same input gives the same
    bytes on any number of threads.

    Args:
        sql: The statement; ``$name`` stands for a parameter.
        tables: What it reads, by name.
        threads: As of :func:`open_database`.
        **parameters: Values by name.
    """
    opened = _settled(_shared().cursor()) if threads is None else open_database(threads=threads)
    with opened as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return connection.sql(sql, params=parameters).to_arrow_table()


@cache
def _shared() -> duckdb.DuckDBPyConnection:
    """Return the database of all small queries of this process; it holds no tables.

    Opening one takes longer than most of the queries. Its cursors see only what they registered.
    """
    connection = duckdb.connect(":memory:")
    # Were it there at the end of the process, DuckDB would complain on stderr.
    atexit.register(connection.close)
    atexit.register(_shared.cache_clear)
    return connection
