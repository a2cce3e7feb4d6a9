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
        "Every file must be whole, inside the folder, within the limits, in a known encoding.",
        "每个文件必须完整、位于文件夹内、不超限制，且编码可识别。",
    ),
    Check.ENCODING: (
        "warn",
        "A text file should be UTF-8; the encoding of others is guessed unless it is named.",
        "文本文件应为 UTF-8；其他编码若未指明则为推测。",
    ),
    Check.NOT_REPEATED: (
        "warn",
        "No file should be delivered twice under two names.",
        "同一文件不应以两个名称重复提交。",
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
_WHY: dict[Check, Note] = {
    Check.DELIVERED: Note("Without it there is nothing to recommend from.", "没有它就无从推荐。"),
    Check.READABLE: Note(
        "A file that is read in part would pass for a quiet day.",
        "只读到一部分的文件会被误认为清淡的一天。",
    ),
    Check.ENCODING: Note(
        "A wrong guess turns names into other names without anybody noticing.",
        "编码猜错会悄然改变名称。",
    ),
    Check.NOT_REPEATED: Note(
        "Its rows are dropped as duplicates; the file that was meant may be missing.",
        "其行已按重复去除；真正应交的文件可能缺失。",
    ),
    Check.COLUMNS: Note(
        "Stages rely on the mandatory columns and on their types.",
        "各环节依赖必需列及其类型。",
    ),
    Check.UNKNOWN: Note(
        "A new or misspelt column is information that nobody uses.",
        "新增或拼错的列是无人使用的信息。",
    ),
    Check.FORBIDDEN: Note("What is never read cannot leak.", "从不读取的内容不会泄露。"),
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
            dimension="contract",
            why=_WHY[check],
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
