"""All rules of a table, in the order in which they are reported."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quality.rules.derived import derived_rules
from quality.rules.maker import SOUND_ROWS, Maker
from quality.rules.special import special_rules

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from quality.rules.options import ValidationOptions
    from quality.rules.rule import Rule
    from quality.schema import Table


def rules_of(
    table: Table, delivered: Collection[str], options: ValidationOptions, as_of: date
) -> tuple[Rule, ...]:
    """Return the rules that the rows of a table must keep.

    Args:
        table: The input table.
        delivered: The tables that have rows today; rules that need others are left out.
        options: Thresholds, zones and owners.
        as_of: The day before which everything is known.
    """
    maker = Maker(table, options)
    rules = (*special_rules(maker, delivered, as_of), *derived_rules(maker, delivered))
    return tuple(_among_sound_rows(rule, rules) for rule in rules)


def _among_sound_rows(rule: Rule, rules: Sequence[Rule]) -> Rule:
    """Let a rule that keeps the first of several rows compare sound rows only.

    Else a row that is refused for another reason would take the place of a good one.
    """
    if SOUND_ROWS not in rule.condition:
        return rule
    others = " OR ".join(
        f"coalesce({other.condition}, false)"
        for other in rules
        if other.scope == "row" and not other.of_malformed and other is not rule
    )
    sound = f"(SELECT * FROM known_{rule.table} AS t WHERE NOT ({others}))"
    return replace(rule, condition=rule.condition.replace(SOUND_ROWS, sound))
