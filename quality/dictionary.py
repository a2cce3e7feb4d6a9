"""The data dictionary: every table and column as Markdown, in Chinese or English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from quality.schema import Kind, Sensitivity
from quality.tables import INPUTS, OUTPUTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quality.schema import Column, Table

Language = Literal["zh", "en"]

_WORDS = {
    "en": {
        "title": "Data dictionary",
        "inputs": "Input tables",
        "outputs": "Output tables",
        "key": "Key",
        "required": "required",
        "optional table": "optional",
        "files": "Published as",
        "merchants": "merchants receive their own rows",
        "header": "| column | type | required | unit | allowed | refers to | who may see it | meaning |",
        "yes": "yes",
        "any of": "one of",
        "infinite": "inf allowed",
    },
    "zh": {
        "title": "数据字典",
        "inputs": "输入表",
        "outputs": "输出表",
        "key": "主键",
        "required": "必需",
        "optional table": "可选",
        "files": "发布格式",
        "merchants": "商家可得本店数据",
        "header": "| 列 | 类型 | 必填 | 单位 | 取值 | 引用 | 可见范围 | 含义 |",
        "yes": "是",
        "any of": "其一：",
        "infinite": "可为 inf",
    },
}
_KINDS_ZH = {
    Kind.TEXT: "文本",
    Kind.TEXTS: "文本列表",
    Kind.INTEGER: "整数",
    Kind.NUMBER: "数值",
    Kind.BOOLEAN: "真假",
    Kind.TIMESTAMP: "时间（UTC）",
    Kind.DATE: "日期",
    Kind.JSON: "JSON",
}
_SEEN_BY_ZH = {
    Sensitivity.PUBLIC: "公开",
    Sensitivity.INTERNAL: "内部",
    Sensitivity.PERSONAL: "个人信息",
    Sensitivity.FREE_TEXT: "顾客原文",
}


def data_dictionary(lang: Language) -> str:
    """Render all tables, inputs first.

    Args:
        lang: ``zh`` or ``en``.

    Returns:
        Markdown: a heading and a table of columns each, the text of no cell breaking its row.
    """
    words = _WORDS[lang]
    parts = [f"# {words['title']}"]
    for title, tables in ((words["inputs"], INPUTS), (words["outputs"], OUTPUTS)):
        parts.append(f"## {title}")
        for table in tables.values():
            parts += [*_heading(table, lang), _columns(table, lang)]
    return "\n\n".join(parts) + "\n"


def _heading(table: Table, lang: Language) -> Iterator[str]:
    words = _WORDS[lang]
    yield f"### `{table.name}`"
    yield table.zh if lang == "zh" else table.en
    facts = [f"{words['key']}: {', '.join(f'`{name}`' for name in table.key)}"]
    if table.name in INPUTS:
        facts.append(words["required"] if table.required else words["optional table"])
    else:
        facts.append(f"{words['files']}: {', '.join(table.formats)}")
    if table.merchant_facing:
        facts.append(words["merchants"])
    yield " · ".join(facts)


def _columns(table: Table, lang: Language) -> str:
    header = _WORDS[lang]["header"]
    rule = "|" + " --- |" * (header.count("|") - 1)
    return "\n".join([header, rule, *(_column(column, lang) for column in table.columns)])


def _column(column: Column, lang: Language) -> str:
    is_zh = lang == "zh"
    cells = [
        f"`{column.name}`",
        _KINDS_ZH[column.kind] if is_zh else column.kind.value,
        "" if column.optional else _WORDS[lang]["yes"],
        column.unit,
        _allowed(column, lang),
        f"`{column.references}`" if column.references else "",
        _SEEN_BY_ZH[column.sensitivity] if is_zh else column.sensitivity.value,
        column.zh if is_zh else column.en,
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _allowed(column: Column, lang: Language) -> str:
    words = _WORDS[lang]
    limits = [
        f"{sign} {limit:g}"
        for sign, limit in (("≥", column.low), (">", column.above), ("≤", column.high))
        if limit is not None
    ]
    if column.values:
        limits.append(f"{words['any of']} {', '.join(column.values)}")
    if column.infinite:
        limits.append(words["infinite"])
    return ", ".join(limits)
