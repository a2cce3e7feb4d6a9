"""The validation report for QA: the verdict first, then what failed, who answers for it, and proof."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from infra.pages.blocks import (
    DataTable,
    Fact,
    Facts,
    Figure,
    Html,
    Link,
    Notes,
    Section,
    Small,
    chart_table,
    columns,
    verdict_badge,
)
from infra.pages.charts import Bar, bars, spark
from infra.pages.document import document
from infra.pages.facts import DayFacts
from infra.pages.figures import UNKNOWN, percent, whole
from infra.pages.rows import rows_table
from infra.pages.shared_blocks import day_facts
from infra.pages.tallies import count_by, records
from infra.pages.words import Words, name_of, say

_PARETO_ROWS = 12
_SAMPLE_ROWS = 5
_ORDER = {"block": 0, "warn": 1, "pass": 2}
_TONES = {"block": "bad", "warn": "second", "pass": "quiet"}
_CELL_CHARACTERS = 120

Rule = Mapping[str, Any]


def render_validation(tables: Mapping[str, pa.Table], facts: DayFacts) -> bytes:
    """Render the validation report from ``validation_report`` and ``quarantine``."""
    rules = sorted(
        records(tables.get("validation_report")),
        key=lambda rule: (
            _ORDER[rule["verdict"]],
            -rule["rows_failed"],
            rule["table"],
            rule["rule_id"],
        ),
    )
    failed = [rule for rule in rules if rule["rows_failed"] or rule["verdict"] != "pass"]
    sections = [
        _failures(failed),
        _rules(failed, [rule for rule in rules if rule not in failed]),
        *_samples(failed),
        Section("rows", say("rows.title"), (rows_table(facts),), say("rows.lead")),
        _quarantine(tables),
        *_notes(facts),
    ]
    trail = [Link(facts.home_href, say("page.home"))] if facts.home_href else []
    return document(
        say("validation.title"),
        sections,
        language=facts.language,
        trail=[*trail, Link("index.html", say("day.title"))],
        opening=(_opening(rules, facts),),
        lead=say(f"validation.{facts.verdict}"),
        kicker=say("day.kicker", day=facts.as_of),
    )


def _opening(rules: Sequence[Rule], facts: DayFacts) -> Facts:
    verdicts = [rule["verdict"] for rule in rules]
    return Facts(
        day_facts(
            facts.as_of,
            facts.run_id,
            Fact(say("fact.verdict"), verdict_badge(facts.verdict)),
            Fact(say("fact.rules"), whole(len(rules))),
            Fact(say("fact.rules_warn"), whole(verdicts.count("warn"))),
            Fact(say("fact.rules_block"), whole(verdicts.count("block"))),
        )
    )


def _failures(failed: Sequence[Rule]) -> Section:
    counted = sorted(
        (rule for rule in failed if rule["rows_failed"]),
        key=lambda rule: (-rule["rows_failed"], rule["table"], rule["rule_id"]),
    )
    if not counted:
        return Section("failures", say("failures.title"), (Notes((say("failures.none"),)),))
    total, so_far = sum(rule["rows_failed"] for rule in counted), 0
    drawn, rows = [], []
    for rule in counted[:_PARETO_ROWS]:
        so_far += rule["rows_failed"]
        name = f"{rule['table']} · {rule['rule_id']}"
        number, reached = whole(rule["rows_failed"]), percent(so_far / total)
        drawn.append(
            Bar(name, rule["rows_failed"], f"{number} · Σ {reached}", _TONES[rule["verdict"]])
        )
        rows.append((name, number, reached))
    table = chart_table(say("failures.caption"), columns("rule", "failed", "cumulative"), rows)
    figure = Figure(say("failures.caption"), bars(drawn), table, note=say("failures.note"))
    return Section("failures", say("failures.title"), (figure,), say("failures.lead"))


def _rules(failed: Sequence[Rule], passed: Sequence[Rule]) -> Section:
    tables = []
    if failed:
        tables.append(_rule_table(say("rules.failed"), failed))
    if passed:
        caption = say("rules.passed", n=len(passed))
        tables.append(replace(_rule_table(caption, passed), is_folded=True))
    return Section("rules", say("rules.title"), tuple(tables), say("rules.lead"))


def _rule_table(caption: Words, rules: Sequence[Rule]) -> DataTable:
    head = columns(
        "rule", "verdict", "checked", "failed", "failed_share", "threshold", "trend", "owner"
    )
    return DataTable(caption, head, tuple(map(_rule_row, rules)), frozenset({2, 3, 4, 5}))


def _rule_row(rule: Rule) -> tuple[str | Html, ...]:
    share = rule["rows_failed"] / rule["rows_checked"] if rule["rows_checked"] else None
    severity = name_of("severity", rule["severity"])
    return (
        Small(Words(rule["sentence_zh"], rule["sentence_en"]), _place(rule)),
        verdict_badge(rule["verdict"]),
        whole(rule["rows_checked"]),
        whole(rule["rows_failed"]),
        percent(share, 2),
        Small(f"> {percent(rule['threshold'], 2)}", severity),
        _trend(rule["trend"]),
        rule["owner"],
    )


def _place(rule: Rule) -> str:
    column = f".{rule['column']}" if rule["column"] else ""
    return f"{rule['table']}{column} · {rule['rule_id']}"


def _trend(trend: str) -> str | Html:
    values = [float(value) for value in json.loads(trend) or []]
    return spark(values) if len(values) > 1 else UNKNOWN


def _samples(failed: Sequence[Rule]) -> list[Section]:
    tables = [table for rule in failed if (table := _sample(rule))]
    if not tables:
        return []
    return [Section("samples", say("samples.title"), tuple(tables), say("samples.lead"))]


def _sample(rule: Rule) -> DataTable | None:
    rows = [row for row in json.loads(rule["sample"]) or [] if isinstance(row, dict)][:_SAMPLE_ROWS]
    if not rows:
        return None
    names = list(dict.fromkeys(name for row in rows for name in row))
    caption = say(
        "samples.caption",
        rule=f"{rule['table']} · {rule['rule_id']}",
        found=_found(rule),
    )
    body = tuple(tuple(_shown(row.get(name)) for name in names) for row in rows)
    return DataTable(caption, tuple(Words(name, name) for name in names), body)


def _found(rule: Rule) -> Words:
    return Words(rule["found_zh"] or rule["sentence_zh"], rule["found_en"] or rule["sentence_en"])


def _shown(value: object) -> str:
    if value is None:
        return UNKNOWN
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _CELL_CHARACTERS else text[:_CELL_CHARACTERS] + "…"


def _quarantine(tables: Mapping[str, pa.Table]) -> Section:
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


def _exploded(rows: pa.Table) -> pa.Table:
    """Return one row a broken rule."""
    rules = rows["rule_ids"].combine_chunks().flatten()
    return pa.table({"rule_id": rules})


def _notes(facts: DayFacts) -> list[Section]:
    if not facts.notes:
        return []
    return [Section("notes", say("validation.notes"), (Notes(facts.notes),))]
