"""The rules of a validation report as the page's parts read them: ordered, named, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

import pyarrow as pa

from infra.pages.blocks import Cell, Small
from infra.pages.figures import percent
from infra.pages.tallies import records
from infra.pages.words import Words, name_of

Rule = Mapping[str, Any]
"""One row of ``validation_report``; columns that an older run does not have are absent."""

_ORDER = {"block": 0, "warn": 1, "pass": 2}


def ordered_rules(report: pa.Table | None) -> list[Rule]:
    """Return the rules, the worst first."""
    return sorted(records(report), key=_severity)


def of_side(rules: Sequence[Rule], side: str) -> list[Rule]:
    """Return the rules of the input or of the output tables."""
    return [rule for rule in rules if rule.get("side", "input") == side]


def failing(rules: Sequence[Rule]) -> list[Rule]:
    """Return the rules that something broke."""
    return [rule for rule in rules if rule["rows_failed"] or rule["verdict"] != "pass"]


def most_failed(rules: Sequence[Rule]) -> list[Rule]:
    """Return the rules that rows broke, most rows first; faults of whole tables are no rows."""
    broken = [rule for rule in rules if rule["rows_failed"] and rule["scope"] == "row"]
    return sorted(broken, key=lambda it: (-it["rows_failed"], it["table"], it["rule_id"]))


def label(rule: Rule) -> str:
    """Return what a chart calls the rule."""
    return f"{rule['table']} · {rule['rule_id']}"


def place(rule: Rule) -> str:
    """Return the rule's table, column and id."""
    column = f".{rule['column']}" if rule["column"] else ""
    return f"{rule['table']}{column} · {rule['rule_id']}"


def sentence(rule: Rule) -> Words:
    """Return what must hold."""
    return Words(rule["sentence_zh"], rule["sentence_en"])


def found(rule: Rule) -> Words:
    """Return what was found; what must hold where the report says no more."""
    return Words(rule["found_zh"] or rule["sentence_zh"], rule["found_en"] or rule["sentence_en"])


def failed_share(rule: Rule) -> float | None:
    """Return the failed share of the rows checked; None when none were."""
    return rule["rows_failed"] / rule["rows_checked"] if rule["rows_checked"] else None


def limits(rule: Rule) -> Cell:
    """Return the failed shares above which the rule warns and blocks."""
    shares = {"warn": rule.get("warn_threshold", rule["threshold"])}
    if rule["severity"] == "block":
        shares["block"] = rule["threshold"]
    else:
        shares["warn"] = min(shares["warn"], rule["threshold"])
    first, *more = (
        Small(f"> {percent(share, 2)}", name_of("severity", what)) for what, share in shares.items()
    )
    return Small(first, more[0]) if more else first


def trend(rule: Rule) -> list[float | None]:
    """Return the failures of the last runs, oldest first, this one last; None: not checked."""
    return json.loads(rule["trend"]) or []


def usual(rule: Rule) -> float | None:
    """Return the median failures of the runs before this one; None when there were none."""
    earlier = [failed for failed in trend(rule)[:-1] if failed is not None]
    return median(earlier) if earlier else None


def _severity(rule: Rule) -> tuple[int, int, str, str]:
    return (_ORDER[rule["verdict"]], -rule["rows_failed"], rule["table"], rule["rule_id"])
