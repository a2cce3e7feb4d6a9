"""The rules that follow from how a table is declared: presence, types, bounds, keys, references."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.reading.sql import literals
from quality.rules.examples import MISFIT, NAIVE, fitting, out_of_bounds
from quality.rules.maker import Maker, Meaning
from quality.schema import Kind
from quality.tables import INPUTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from quality.rules.rule import Rule
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


def derived_rules(maker: Maker, delivered: Collection[str]) -> Iterator[Rule]:
    """Yield the rules that a table's declaration implies.

    Args:
        maker: Of the table.
        delivered: The tables that can be referred to; references to others are not checked.
    """
    for column in maker.table.columns:
        yield from _presence(maker, column)
        yield from _type(maker, column)
        yield from range_rules(maker, column)
        yield from _reference(maker, column, delivered)
    yield _unique(maker)


def _presence(maker: Maker, column: Column) -> Iterator[Rule]:
    name = column.name
    if column.optional:
        return
    meaning = Meaning(
        en=f"Every row must have {name}.",
        zh=f"每行必须有 {name}。",
        why_en=f"Without {name} nobody can tell what the row is about, and every stage reads it.",
        why_zh=f"缺少 {name} 就无法判断该行的含义，后续各环节都要用到它。",
        dimension="completeness",
        passes={name: fitting(column)},
        fails={name: None},
    )
    condition = f"t.{name} IS NULL AND t.{name}_given IS NULL"
    yield maker.row_rule(f"{name}.not_null", condition, meaning, name)


def _type(maker: Maker, column: Column) -> Iterator[Rule]:
    name = column.name
    if column.kind is Kind.TEXT:
        return
    meaning = Meaning(
        en=f"{name} must be {_KIND_EN[column.kind]}.",
        zh=f"{name} 必须是{_KIND_ZH[column.kind]}。",
        why_en="A value of another kind would have to be guessed, and a guess is invented data.",
        why_zh="类型不符的值只能靠猜测，而猜测等于编造数据。",
        passes={name: fitting(column)},
        fails={name: MISFIT[column.kind]},
    )
    condition = f"t.{name}_given IS NOT NULL AND NOT t.{name}_is_naive"
    yield maker.row_rule(f"{name}.parses", condition, meaning, name)
    if column.kind is Kind.TIMESTAMP:
        offset = Meaning(
            en=f"{name} must carry its offset from UTC, unless assume_timezone is set.",
            zh=f"{name} 必须带时区偏移，除非设置了 assume_timezone。",
            why_en="A time without its offset may be hours off, and so fall on another day.",
            why_zh="没有时区的时间可能相差数小时，从而落到另一天。",
            passes={name: fitting(column)},
            fails={name: NAIVE},
        )
        yield maker.row_rule(f"{name}.has_offset", f"t.{name}_is_naive", offset, name)


def range_rules(maker: Maker, column: Column) -> Iterator[Rule]:
    """Yield the rules of a column's bounds and allowed values."""
    yield from _bounds(maker, column)
    yield from _values(maker, column)


def _bounds(maker: Maker, column: Column) -> Iterator[Rule]:
    name = column.name
    limits = [
        (column.low, "<", "at least", "不小于"),
        (column.above, "<=", "more than", "大于"),
        (column.high, ">", "at most", "不大于"),
    ]
    given = [limit for limit in limits if limit[0] is not None]
    if not given:
        return
    meaning = Meaning(
        en=f"{name} must be {' and '.join(f'{en} {value:g}' for value, _, en, _ in given)}.",
        zh=f"{name} 必须{'且'.join(f'{zh} {value:g}' for value, _, _, zh in given)}。",
        why_en="A value outside cannot have happened, and would distort every sum it enters.",
        why_zh="超出范围的值不可能发生，会歪曲一切用到它的统计。",
        passes={name: fitting(column)},
        fails={name: out_of_bounds(column)},
    )
    worse = " OR ".join(f'(t."{name}" {sign} {value!r})' for value, sign, _, _ in given)
    yield maker.row_rule(f"{name}.bounds", worse, meaning, name)


def _values(maker: Maker, column: Column) -> Iterator[Rule]:
    name = column.name
    if not column.values:
        return
    allowed = ", ".join(column.values)
    meaning = Meaning(
        en=f"{name} must be one of {allowed}.",
        zh=f"{name} 必须是以下之一：{allowed}。",
        why_en="An unknown word would be passed over in silence by every stage that asks for one.",
        why_zh="未知的取值会被后续环节悄悄忽略。",
        passes={name: column.values[0]},
        fails={name: column.values[0].upper() + "?"},
    )
    condition = f"t.{name} NOT IN ({literals(column.values)})"
    yield maker.row_rule(f"{name}.values", condition, meaning, name)


def _reference(maker: Maker, column: Column, delivered: Collection[str]) -> Iterator[Rule]:
    name, parent = column.name, column.references
    if parent not in delivered:
        return
    (key,) = INPUTS[parent].key
    meaning = Meaning(
        en=f"{name} must name a delivered row of {parent}.",
        zh=f"{name} 必须指向 {parent} 中已提交的行。",
        why_en=f"What is not in {parent} can be neither shown, counted nor answered for.",
        why_zh=f"不在 {parent} 中的对象无法展示、统计或追责。",
        dimension="consistency",
        passes={name: fitting(column)},
        fails={name: f"nowhere in {parent}"},
    )
    known = f"SELECT {key} FROM typed_{parent} WHERE {key} IS NOT NULL"
    if parent == "users" and maker.table.name != "identities" and "identities" in delivered:
        # A device or card that identities lead to a person is that person.
        known += " UNION ALL SELECT raw_id FROM typed_identities WHERE raw_id IS NOT NULL"
    yield maker.row_rule(f"{name}.references", f"t.{name} NOT IN ({known})", meaning, name)


def _unique(maker: Maker) -> Rule:
    table = maker.table
    names = " and ".join(table.key)
    example = {name: fitting(table.column(name)) for name in table.key}
    meaning = Meaning(
        en=f"No two different rows may have the same {names}.",
        zh=f"不同的行不得有相同的 {'、'.join(table.key)}。",
        why_en="Of two rows that contradict each other nobody can say which one is true.",
        why_zh="两行互相矛盾时，无从判断哪一行为真。",
        dimension="uniqueness",
        passes={**example, "rows": 1},
        fails={**example, "rows": 2},
    )
    column = table.key[0] if len(table.key) == 1 else None
    return maker.row_rule("key.unique", _contested(table), meaning, column)


def _contested(table: Table) -> str:
    """Say that a row's key is also another row's, looking only at keys that occur repeatedly."""
    key = ", ".join(table.key)
    row = ", ".join(f"t.{name}" for name in table.key)
    return (
        f"({row}) IN (SELECT ({key}) FROM known_{table.name}"
        f" SEMI JOIN repeated_{table.name} USING ({key}) GROUP BY {key} HAVING count(*) > 1)"
    )
