"""The rules of files and columns, which hold before any row is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.reading.findings import Check, Finding, Note
from quality.rules.outcome import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quality.rules.options import ValidationOptions

_RULES: dict[Check, tuple[Verdict, str, str]] = {
    Check.DELIVERED: (
        "block",
        "A table the day cannot run without must be delivered, with rows.",
        "必需的表必须提交且有数据。",
    ),
    Check.READABLE: (
        "block",
        "Every file must be whole, and text must be UTF-8.",
        "每个文件必须完整，文本须为 UTF-8 编码。",
    ),
    Check.COLUMNS: (
        "block",
        "Every file must have each mandatory column once, in a type that fits.",
        "每个文件必须含全部必需列，各出现一次且类型相符。",
    ),
    Check.UNKNOWN: (
        "warn",
        "A file should have no columns that the table does not declare.",
        "文件不应有未声明的列。",
    ),
    Check.FORBIDDEN: (
        "warn",
        "A file must have no column that identifies people beyond their ids.",
        "文件不得含编号之外的个人身份信息列。",
    ),
}
_MOST_NAMED = 5


def file_outcomes(
    table: str, files: Sequence[str], findings: Sequence[Finding], options: ValidationOptions
) -> Iterator[Outcome]:
    """Judge the files of one table.

    Args:
        table: Name of the table.
        files: Its files, readable or not.
        findings: What is wrong with them.
        options: Who owns the table.
    """
    for check, (severity, en, zh) in _RULES.items():
        found = [finding for finding in findings if finding.check is check]
        failed = len({finding.file for finding in found})
        yield Outcome(
            table=table,
            rule_id=check.value,
            scope="table",
            severity=severity,
            threshold=0.0,
            owner=options.owner_of(table),
            column=found[0].column if found else None,
            said=Note(en, zh),
            checked=max(len(files), failed),
            failed=failed,
            found=told(found) if found else None,
        )


def told(findings: Sequence[Finding]) -> Note:
    """Say what was found, file by file; after some, only how many more there are."""
    named, more = findings[:_MOST_NAMED], len(findings) - _MOST_NAMED
    en = [f"{finding.file or finding.table}: {finding.said.en}" for finding in named]
    zh = [f"{finding.file or finding.table}：{finding.said.zh}" for finding in named]
    if more > 0:
        en.append(f"And {more} more.")
        zh.append(f"另有 {more} 处。")
    return Note(" ".join(en), "".join(zh))
