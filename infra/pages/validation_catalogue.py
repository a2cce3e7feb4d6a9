"""The rule catalogue: what must hold and why, how strictly, and an example either way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby

from infra.pages.blocks import Cell, Code, DataTable, Section, Small, columns
from infra.pages.figures import UNKNOWN
from infra.pages.validation_rules import Rule, limits, place, sentence
from infra.pages.words import Words, name_of, say

_VALUE_CHARACTERS = 60


def catalogue_section(rules: Sequence[Rule]) -> Section | None:
    """List every rule, folded by table; None for a report without reasons (an older run)."""
    if not any(rule.get("dimension") for rule in rules):
        return None
    ordered = sorted(rules, key=lambda rule: (rule["side"], rule["table"], rule["rule_id"]))
    tables = [
        _table(side, table, list(found))
        for (side, table), found in groupby(ordered, lambda rule: (rule["side"], rule["table"]))
    ]
    return Section("catalogue", say("catalogue.title"), tuple(tables), say("catalogue.lead"))


def _table(side: str, table: str, rules: Sequence[Rule]) -> DataTable:
    caption = say("catalogue.caption", table=table, side=name_of("side", side), n=len(rules))
    head = columns("rule", "why_rule", "dimension", "threshold", "passes", "fails")
    return DataTable(caption, head, tuple(map(_row, rules)), is_folded=True)


def _row(rule: Rule) -> tuple[Cell, ...]:
    return (
        Small(sentence(rule), place(rule)),
        Words(rule["why_zh"] or UNKNOWN, rule["why_en"] or UNKNOWN),
        Small(name_of("dimension", rule["dimension"]), rule["owner"]),
        limits(rule),
        _example(rule["passes"]),
        _example(rule["fails"]),
    )


def _example(values: str | None) -> Cell:
    """Return the values of an example row, one a line."""
    row = json.loads(values) if values else None
    if not row:
        return UNKNOWN
    return Code("; ".join(f"{name} = {_short(value)}" for name, value in row.items()))


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _VALUE_CHARACTERS else text[:_VALUE_CHARACTERS] + "…"
