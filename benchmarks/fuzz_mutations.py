"""Deliveries for fuzzing the readers: good files of every format, and ways to damage them."""

from __future__ import annotations

import gzip
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq

COLUMNS = ("event_id", "user_id", "item_id", "event_type", "occurred_at", "quantity", "currency")
_TEXTS = (
    "u1",
    "小明",
    "a b",
    "O'Neil",
    'say "so"',
    "x, y",
    "two\nlines",
    "émile",
    "😀",
    "=1+1",
    "#",
)
_TOKENS = (
    *(
        "\0",
        '"',
        '""',
        ",",
        ";",
        "\t",
        "|",
        "\n",
        "\r",
        "\r\n",
        "\ufeff",
        "\u2028",
        "\\",
        "\\u0000",
    ),
    *(
        "NaN",
        "nan",
        "-inf",
        "Infinity",
        "1e308",
        "1e400",
        "-1e-400",
        "9" * 400,
        "0x1F",
        "1_000",
        "-0",
    ),
    *("{", "}", "[", "]", "[" * 3000, "{}", "null", "true", "\\ud800", '{"a":1}', '"event_id"'),
    *("2026-02-30", "0000-00-00T00:00:00Z", "99999-01-01", "2026-02-01T25:61:61+99:99", "infinity"),
    *(
        "'; DROP TABLE x; --",
        "%s%n",
        "$.*",
        "a" * 5000,
        "\ud7ff",
        "\uffff",
        "\U0010ffff",
        "ａ",
        " ",
    ),
)
_ENCODINGS = (
    "gb18030",
    "gbk",
    "big5",
    "utf-16",
    "utf-16-le",
    "utf-32",
    "latin-1",
    "shift-jis",
    "utf-7",
)
_PIECES = ("PAR1", "PARE", "\x1f\x8b\x08", "PK\x03\x04", "\x28\xb5\x2f\xfd")

Row = dict[str, str]


@dataclass(frozen=True)
class Input:
    """One file to read."""

    ending: str
    content: bytes
    untouched: list[Row] = field(default_factory=list)
    """Rows that must be read as they are, whatever happened to the others."""


def make_input(rng: random.Random) -> Input:
    """Return a damaged delivery; one in three has only some of its lines damaged."""
    if _happens(rng, 1 / 3):
        return rng.choice((_csv_with_bad_lines, _json_with_bad_lines))(rng)
    ending, content = rng.choice((_csv, _csv, _jsonl, _jsonl, _parquet))(rng, _rows(rng))
    is_text = ending != ".parquet"
    for _ in range(rng.choice((0, 1, 1, 2, 4, 8))):
        content = rng.choice(_MUTATIONS if is_text else _OF_BYTES)(rng, content)
    if is_text and _happens(rng, 0.2):
        ending, content = ending + ".gz", gzip.compress(content, 1)
        if _happens(rng, 0.5):
            content = rng.choice(_OF_BYTES)(rng, content)
    return Input(ending, content)


def _happens(rng: random.Random, probability: float) -> bool:
    return rng.random() < probability


def _rows(rng: random.Random) -> list[Row]:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        {
            "event_id": f"e{number}",
            "user_id": rng.choice(_TEXTS),
            "item_id": f"i{rng.randrange(9)}",
            "event_type": rng.choice(("view", "purchase")),
            "occurred_at": (start + timedelta(seconds=rng.randrange(10**7))).isoformat(),
            "quantity": rng.choice(("1", "2.5", "")),
            "currency": rng.choice(("CNY", "")),
        }
        for number in range(rng.randrange(1, 12))
    ]


def _cell(rng: random.Random, value: str, separator: str) -> str:
    if any(mark in value for mark in (separator, '"', "\n", "\r")) or _happens(rng, 0.1):
        # An empty cell stays bare: empty and missing are the same.
        return '"' + value.replace('"', '""') + '"' if value else ""
    return value


def _csv_lines(rng: random.Random, rows: list[Row], separator: str) -> list[str]:
    lines = [list(COLUMNS), *([row[name] for name in COLUMNS] for row in rows)]
    return [separator.join(_cell(rng, value, separator) for value in line) for line in lines]


def _csv(rng: random.Random, rows: list[Row]) -> tuple[str, bytes]:
    lines = _csv_lines(rng, rows, rng.choice(",,,;\t|"))
    end = rng.choice(("\n", "\n", "\r\n", "\r"))
    return ".csv", (end.join(lines) + rng.choice(("", end))).encode()


def _json_line(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False)


def _jsonl(rng: random.Random, rows: list[Row]) -> tuple[str, bytes]:
    end = rng.choice(("\n", "\n", "\r\n", "\r"))
    return rng.choice((".jsonl", ".ndjson", ".json")), end.join(map(_json_line, rows)).encode()


def _parquet(rng: random.Random, rows: list[Row]) -> tuple[str, bytes]:
    table = pa.Table.from_pylist(rows)
    for place, name in enumerate(COLUMNS):
        if _happens(rng, 0.2):
            table = table.set_column(place, name, rng.choice(_OTHER_TYPES)(len(rows)))
    written = io.BytesIO()
    pq.write_table(
        table,
        written,
        compression=rng.choice(("none", "snappy", "gzip", "zstd", "lz4")),
        use_dictionary=_happens(rng, 0.5),
        data_page_version=rng.choice(("1.0", "2.0")),
        write_statistics=_happens(rng, 0.5),
        row_group_size=rng.choice((2, 100)),
    )
    return ".parquet", written.getvalue()


_OTHER_TYPES: tuple[Callable[[int], pa.Array], ...] = (
    lambda size: pa.array([1.5, float("nan"), float("inf"), None] * size)[:size],
    lambda size: pa.array([0, -(2**63), None] * size)[:size],
    lambda size: pa.array([b"\xff\0"] * size),
    lambda size: pa.array([["a"]] * size),
    lambda size: pa.array([{"a": 1}] * size),
    pa.nulls,
    lambda size: pa.array([2**62, 0] * size, pa.timestamp("us"))[:size],
    lambda size: pa.array([2**62, 0] * size, pa.timestamp("ns", "UTC"))[:size],
    lambda size: pa.array(["a", "b"] * size)[:size].dictionary_encode(),
    lambda size: pa.array([2**30] * size, pa.date32()),
    lambda size: pa.array([1] * size, pa.decimal128(38, 10)),
)


def _csv_with_bad_lines(rng: random.Random) -> Input:
    rows = _rows(rng)
    bad = set(rng.sample(range(len(rows)), rng.randrange(len(rows))))
    separator, end = rng.choice(",;\t|"), rng.choice(("\n", "\r\n", "\r"))
    header, *lines = _csv_lines(rng, rows, separator)
    # One line at most has quotation marks of its own: two could well enclose what is between.
    quoted = rng.choice([*bad, -1])
    for place in bad:
        line = _bad_line(rng, lines[place])
        lines[place] = line if place == quoted else line.replace('"', "")
    mark = rng.choice(("", "\ufeff"))
    text = mark + end.join([header, *lines]) + rng.choice(("", end))
    return Input(".csv", text.encode(), _others(rows, bad))


def _json_with_bad_lines(rng: random.Random) -> Input:
    rows = _rows(rng)
    bad = set(rng.sample(range(len(rows)), max(len(rows) - 2, 0)))
    lines = [_json_line(row) for row in rows]
    for place in bad:
        lines[place] = _bad_line(rng, lines[place])
    end = rng.choice(("\n", "\r\n", "\r"))
    return Input(".jsonl", end.join(lines).encode(), _others(rows, bad))


def _others(rows: list[Row], bad: set[int]) -> list[Row]:
    return [row for place, row in enumerate(rows) if place not in bad]


def _bad_line(rng: random.Random, line: str) -> str:
    damaged = line
    for _ in range(rng.randrange(1, 4)):
        damaged = rng.choice((_cut_text, _flip_text, _insert_text))(rng, damaged)
    # Its key must not be that of another row, nor may it run over lines.
    return damaged.replace("\n", " ").replace("\r", " ").replace("e", "E")


def _cut_text(rng: random.Random, text: str) -> str:
    start, end = sorted(rng.choices(range(len(text) + 1), k=2))
    return text[:start] + text[end:]


def _flip_text(rng: random.Random, text: str) -> str:
    place = rng.randrange(len(text) + 1)
    return (
        text[:place]
        + chr(rng.choice((rng.randrange(128), rng.randrange(0xD800))))
        + text[place + 1 :]
    )


def _insert_text(rng: random.Random, text: str) -> str:
    place = rng.randrange(len(text) + 1)
    return text[:place] + rng.choice(_TOKENS) + text[place:]


def _flip(rng: random.Random, content: bytes) -> bytes:
    damaged = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8))):
        if damaged:
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def _cut(rng: random.Random, content: bytes) -> bytes:
    start, end = sorted(rng.choices(range(len(content) + 1), k=2))
    return rng.choice((content[:start], content[end:], content[:start] + content[end:]))


def _repeat(rng: random.Random, content: bytes) -> bytes:
    start, end = sorted(rng.choices(range(len(content) + 1), k=2))
    place = rng.randrange(len(content) + 1)
    return content[:place] + content[start:end] * rng.choice((1, 2, 20)) + content[place:]


def _overwrite(rng: random.Random, content: bytes) -> bytes:
    place = rng.randrange(len(content) + 1)
    piece = rng.choice((rng.randbytes(rng.randrange(16)), bytes(rng.randrange(16)), b"\xff" * 4))
    return content[:place] + piece + content[place + len(piece) :]


def _insert(rng: random.Random, content: bytes) -> bytes:
    place = rng.randrange(len(content) + 1)
    token = rng.choice((*_TOKENS, *_PIECES)).encode()
    return content[:place] + token + content[place:]


def _recode(rng: random.Random, content: bytes) -> bytes:
    return content.decode(errors="replace").encode(rng.choice(_ENCODINGS), errors="ignore")


def _replace_everywhere(rng: random.Random, content: bytes) -> bytes:
    old = rng.choice((b"\n", b",", b'"', b"e", b"2026", b'":'))
    return content.replace(old, rng.choice(_TOKENS).encode(), rng.choice((1, 3, -1)))


_OF_BYTES = (_flip, _flip, _cut, _repeat, _overwrite, _insert)
_MUTATIONS = (*_OF_BYTES, _recode, _replace_everywhere, _insert, _insert)
