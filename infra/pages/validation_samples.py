"""Proof: masked rows that failed, and where the refused rows came from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pyarrow as pa

from infra.pages.blocks import DataTable, Notes, Section, columns
from infra.pages.figures import UNKNOWN, whole
from infra.pages.tallies import count_by, records
from infra.pages.validation_rules import Rule, failing, found, label
from infra.pages.words import Words, say

_SAMPLE_ROWS = 5
_CELL_CHARACTERS = 120


def samples_section(rules: Sequence[Rule]) -> Section | None:
    """Show some failed rows of each rule; None where there are none."""
    tables = [table for rule in failing(rules) if (table := _sample(rule))]
    if not tables:
        return None
    return Section("samples", say("samples.title"), tuple(tables), say("samples.lead"))


def quarantine_section(tables: Mapping[str, pa.Table]) -> Section:
    """Count the refused rows by file and by rule."""
    rows = tables.get("quarantine")
    if rows is None or not len(rows):
        return Section("quarantine", say("quarantine.title"), (Notes((say("quarantine.none"),)),))
    files = rows.group_by(["table", "source_file"]).aggregate([([], "count_all")])
    ordered = records(files.sort_by([("count_all", "descending"), ("source_file", "ascending")]))
    by_file = DataTable(
        say("quarantine.by_file"),
        columns("file", "table", "rows"),
        tuple((row["source_file"], row["table"], whole(row["count_all"])) for row in ordered),
        frozenset({2}),
    )
    broken = count_by(_exploded(rows), "rule_id")
    by_rule = DataTable(
        say("quarantine.by_rule"),
        columns("rule", "rows"),
        tuple((rule, whole(n)) for rule, n in broken.items()),
        frozenset({1}),
    )
    lead = say("quarantine.lead", n=len(rows))
    return Section("quarantine", say("quarantine.title"), (by_file, by_rule), lead)


def _sample(rule: Rule) -> DataTable | None:
    rows = [row for row in json.loads(rule["sample"]) or [] if isinstance(row, dict)][:_SAMPLE_ROWS]
    if not rows:
        return None
    names = list(dict.fromkeys(name for row in rows for name in row))
    caption = say("samples.caption", rule=label(rule), found=found(rule))
    body = tuple(tuple(_shown(row.get(name)) for name in names) for row in rows)
    return DataTable(caption, tuple(Words(name, name) for name in names), body)


def _shown(value: object) -> str:
    if value is None:
        return UNKNOWN
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _CELL_CHARACTERS else text[:_CELL_CHARACTERS] + "…"


def _exploded(rows: pa.Table) -> pa.Table:
    """Return one row a broken rule."""
    return pa.table({"rule_id": rows["rule_ids"].combine_chunks().flatten()})
