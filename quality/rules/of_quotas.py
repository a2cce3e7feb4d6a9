"""What must hold of a trial's quotas: a list of groups, each with how few and how many.

Whether they can be met is no question of form: the draw answers it, and says what would help.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.reading.sql import literals
from quality.rules.maker import Maker, Meaning
from quality.tables.inputs import USERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quality.rules.rule import Rule

ATTRIBUTES = (
    *(name for name in USERS.column_names if name not in {"user_id", "household_id"}),
    "is_newcomer",
)
"""What a quota may be set on: what does not identify a person."""
_KEYS = ("attribute", "value", "min", "max")
_QUOTA = '{"attribute": "region", "value": "north", "min": %s, "max": %s}'

_LIST = "json_type(t.quotas) = 'ARRAY'"
_QUOTAS = "t.quotas::JSON::JSON[]"
_SCALAR = "('VARCHAR', 'BIGINT', 'UBIGINT', 'DOUBLE', 'BOOLEAN')"
_WELL_FORMED = f"""(
    json_type(q) = 'OBJECT'
    AND list_has_all([{literals(_KEYS)}], json_keys(q))
    AND coalesce(json_type(q, '$.attribute') = 'VARCHAR', false)
    AND coalesce(json_type(q, '$.value') IN {_SCALAR}, false)
    AND coalesce(json_type(q, '$.min'), 'NULL') IN ('UBIGINT', 'NULL')
    AND coalesce(json_type(q, '$.max'), 'NULL') IN ('UBIGINT', 'NULL'))"""
"""Of a quota ``q``: an object with these keys only, limits whole and not negative."""


def quota_rules(maker: Maker) -> Iterator[Rule]:
    """Yield the rules of ``quotas``; each but the first passes over what an earlier one refuses."""
    yield _quota_rule(
        maker,
        "quotas.well_formed",
        f"NOT ({_readable()})",
        Meaning(
            en="quotas must be a list of objects with attribute, value, min and max, the last two"
            " whole and not negative, or left out.",
            zh="quotas 必须是对象列表，每项只含 attribute、value、min、max；后两项为非负整数，可省略。",
            why_en="A quota that cannot be read would stop the draw on the day it is due.",
            why_zh="无法读取的配额会使抽签当天中断。",
            passes={"quotas": f"[{_QUOTA % (1, 40)}]"},
            fails={"quotas": f"[{_QUOTA % (-1, 40)}]"},
        ),
    )
    yield _quota_rule(
        maker,
        "quotas.known_attribute",
        _some(f"(q->>'$.attribute') NOT IN ({literals(ATTRIBUTES)})"),
        Meaning(
            en=f"A quota must be set on one of {', '.join(ATTRIBUTES)}.",
            zh=f"配额只能设在以下属性上：{'、'.join(ATTRIBUTES)}。",
            why_en="Nobody has another attribute, so the quota could never be met.",
            why_zh="没有人具有其他属性，配额将无法满足。",
            passes={"quotas": f"[{_QUOTA % (1, 40)}]"},
            fails={"quotas": '[{"attribute": "shoe_size", "value": "43"}]'},
        ),
    )
    yield _quota_rule(
        maker,
        "quotas.min_not_above_max",
        _some("(q->>'$.min')::HUGEINT > (q->>'$.max')::HUGEINT"),
        Meaning(
            en="The min of a quota must not be above its max.",
            zh="配额的 min 不得大于 max。",
            why_en="No draw could keep both, and the day's other trials would have to wait.",
            why_zh="任何抽签都无法同时满足两者，当天的其他试用也会被耽搁。",
            dimension="consistency",
            passes={"quotas": f"[{_QUOTA % (1, 40)}]"},
            fails={"quotas": f"[{_QUOTA % (40, 1)}]"},
        ),
    )
    yield _quota_rule(
        maker,
        "quotas.once_a_group",
        f"CASE WHEN {_readable()} THEN len({_groups()}) > len(list_distinct({_groups()}))"
        " ELSE false END",
        Meaning(
            en="quotas must name each group once.",
            zh="quotas 中每个群体只能出现一次。",
            why_en="Of two quotas for one group nobody can say which one is meant.",
            why_zh="同一群体有两个配额时，无从判断以哪个为准。",
            dimension="uniqueness",
            passes={"quotas": f"[{_QUOTA % (1, 40)}]"},
            fails={"quotas": f"[{_QUOTA % (1, 40)}, {_QUOTA % (2, 30)}]"},
        ),
    )


def _quota_rule(maker: Maker, rule_id: str, condition: str, meaning: Meaning) -> Rule:
    return maker.row_rule(rule_id, f"t.quotas IS NOT NULL AND ({condition})", meaning, "quotas")


def _every(condition: str) -> str:
    return f"len(list_filter({_QUOTAS}, lambda q: NOT {condition})) = 0"


def _readable() -> str:
    # CASE keeps the order: what is no list is never taken for one.
    return f"CASE WHEN {_LIST} THEN {_every(_WELL_FORMED)} ELSE false END"


def _some(condition: str) -> str:
    found = f"len(list_filter({_QUOTAS}, lambda q: {condition})) > 0"
    return f"CASE WHEN {_readable()} THEN {found} ELSE false END"


def _groups() -> str:
    return f"list_transform({_QUOTAS}, lambda q: (q->>'$.attribute') || '=' || (q->>'$.value'))"
