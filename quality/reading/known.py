"""The rows that are judged: each delivered once, and known before the as-of day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from quality.schema import Kind

if TYPE_CHECKING:
    import duckdb

    from quality.schema import Table

_MARKS_AT_ONCE: Final = 2**25
"""Hashes sorted at once: a quarter of a GiB."""


@dataclass(frozen=True)
class Known:
    """How many rows were read, and how many of them are not judged."""

    read: int
    duplicates: int
    after_as_of: int
    replaced: int
    erased: int

    @property
    def rows(self) -> int:
        """Rows that are judged."""
        return self.read - self.duplicates - self.after_as_of - self.replaced - self.erased


def know_rows(
    connection: duckdb.DuckDBPyConnection, table: Table, time: str | None, as_of: str
) -> Known:
    """Make the view ``known_<table>`` of the rows to judge.

    Left out are rows set aside (``aside_<table>``), later copies of a row delivered more than once,
    every column equal (``duplicate_<table>``), and rows that happened at or after the as-of day.
    ``repeated_<table>`` holds the keys that occurred more than once.

    Args:
        connection: Where ``typed_<table>`` and ``aside_<table>`` are.
        table: The declared table.
        time: The column that says when a row happened, if any.
        as_of: SQL for the moment from which nothing is known.
    """
    aside = _set_aside(connection, table)
    standing = f"standing_{table.name}"
    beside = f" ANTI JOIN aside_{table.name} USING (source_file, row_number)"
    connection.execute(
        f"CREATE VIEW {standing} AS SELECT * FROM typed_{table.name}{beside if aside else ''}"
    )
    duplicates = _find_duplicates(connection, table)
    once = f" ANTI JOIN duplicate_{table.name} USING (source_file, row_number)"
    before = f" WHERE {time} IS NULL OR {time} < {as_of}" if time else ""
    connection.execute(
        f"CREATE VIEW known_{table.name} AS SELECT * FROM {standing}"
        f"{once if duplicates else ''}{before}"
    )
    read = _count(connection, f"typed_{table.name}")
    known = _count(connection, f"known_{table.name}")
    return Known(
        read=read,
        duplicates=duplicates + aside["redelivered"],
        after_as_of=read - duplicates - aside.total() - known,
        replaced=aside["replaced"],
        erased=aside["erased"],
    )


def _set_aside(connection: duckdb.DuckDBPyConnection, table: Table) -> Counter[str]:
    found = connection.execute(f"SELECT why, count(*) FROM aside_{table.name} GROUP BY why")
    return Counter(dict(found.fetchall()))


def _find_duplicates(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    key = ", ".join(table.key)
    has_key = " AND ".join(f"{name} IS NOT NULL" for name in table.key)
    keyed = f"(SELECT {key} FROM standing_{table.name} WHERE {has_key})"
    every = f"CREATE TABLE repeated_{table.name} AS SELECT {key} FROM {keyed}"
    if _ascends(connection, keyed, key):
        connection.execute(f"{every} LIMIT 0")
    else:
        connection.register("marks", _repeated_marks(connection, table, keyed))
        suspect = f"SEMI JOIN marks ON marks.mark = {_mark(table)}"
        connection.execute(f"{every} {suspect} GROUP BY {key} HAVING count(*) > 1")
        connection.unregister("marks")
    # Compared value by value: different texts may have one hash.
    connection.execute(f"""
        CREATE TABLE duplicate_{table.name} AS
        SELECT source_file, row_number FROM (
            SELECT source_file, row_number, row_number() OVER (
                PARTITION BY {_content(table)} ORDER BY source_file, row_number
            ) AS copy
            FROM standing_{table.name} SEMI JOIN repeated_{table.name} USING ({key})
        ) WHERE copy > 1""")
    return _count(connection, f"duplicate_{table.name}")


def _ascends(connection: duckdb.DuckDBPyConnection, keyed: str, key: str) -> bool:
    """Tell whether every key follows the one before it, so that none can occur twice.

    Many shops number events as they happen. Then one look, which ends at the first key out of
    place, spares the grouping of all keys; in whatever order the rows come, the proof holds.
    """
    falling = connection.execute(
        f"SELECT 1 FROM (SELECT row({key}) AS own, lag(row({key})) OVER () AS earlier FROM {keyed})"
        " WHERE own <= earlier LIMIT 1"
    )
    return falling.fetchone() is None


def _repeated_marks(connection: duckdb.DuckDBPyConnection, table: Table, keyed: str) -> pa.Table:
    """Return the hashes that occur more than once, ascending, as the column ``mark``.

    Equal keys have equal hashes, so only keys with one of these can occur twice. Sorting eight
    bytes a row costs half of grouping keys; where keys are many, their hashes are sorted in parts.
    """
    parts, found = 1 + _count(connection, f"typed_{table.name}") // _MARKS_AT_ONCE, []
    for part in range(parts):
        every = f"SELECT mark FROM (SELECT {_mark(table)} AS mark FROM {keyed})"
        marks = connection.execute(f"{every} WHERE mark % {parts} = {part}").fetchnumpy()["mark"]
        marks.sort()
        found.append(np.unique(marks[1:][marks[1:] == marks[:-1]]))
    return pa.table({"mark": np.concatenate(found)})


def _mark(table: Table) -> str:
    """SQL for the hash of a key; of its text backwards too, since many a shop's ids share one hash."""
    return f"hash({', '.join(f'{name}, reverse({name}::VARCHAR)' for name in table.key)})"


def _content(table: Table) -> str:
    """Every column; where a value did not fit its type, as it was delivered."""
    columns = []
    for column in table.columns:
        columns.append(column.name)
        if column.kind is not Kind.TEXT:
            columns.append(f"{column.name}_given")
    return ", ".join(columns)


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    ((count,),) = connection.execute(f"SELECT count(*) FROM {relation}").fetchall()
    return int(count)
