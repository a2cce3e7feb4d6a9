"""The blast radius: what a bad file or a broken rule would have touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from infra.pages.blocks import (
    Block,
    Cell,
    Code,
    DataTable,
    Fact,
    Facts,
    Section,
    Small,
    columns,
)
from infra.pages.figures import UNKNOWN, whole
from infra.pages.tallies import records
from infra.pages.words import Words, listed, say

_NAMED = 6
"""Names written out in a cell; the others are counted, and all of them are in the download."""
_FILES = 60
_REACHED = ("used_by", "trials", "items")

File = Mapping[str, Any]
"""One row of ``lineage``."""


def blast_section(tables: Mapping[str, pa.Table]) -> Section | None:
    """Show what each file with refused rows, and each broken rule, reaches; None without it."""
    files = records(tables.get("lineage"))
    if not files:
        return None
    files.sort(key=lambda it: (-it["rows_quarantined"], it["table"], it["source_file"]))
    bad = [file for file in files if file["rows_quarantined"]]
    good = [file for file in files if not file["rows_quarantined"]]
    blocks: list[Block] = [Facts(_facts(bad, len(files)))]
    if bad:
        blocks += [_by_file(say("blast.files"), bad), _by_rule(bad)]
    if good:
        folded = _by_file(say("blast.clean", n=len(good)), good)
        blocks.append(replace(folded, is_folded=True))
    return Section("blast", say("blast.title"), tuple(blocks), say("blast.lead"))


def _facts(bad: Sequence[File], files: int) -> tuple[Fact, ...]:
    reached = (Fact(say(f"blast.{what}"), whole(len(_all(bad, what)))) for what in _REACHED)
    return (Fact(say("blast.bad"), whole(len(bad)), say("blast.of_files", n=files)), *reached)


def _by_file(caption: Words, files: Sequence[File]) -> DataTable:
    rows = tuple(
        (
            Small(file["source_file"], file["table"]),
            whole(file["rows_read"]),
            whole(file["rows_quarantined"]),
            _names(file["rule_ids"]),
            *(_names(file[what]) for what in _REACHED),
            Code(file["sha256"][:12]),
        )
        for file in files[:_FILES]
    )
    head = columns(
        "file", "read", "refused", "rules_broken", "used_by", "trials", "items", "sha256"
    )
    return DataTable(caption, head, rows, frozenset({1, 2}))


def _by_rule(bad: Sequence[File]) -> DataTable:
    broken: dict[tuple[str, str], list[File]] = {}
    for file in bad:
        for rule in file["rule_ids"]:
            broken.setdefault((file["table"], rule), []).append(file)
    rows = tuple(
        (
            Small(rule, table),
            whole(len(files)),
            _names(file["source_file"] for file in files),
            *(_names(_all(files, what)) for what in _REACHED),
        )
        for (table, rule), files in sorted(broken.items())
    )
    head = columns("rule", "files", "file", "used_by", "trials", "items")
    return DataTable(say("blast.rules"), head, rows, frozenset({1}))


def _all(files: Iterable[File], what: str) -> list[str]:
    return sorted({name for file in files for name in file[what]})


def _names(names: Iterable[str]) -> Cell:
    every = list(names)
    if not every:
        return UNKNOWN
    said = listed(tuple(every[:_NAMED]))
    if len(every) <= _NAMED:
        return said
    return Small(said, say("blast.more", n=len(every) - _NAMED))
