"""What the validate stage publishes."""

from quality.schema import (
    Sensitivity,
    Table,
    integer,
    json,
    number,
    text,
    texts,
    timestamp,
)

VERDICTS = ("pass", "warn", "block")
SEVERITIES = ("warn", "block")

VALIDATION_REPORT = Table(
    name="validation_report",
    key=("table", "rule_id"),
    formats=("parquet", "json"),
    en="What each rule found.",
    zh="校验报告：每条规则的结果。",
    columns=(
        text("table", "The table checked.", "被检查的表。"),
        text("rule_id", "The rule.", "规则。"),
        text("verdict", "pass, warn or block.", "通过、警告或阻断。", values=VERDICTS),
        text(
            "scope",
            "row: bad rows are quarantined; table: the whole table is judged.",
            "row：隔离坏行；table：判断整表。",
            values=("row", "table"),
        ),
        text(
            "severity",
            "What the rule does when over its threshold.",
            "超过阈值时的处理。",
            values=SEVERITIES,
        ),
        text("column?", "The column concerned.", "所涉列。"),
        integer("rows_checked", "Rows checked.", "检查行数。", low=0),
        integer("rows_failed", "Rows that failed.", "不合格行数。", low=0),
        number(
            "threshold",
            "Share of failed rows above which the severity applies.",
            "不合格占比超过此值即触发。",
            unit="share",
            low=0,
            high=1,
        ),
        text("sentence_en", "The rule as a sentence.", "规则说明（英文）。"),
        text("sentence_zh", "The rule as a sentence in Chinese.", "规则说明（中文）。"),
        text("found_en?", "What was found, and what to do.", "发现与处置（英文）。"),
        text("found_zh?", "What was found, in Chinese.", "发现与处置（中文）。"),
        text("owner", "Who answers for the source.", "负责人。"),
        json(
            "trend",
            "Failed rows of the last runs, oldest first.",
            "最近各次的不合格行数，旧者在前。",
        ),
        json("sample", "Some failed rows, masked.", "不合格行示例，已脱敏。"),
    ),
)

QUARANTINE = Table(
    name="quarantine",
    key=("table", "source_file", "row_number"),
    formats=("parquet",),
    en="Rows that were refused, as they were read.",
    zh="隔离区：被拒绝的行，原样保存。",
    columns=(
        text("table", "The table.", "表。"),
        text("source_file", "The file it came from.", "来源文件。"),
        integer("row_number", "Data row within the file, from 1.", "数据行号，从 1 起。", low=1),
        texts("rule_ids", "The rules it broke.", "违反的规则。"),
        json("raw", "The row as read.", "原始行。", sensitivity=Sensitivity.PERSONAL),
        timestamp(
            "first_seen",
            "When it was first seen: the start of the as-of day.",
            "首次发现时间：截止日零点。",
        ),
    ),
)
