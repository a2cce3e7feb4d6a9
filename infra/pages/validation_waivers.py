"""Who let a rule pass, why, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from infra.pages.blocks import Badge, Cell, DataTable, Day, Section, Small, columns
from infra.pages.figures import UNKNOWN, whole
from infra.pages.validation_rules import Rule, place, sentence
from infra.pages.words import name_of, say


def waivers_section(rules: Sequence[Rule], as_of: date) -> Section | None:
    """List the waivers, those that have run out first; None when there are none."""
    waived = [rule for rule in rules if rule.get("waived_until")]
    if not waived:
        return None
    waived.sort(key=lambda rule: (rule["waived_until"], rule["table"], rule["rule_id"]))
    table = DataTable(
        say("waivers.caption"),
        columns("rule", "waiver", "until", "failed", "waived_by", "reason"),
        tuple(_row(rule, as_of) for rule in waived),
        frozenset({3}),
    )
    return Section("waivers", say("waivers.title"), (table,), say("waivers.lead"))


def _row(rule: Rule, as_of: date) -> tuple[Cell, ...]:
    state, tone = ("in_force", "second") if rule["waived_until"] >= as_of else ("expired", "bad")
    return (
        Small(sentence(rule), place(rule)),
        Badge(name_of("waiver", state), tone),
        Day(rule["waived_until"]),
        whole(rule["rows_failed"]),
        rule["waived_by"] or UNKNOWN,
        rule["waived_reason"] or UNKNOWN,
    )
