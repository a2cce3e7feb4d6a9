"""The contract of every published table: what its declaration implies, and what it promises."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from quality.reading.findings import Note
from quality.reading.sql import identifier
from quality.rules.derived import range_rules
from quality.rules.examples import fitting
from quality.rules.maker import Maker, Meaning
from quality.rules.of_draws import (
    audit_rules,
    award_state_rules,
    certificate_rules,
    replacement_rules,
    selection_rules,
)
from quality.rules.of_effects import effect_rules, pooled_rules, split_rules
from quality.rules.of_lists import calendar_rules, need_state_rules, withheld_rules
from quality.rules.of_outcomes import (
    funnel_part_rules,
    funnel_rules,
    letter_rules,
    outlook_rules,
    profile_rules,
)
from quality.rules.of_recommendations import recommendation_rules
from quality.rules.of_reviews import (
    follow_up_rules,
    model_rules,
    opinion_rules,
    score_rules,
    summary_rules,
)
from quality.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from quality.rules.expected import Expected
    from quality.rules.rule import Rule
    from quality.schema import Column, Table

_WARNS: Final = {"list.filled", "model.steady"}
"""What is worth less than it might be, but not wrong."""
_FURTHER: Final[Mapping[str, Callable[[Maker, Expected], Iterator[Rule]]]] = {
    "recommendations": recommendation_rules,
    "do_not_recommend": withheld_rules,
    "replenishment_calendar": calendar_rules,
    "need_states": need_state_rules,
    "selection": selection_rules,
    "draw_certificate": certificate_rules,
    "selection_audit": lambda maker, _: audit_rules(maker),
    "award_states": lambda maker, _: award_state_rules(maker),
    "replacements": replacement_rules,
    "trial_funnel": lambda maker, _: funnel_rules(maker),
    "trial_funnel_parts": lambda maker, _: funnel_part_rules(maker),
    "trial_outlook": lambda maker, _: outlook_rules(maker),
    "applicant_letters": lambda maker, _: letter_rules(maker),
    "applicant_profile": lambda maker, _: profile_rules(maker),
    "trial_effect": lambda maker, _: effect_rules(maker),
    "effect_split": lambda maker, _: split_rules(maker),
    "pooled_effect": lambda maker, _: pooled_rules(maker),
    "report_scores": lambda maker, _: score_rules(maker),
    "opinions": opinion_rules,
    "improvement_summary": summary_rules,
    "follow_ups": follow_up_rules,
    "report_model": lambda maker, _: model_rules(maker),
}


def output_rules(table: Table, expected: Expected) -> tuple[Rule, ...]:
    """Return the contract of a published table.

    Args:
        table: The output table.
        expected: What it is compared with; rules that need what is not there are left out.
    """
    maker = Maker(table, expected.options)
    further = _FURTHER.get(table.name)
    rules = (*_derived(maker), *(further(maker, expected) if further else ()))
    return tuple(
        replace(
            rule,
            side="output",
            severity="warn" if rule.rule_id in _WARNS else "block",
            threshold=0.0,
            warn_threshold=None,
        )
        for rule in rules
    )


def _derived(maker: Maker) -> Iterator[Rule]:
    for column in maker.table.columns:
        if not column.optional:
            yield _presence(maker, column)
        if column.kind is Kind.NUMBER:
            yield _finite(maker, column)
        if column.kind is Kind.JSON:
            yield _json(maker, column)
        yield from range_rules(maker, column)
    yield _unique(maker)


def _presence(maker: Maker, column: Column) -> Rule:
    name = column.name
    meaning = Meaning(
        en=f"Every row must have {name}.",
        zh=f"每行必须有 {name}。",
        why_en="Readers are promised it.",
        why_zh="这是对读者的承诺。",
        dimension="completeness",
        passes={name: fitting(column)},
        fails={name: None},
    )
    return maker.row_rule(f"{name}.not_null", f"t.{identifier(name)} IS NULL", meaning, name)


def _finite(maker: Maker, column: Column) -> Rule:
    name = column.name
    meaning = Meaning(
        en=f"{name} must be a finite number.",
        zh=f"{name} 必须是有限数值。",
        why_en="NaN and infinity come from a division by nothing, and spread.",
        why_zh="NaN 与无穷来自除零，并会扩散。",
        passes={name: fitting(column)},
        fails={name: "NaN"},
    )
    infinite = f" OR t.{identifier(name)} = 'inf'::DOUBLE" if column.infinite else ""
    condition = f"NOT (isfinite(t.{identifier(name)}){infinite})"
    return maker.row_rule(f"{name}.finite", condition, meaning, name)


def _json(maker: Maker, column: Column) -> Rule:
    name = column.name
    meaning = Meaning(
        en=f"{name} must be valid JSON.",
        zh=f"{name} 必须是合法的 JSON。",
        why_en="Programs read it.",
        why_zh="供程序读取。",
        passes={name: fitting(column)},
        fails={name: "[{"},
    )
    condition = f"NOT json_valid(t.{identifier(name)})"
    return maker.row_rule(f"{name}.parses", condition, meaning, name)


def _unique(maker: Maker) -> Rule:
    table = maker.table
    key = ", ".join(identifier(name) for name in table.key)
    example = {name: fitting(table.column(name)) for name in table.key}
    return maker.table_rule(
        "key.unique",
        f"SELECT {key}, count(*) AS times FROM {{batch}} GROUP BY {key} HAVING count(*) > 1"
        f" ORDER BY {key}",
        Meaning(
            en=f"No two rows may have the same {' and '.join(table.key)}.",
            zh=f"不得有两行的 {'、'.join(table.key)} 相同。",
            why_en="Of two rows about the same nobody can say which one holds.",
            why_zh="同一对象有两行时，无从判断以哪行为准。",
            dimension="uniqueness",
            passes={**example, "rows": 1},
            fails={**example, "rows": 2},
        ),
        fault=Note("a key has {times} rows", "某个键有 {times} 行"),
        advice=Note("Only one of them can be true.", "其中只有一行可能为真。"),
        column=table.key[0] if len(table.key) == 1 else None,
    )
