"""Whether a file's columns are the declared ones."""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches
from typing import TYPE_CHECKING

from quality.reading.casts import fits
from quality.reading.findings import Check, Finding, Note
from quality.reading.source import RESERVED, Stored
from quality.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from quality.schema import Column, Table

_MOST_NAMED = 20


def repeated(table: Table, file: str, names: Sequence[str]) -> Iterator[Finding]:
    """Find names that stand twice in a header, or that the reader needs for itself."""
    counted = Counter(name.lower() for name in names)
    for name in sorted(name for name, times in counted.items() if times > 1):
        yield _columns(
            table,
            file,
            name,
            f"column {name!r} stands {counted[name]} times. Keep one of them.",
            f"列 {name!r} 出现 {counted[name]} 次。请只保留一个。",
        )
    for name in sorted(name for name in set(names) if name.lower() in RESERVED):
        yield _columns(
            table,
            file,
            name,
            f"column name {name!r} is taken by shike. Rename it or leave it out.",
            f"列名 {name!r} 为系统保留。请改名或删除。",
        )


def unfit(
    table: Table, file: str, columns: Mapping[str, Stored], assume_timezone: str
) -> Iterator[Finding]:
    """Find mandatory columns that are missing and declared ones that cannot be understood."""
    for column in table.columns:
        stored = columns.get(column.name)
        if stored is None:
            if not column.optional:
                yield _missing(table, file, column, columns)
        elif not fits(column.kind, stored):
            yield _columns(
                table,
                file,
                column.name,
                f"column {column.name!r} must hold a {column.kind}, found {stored}. "
                f"Convert it and deliver the file again.",
                f"列 {column.name!r} 应为 {column.kind}，实为 {stored}。请转换后重新提交。",
            )
        elif column.kind is Kind.TIMESTAMP and stored is Stored.NAIVE and not assume_timezone:
            yield _columns(
                table,
                file,
                column.name,
                f"column {column.name!r} must hold times with a zone, found {stored}. "
                "Store UTC times, or set assume_timezone to the zone they are in.",
                f"列 {column.name!r} 应为带时区的时间，实为无时区时间。"
                "请存为 UTC 时间，或设置 assume_timezone。",
            )


def undeclared(
    table: Table, file: str, names: Sequence[str], forbidden: tuple[str, ...]
) -> Iterator[Finding]:
    """Find columns that are kept out: unknown ones, and those that must never be delivered."""
    strange = [name for name in names if name not in table.column_names]
    unknown = [name for name in strange if name.lower() not in forbidden]
    for name in strange:
        if name.lower() in forbidden:
            yield Finding(
                table=table.name,
                check=Check.FORBIDDEN,
                file=file,
                column=name,
                said=Note(
                    f"column {name!r} identifies people and was kept out. Do not deliver it.",
                    f"列 {name!r} 含个人身份信息，已剔除。请勿提交。",
                ),
            )
    for name in unknown[:_MOST_NAMED]:
        en = f"column {name!r} is unknown and was kept out{_hint_en(table, name)}."
        zh = f"未知列 {name!r} 已剔除{_hint_zh(table, name)}。"
        yield _unknown(table, file, name, en, zh)
    if (more := len(unknown) - _MOST_NAMED) > 0:
        en, zh = (
            f"{more} more columns are unknown and were kept out.",
            f"另有 {more} 个未知列已剔除。",
        )
        yield _unknown(table, file, None, en, zh)


def _unknown(table: Table, file: str, column: str | None, en: str, zh: str) -> Finding:
    return Finding(
        table=table.name, check=Check.UNKNOWN, file=file, column=column, said=Note(en, zh)
    )


def _missing(table: Table, file: str, column: Column, found: Mapping[str, Stored]) -> Finding:
    names = ", ".join(found) or "none"
    return _columns(
        table,
        file,
        column.name,
        f"column {column.name!r} is missing, found {names}. Add it and deliver the file again.",
        f"缺少列 {column.name!r}，现有列：{names}。请补上后重新提交。",
    )


def _columns(table: Table, file: str, column: str, en: str, zh: str) -> Finding:
    return Finding(
        table=table.name, check=Check.COLUMNS, file=file, column=column, said=Note(en, zh)
    )


def _close(table: Table, name: str) -> list[str]:
    return get_close_matches(name.lower(), table.column_names, n=1, cutoff=0.8)


def _hint_en(table: Table, name: str) -> str:
    return "".join(f" (is it {close!r}?)" for close in _close(table, name))


def _hint_zh(table: Table, name: str) -> str:
    return "".join(f"（是否应为 {close!r}？）" for close in _close(table, name))
