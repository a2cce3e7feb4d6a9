"""Refused rows that somebody mended: written down by row, to come back with the next day's data.

A replay names each row by where it stood and by the digest of what stood there. The next day leaves
that row out and reads the mended one instead: so it counts exactly once, even though the source
still delivers the bad one. As soon as the source delivers a good row of the same key, that row
counts and the replayed copy is a duplicate.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

REPLAYED: Final = "replayed"
"""The folder that replayed rows seem to come from, beside the delivered files."""
REPLAY: Final = pa.schema(
    [
        pa.field("table", pa.string(), nullable=False),
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("row_number", pa.int64(), nullable=False),
        pa.field("raw_sha256", pa.string(), nullable=False),
        pa.field("row", pa.string(), nullable=False),
    ]
)
"""One mended row: where the refused one stood, the digest of it as it was read, the row as JSON."""
_PLACE = ("table", "source_file", "row_number")

_Place = tuple[str, str, int]


def to_mend(quarantine: pa.Table) -> Iterator[str]:
    """Yield refused rows as lines of JSON, to be edited and given back to :func:`mended`."""
    for refused in quarantine.to_pylist():
        line = {name: refused[name] for name in (*_PLACE, "rule_ids")}
        yield json.dumps(line | {"row": json.loads(refused["raw"])}, ensure_ascii=False)


def unchanged(quarantine: pa.Table) -> pa.Table:
    """Return a replay of refused rows as they were read, for when not they were at fault."""
    return _replay((refused, json.loads(refused["raw"])) for refused in quarantine.to_pylist())


def mended(quarantine: pa.Table, lines: Iterable[str]) -> pa.Table:
    """Return a replay of what somebody made of refused rows.

    Args:
        quarantine: The ``quarantine`` of the run that refused them.
        lines: One JSON object a line with table, source_file, row_number, and the mended ``row``;
            blank lines and further names are passed over.

    Raises:
        ValueError: If a line is no such object, names a row that was not refused, or names one
            twice; the message has the number of the line.
    """
    refused = {_place(row): row for row in quarantine.to_pylist()}
    found: dict[_Place, tuple[Mapping[str, Any], dict[str, Any]]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place, row = _parsed(number, line)
        if place not in refused:
            raise ValueError(f"line {number}: {_said(place)} is not in the run's quarantine")
        if place in found:
            raise ValueError(f"line {number}: {_said(place)} was named before; name it once")
        found[place] = (refused[place], row)
    return _replay(found.values())


def places(replay: pa.Table) -> set[_Place]:
    """Return the refused rows that a replay stands for."""
    return {_place(row) for row in replay.select(list(_PLACE)).to_pylist()}


def lay_out(replays: Mapping[str, pa.Table], into: Path) -> Path:
    """Write replays as a folder that is read beside the delivered one.

    Args:
        replays: Each with its name, one path segment.
        into: The folder; made if need be. ``replayed/<name>/<table>.jsonl`` has the mended rows,
            ``replaced.parquet`` the rows they stand for.
    """
    into.mkdir(parents=True, exist_ok=True)
    for name, replay in sorted(replays.items()):
        folder = into / REPLAYED / name
        folder.mkdir(parents=True)
        for table in sorted(pc.unique(replay["table"]).to_pylist()):
            rows = replay.filter(pc.equal(replay["table"], table))["row"].to_pylist()
            (folder / f"{table}.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    whole = pa.concat_tables([REPLAY.empty_table(), *replays.values()])
    pq.write_table(whole.drop_columns("row"), into / "replaced.parquet")
    return into


def _replay(pairs: Iterable[tuple[Mapping[str, Any], dict[str, Any]]]) -> pa.Table:
    rows = [
        {
            **{name: refused[name] for name in _PLACE},
            "raw_sha256": hashlib.sha256(refused["raw"].encode()).hexdigest(),
            # ASCII, so that it reads the same in whatever encoding files are taken to be.
            "row": json.dumps(row, sort_keys=True),
        }
        for refused, row in pairs
    ]
    rows.sort(key=_place)
    return pa.Table.from_pylist(rows, schema=REPLAY)


def _parsed(number: int, line: str) -> tuple[_Place, dict[str, Any]]:
    try:
        parsed = json.loads(line)
        place, row = _place(parsed), parsed["row"]
        hash(place)  # of lists or objects there is none, and no place is made of them
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"line {number}: must be a JSON object with {', '.join(_PLACE)} and row ({error!r})"
        ) from error
    if not isinstance(row, dict):
        raise ValueError(  # noqa: TRY004 - the person gave it: a value, not a type, is wrong
            f"line {number}: row must be a JSON object, found {type(row).__name__}"
        )
    return place, row


def _place(row: Mapping[str, Any]) -> _Place:
    return row["table"], row["source_file"], row["row_number"]


def _said(place: _Place) -> str:
    table, source_file, row_number = place
    return f"{table}: {source_file}, row {row_number}"
