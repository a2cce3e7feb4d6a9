"""Read a folder: every file becomes part of a raw view, every table a typed view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quality.reading.casts import cast_of
from quality.reading.file import read_file
from quality.reading.findings import Check, Finding, Note, UnreadableFileError
from quality.reading.folder import find_entries, find_replayed, strangers
from quality.reading.malformed import too_long
from quality.reading.repeats import repeated_files
from quality.reading.source import PROVENANCE, RAW_PROVENANCE, Source, Stored
from quality.reading.sql import files as exactly
from quality.reading.sql import identifier, literal
from quality.schema import Kind
from quality.tables import INPUTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quality.progress import Progress
    from quality.reading.file import RawFile, Reader
    from quality.reading.folder import Entry
    from quality.schema import Table


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What a folder held, as views of a DuckDB connection."""

    files: Mapping[str, tuple[str, ...]]
    """Files of each table that has any, relative to the folder, readable or not."""
    sources: Mapping[str, tuple[Source, ...]]
    """Raw views of each table that could be read; its typed view is ``typed_<table>``."""
    findings: tuple[Finding, ...]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables whose rows can be checked."""
        return tuple(self.sources)


def read_folder(reader: Reader, progress: Progress) -> Delivery:
    """Make views of every input table found in a folder.

    ``typed_<table>`` has the provenance columns and every declared column in its type, null where
    a value does not fit; ``<column>_given`` is then the value as text, and ``<column>_is_naive``
    whether it is a time that lacks its offset.
    """
    files: dict[str, tuple[str, ...]] = {}
    sources: dict[str, tuple[Source, ...]] = {}
    findings: list[Finding] = []
    for step, (name, table) in enumerate(INPUTS.items()):
        progress(f"reading {name}", step, len(INPUTS))
        delivered = find_entries(reader.folder, name)
        findings += _undelivered(reader, table, delivered)
        entries = [*delivered, *find_replayed(reader.replays, name)]
        if not entries:
            continue
        files[name] = tuple(entry.name for entry in entries)
        readable, found = _read_files(reader, table, entries)
        findings += found
        if readable:
            sources[name] = _raw_views(reader, table, readable)
            _typed_view(reader, table, sources[name])
    return Delivery(files=files, sources=sources, findings=tuple(findings))


def _undelivered(reader: Reader, table: Table, entries: Sequence[Entry]) -> list[Finding]:
    if entries or not table.required:
        return []
    others = ", ".join(strangers(reader.folder, table.name))
    en = f"; {others} is in no format that can be read" if others else ""
    zh = f"；{others} 的格式无法读取" if others else ""
    said = Note(
        f"no file of the table was found in the folder{en}. "
        f"Deliver {table.name}.parquet, {table.name}.csv or {table.name}.jsonl.",
        f"未找到该表的文件{zh}。请提交 {table.name}.parquet、.csv 或 .jsonl。",
    )
    return [Finding(table=table.name, check=Check.DELIVERED, file="", said=said)]


def _read_files(
    reader: Reader, table: Table, entries: Sequence[Entry]
) -> tuple[list[RawFile], list[Finding]]:
    readable: list[RawFile] = []
    findings: list[Finding] = []
    for place, entry in enumerate(entries):
        try:
            file, broken = read_file(reader, table, entry, place)
        except UnreadableFileError as error:
            findings.append(
                Finding(table=table.name, check=Check.READABLE, file=entry.name, said=error.said)
            )
            continue
        findings += broken
        if file:
            readable.append(file)
    names = {file.name for file in readable}
    findings += repeated_files(table.name, [entry for entry in entries if entry.name in names])
    return readable, findings


def _raw_views(reader: Reader, table: Table, files: Sequence[RawFile]) -> tuple[Source, ...]:
    """Make one raw view for all files with the same columns stored alike."""
    alike: dict[tuple[bool, bool, tuple[tuple[str, Stored], ...]], list[RawFile]] = {}
    for file in files:
        kind = (file.has_provenance, file.has_long_cells, tuple(file.columns.items()))
        alike.setdefault(kind, []).append(file)
    sources = []
    for place, group in enumerate(alike.values()):
        source = Source(
            table=table.name,
            view=f"raw_{table.name}_{place}",
            files=tuple(file.name for file in group),
            columns=group[0].columns,
        )
        rows = _rows(reader, source, group)
        reader.connection.execute(f"CREATE VIEW {source.view} AS {rows}")
        sources.append(source)
    return tuple(sources)


def _rows(reader: Reader, source: Source, group: Sequence[RawFile]) -> str:
    """Return SQL for the rows of files that are alike."""
    columns = [identifier(name) for name in source.columns]
    rows = (
        f"FROM read_parquet({exactly(file.rows_at for file in group)},"
        " filename = 'shike_path', file_row_number = true, union_by_name = true)"
    )
    if group[0].has_provenance:
        return f"SELECT {', '.join([*RAW_PROVENANCE, *columns])} {rows}"
    place = (
        f"substr(shike_path, {len(str(reader.folder)) + 2}) AS source_file,"
        " file_row_number + 1 AS row_number"
    )
    if not group[0].has_long_cells:
        nothing = "NULL::VARCHAR AS malformed_line, NULL::VARCHAR AS malformed_why"
        return f"SELECT {', '.join([place, nothing, *columns])} {rows}"
    shown = source.as_json(without=source.among(reader.forbidden_columns))
    why = literal(too_long(reader.longest_cell))
    values = [f"CASE WHEN malformed_why IS NULL THEN {name} END AS {name}" for name in columns]
    return (
        "SELECT source_file, row_number,"
        f" CASE WHEN malformed_why IS NOT NULL THEN {shown} END AS malformed_line,"
        f" {', '.join(['malformed_why', *values])} FROM (SELECT {', '.join([place, *columns])},"
        f" CASE WHEN {_is_long(source, reader.longest_cell)} THEN {why} END AS malformed_why {rows})"
    )


def _is_long(source: Source, longest_cell: int) -> str:
    texts = [name for name, stored in source.columns.items() if stored is Stored.TEXT]
    return " OR ".join(f"coalesce(length({identifier(n)}) > {longest_cell}, false)" for n in texts)


def _typed_view(reader: Reader, table: Table, sources: Sequence[Source]) -> None:
    selects = [_typed(reader, table, source) for source in sources]
    reader.connection.execute(
        f"CREATE VIEW typed_{table.name} AS {' UNION ALL BY NAME '.join(selects)}"
    )


def _typed(reader: Reader, table: Table, source: Source) -> str:
    """Return SQL for the typed rows of a source; text is cast once, not by every rule again."""
    select = _casts(table, source, reader.assume_timezone)
    if not _holds_text_to_cast(table, source):
        return select
    target = literal(str(reader.workdir / f"typed-{source.view}.parquet"))
    reader.connection.execute(f"COPY ({select}) TO {target} (FORMAT parquet)")
    return f"SELECT * FROM read_parquet({target})"


def _holds_text_to_cast(table: Table, source: Source) -> bool:
    return any(
        column.kind is not Kind.TEXT and source.columns.get(column.name) is Stored.TEXT
        for column in table.columns
    )


def _casts(table: Table, source: Source, assume_timezone: str) -> str:
    values, columns = [*PROVENANCE], [*PROVENANCE]
    for column in table.columns:
        stored = source.columns.get(column.name, Stored.NOTHING)
        cast = cast_of(column, stored, assume_timezone)
        name = column.name
        given, is_naive = identifier(f"{name}_given"), identifier(f"{name}_is_naive")
        values += [
            f"{cast.value} AS {identifier(name)}",
            f"{cast.given} AS {given}",
            f"{cast.is_naive} AS {is_naive}",
        ]
        columns += [
            identifier(name),
            f"CASE WHEN {identifier(name)} IS NULL THEN {given}::VARCHAR END AS {given}",
            is_naive,
        ]
    return f"SELECT {', '.join(columns)} FROM (SELECT {', '.join(values)} FROM {source.view})"
