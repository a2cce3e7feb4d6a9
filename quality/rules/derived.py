"""The rules that follow from how a table is declared: presence, types, bounds, keys, references."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quality.reading.sql import literals
from quality.rules.rule import Rule, Severity
from quality.schema import Kind
from quality.tables import INPUTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from quality.rules.options import ValidationOptions
    from quality.schema import Column, Table

_KIND_EN = {
    Kind.INTEGER: "a whole number",
    Kind.NUMBER: "a finite number",
    Kind.BOOLEAN: "true or false",
    Kind.TIMESTAMP: "an ISO 8601 time",
    Kind.DATE: "a day as YYYY-MM-DD",
    Kind.JSON: "valid JSON",
}
_KIND_ZH = {
    Kind.INTEGER: "整数",
    Kind.NUMBER: "有限数值",
    Kind.BOOLEAN: "真或假",
    Kind.TIMESTAMP: "ISO 8601 时间",
    Kind.DATE: "YYYY-MM-DD 日期",
    Kind.JSON: "合法的 JSON",
}


@dataclass(frozen=True)
class Maker:
    """Makes the rules of one table, with the table's own severity, threshold and owner."""

    table: Table
    options: ValidationOptions

    def rule(
        self, rule_id: str, en: str, zh: str, condition: str, column: str | None = None
    ) -> Rule:
        """Make a row rule.

        Without a table the day needs, nothing is published; without another, a stage is poorer.
        """
        severity: Severity = "block" if self.table.required else "warn"
        return Rule(
            table=self.table.name,
            rule_id=rule_id,
            severity=severity,
            threshold=self.options.row_threshold,
            owner=self.options.owner_of(self.table.name),
            en=en,
            zh=zh,
            column=column,
            condition=condition,
        )


def derived_rules(maker: Maker, delivered: Collection[str]) -> Iterator[Rule]:
    """Yield the rules that a table's declaration implies.

    Args:
        maker: Of the table.
        delivered: The tables that can be referred to; references to others are not checked.
    """
    for column in maker.table.columns:
        yield from _presence(maker, column)
        yield from _type(maker, column)
        yield from _range(maker, column)
        yield from _reference(maker, column, delivered)
    yield _unique(maker)


def _presence(maker: Maker, column: Column) -> Iterator[Rule]:
    name = column.name
    if column.optional:
        return
    yield maker.rule(
        f"{name}.not_null",
        f"Every row must have {name}.",
        f"每行必须有 {name}。",
        f"t.{name} IS NULL AND t.{name}_given IS NULL",
        name,
    )


def _type(maker: Maker, column: Column) -> Iterator[Rule]:
    name = column.name
    if column.kind is Kind.TEXT:
        return
    yield maker.rule(
        f"{name}.parses",
        f"{name} must be {_KIND_EN[column.kind]}.",
        f"{name} 必须是{_KIND_ZH[column.kind]}。",
        f"t.{name}_given IS NOT NULL AND NOT t.{name}_is_naive",
        name,
    )
    if column.kind is Kind.TIMESTAMP:
        yield maker.rule(
            f"{name}.has_offset",
            f"{name} must carry its offset from UTC, unless assume_timezone is set.",
            f"{name} 必须带时区偏移，除非设置了 assume_timezone。",
            f"t.{name}_is_naive",
            name,
        )


def _range(maker: Maker, column: Column) -> Iterator[Rule]:
    name = column.name
    limits = [
        (column.low, "<", "at least", "不小于"),
        (column.above, "<=", "more than", "大于"),
        (column.high, ">", "at most", "不大于"),
    ]
    given = [limit for limit in limits if limit[0] is not None]
    if given:
        yield maker.rule(
            f"{name}.bounds",
            f"{name} must be {' and '.join(f'{en} {value:g}' for value, _, en, _ in given)}.",
            f"{name} 必须{'且'.join(f'{zh} {value:g}' for value, _, _, zh in given)}。",
            " OR ".join(f"t.{name} {worse} {value!r}" for value, worse, _, _ in given),
            name,
        )
    if column.values:
        allowed = ", ".join(column.values)
        yield maker.rule(
            f"{name}.values",
            f"{name} must be one of {allowed}.",
            f"{name} 必须是以下之一：{allowed}。",
            f"t.{name} NOT IN ({literals(column.values)})",
            name,
        )


def _reference(maker: Maker, column: Column, delivered: Collection[str]) -> Iterator[Rule]:
    parent = column.references
    if parent not in delivered:
        return
    (key,) = INPUTS[parent].key
    yield maker.rule(
        f"{column.name}.references",
        f"{column.name} must name a delivered row of {parent}.",
        f"{column.name} 必须指向 {parent} 中已提交的行。",
        f"t.{column.name} NOT IN (SELECT {key} FROM typed_{parent} WHERE {key} IS NOT NULL)",
        column.name,
    )


def _unique(maker: Maker) -> Rule:
    table = maker.table
    names = " and ".join(table.key)
    return maker.rule(
        "key.unique",
        f"No two different rows may have the same {names}.",
        f"不同的行不得有相同的 {'、'.join(table.key)}。",
        _contested(table),
        table.key[0] if len(table.key) == 1 else None,
    )


def _contested(table: Table) -> str:
    """Say that a row's key is also another row's, looking only at keys that occur repeatedly."""
    key = ", ".join(table.key)
    row = ", ".join(f"t.{name}" for name in table.key)
    return (
        f"({row}) IN (SELECT ({key}) FROM known_{table.name}"
        f" SEMI JOIN repeated_{table.name} USING ({key}) GROUP BY {key} HAVING count(*) > 1)"
    )
