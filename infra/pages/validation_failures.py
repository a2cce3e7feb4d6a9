"""Which rules failed: the few that matter, run by run, and each with its threshold and owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import log1p

from infra.pages.blocks import (
    Block,
    Cell,
    DataTable,
    Figure,
    Figures,
    Notes,
    Section,
    Small,
    chart_table,
    columns,
    legend,
    verdict_badge,
)
from infra.pages.charts import Bar, Strip, bars, spark, strips
from infra.pages.figures import UNKNOWN, percent, whole
from infra.pages.validation_rules import (
    Rule,
    failed_share,
    failing,
    label,
    limits,
    most_failed,
    place,
    sentence,
    trend,
)
from infra.pages.words import Words, name_of, say

_DRAWN = 12
_HOTTEST = 5
_TONES = {"block": "bad", "warn": "second", "pass": "quiet"}


def failures_section(rules: Sequence[Rule]) -> Section:
    """Show the rules that most rows broke, and whether it is getting worse."""
    counted = most_failed(rules)
    blocks: list[Block] = [] if counted else [Notes((say("failures.none"),))]
    figures = (*((pareto(counted),) if counted else ()), *run_by_run(rules))
    if figures:
        blocks.append(Figures(figures))
    return Section("failures", say("failures.title"), tuple(blocks), say("failures.lead"))


def pareto(counted: Sequence[Rule]) -> Figure:
    """Draw the rules that most rows broke with their cumulative share.

    Args:
        counted: Rules with failures, most first.
    """
    total, so_far = sum(rule["rows_failed"] for rule in counted), 0
    drawn, rows = [], []
    for rule in counted[:_DRAWN]:
        so_far += rule["rows_failed"]
        number, reached = whole(rule["rows_failed"]), percent(so_far / total)
        tone = _TONES[rule["verdict"]]
        drawn.append(Bar(label(rule), rule["rows_failed"], f"{number} · Σ {reached}", tone))
        rows.append((label(rule), number, reached))
    table = chart_table(say("failures.caption"), columns("rule", "failed", "cumulative"), rows)
    seen = {rule["verdict"] for rule in counted[:_DRAWN]}
    key = legend(*((_TONES[it], name_of("verdict", it)) for it in _TONES if it in seen))
    note = say("failures.note")
    return Figure(say("failures.caption"), bars(drawn), table, legend=key, note=note)


def run_by_run(rules: Sequence[Rule]) -> tuple[Figure, ...]:
    """Draw the failures of the last runs, a row a rule; nothing when there is but one run."""
    runs = max((len(trend(rule)) for rule in rules), default=0)
    hot = [rule for rule in rules if any(trend(rule))]
    hot.sort(key=lambda rule: (-max(n or 0 for n in trend(rule)), label(rule)))
    if runs <= 1 or not hot:
        return ()
    shown = hot[:_DRAWN]
    most = max(n or 0 for rule in shown for n in trend(rule))
    svg = strips([_strip(rule, runs, most) for rule in shown])
    key = legend(
        ("heat-0", say("heat.none")), ("heat-2", say("heat.some")), ("heat-5", say("heat.most"))
    )
    caption = say("heat.caption", n=runs)
    return (Figure(caption, svg, _run_table(caption, shown, runs), key, say("heat.note")),)


def rules_section(rules: Sequence[Rule]) -> Section:
    """List the rules with their thresholds and owners, those with failures first."""
    failed = failing(rules)
    passed = [rule for rule in rules if rule not in failed]
    return Section("rules", say("rules.title"), rule_tables(failed, passed), say("rules.lead"))


def rule_tables(failed: Sequence[Rule], passed: Sequence[Rule]) -> tuple[DataTable, ...]:
    """Return a table of the rules with failures, and a folded one of the others."""
    tables = []
    if failed:
        tables.append(_rule_table(say("rules.failed"), failed))
    if passed:
        caption = say("rules.passed", n=len(passed))
        tables.append(replace(_rule_table(caption, passed), is_folded=True))
    return tuple(tables)


def _strip(rule: Rule, runs: int, most: float) -> Strip:
    found = trend(rule)
    heats = (None,) * (runs - len(found)) + tuple(_heat(n, most) for n in found)
    return Strip(label(rule), heats, whole(found[-1]))


def _heat(failed: float | None, most: float) -> int | None:
    """Return how hot a number is, from 0 to 5 on a logarithmic scale; None: not checked."""
    if failed is None:
        return None
    return max(1, round(_HOTTEST * log1p(failed) / log1p(most))) if failed else 0


def _run_table(caption: Words, rules: Sequence[Rule], runs: int) -> DataTable:
    head = (*columns("rule"), *(_run_name(back) for back in range(runs - 1, -1, -1)))
    rows = [
        (label(rule), *(UNKNOWN,) * (runs - len(trend(rule))), *map(whole, trend(rule)))
        for rule in rules
    ]
    return chart_table(caption, head, rows)


def _run_name(back: int) -> Words:
    return Words(f"−{back}", f"−{back}") if back else say("heat.now")


def _rule_table(caption: Words, rules: Sequence[Rule]) -> DataTable:
    head = columns(
        "rule", "verdict", "checked", "failed", "failed_share", "threshold", "trend", "owner"
    )
    return DataTable(caption, head, tuple(map(_rule_row, rules)), frozenset({2, 3, 4, 5}))


def _rule_row(rule: Rule) -> tuple[Cell, ...]:
    return (
        Small(sentence(rule), place(rule)),
        verdict_badge(rule["verdict"]),
        whole(rule["rows_checked"]),
        whole(rule["rows_failed"]),
        percent(failed_share(rule), 2),
        limits(rule),
        _trend(rule),
        rule["owner"],
    )


def _trend(rule: Rule) -> Cell:
    values = [failed for failed in trend(rule) if failed is not None]
    return spark(values) if len(values) > 1 else UNKNOWN
