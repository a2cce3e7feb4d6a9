"""What the validate stage publishes."""

from quality.schema import (
    Sensitivity,
    Table,
    boolean,
    date,
    integer,
    json,
    number,
    text,
    texts,
    timestamp,
)
from quality.tables.outputs.shared import share

VERDICTS = ("pass", "warn", "block")
SEVERITIES = ("warn", "block")
DIMENSIONS = (
    "contract",
    "completeness",
    "validity",
    "uniqueness",
    "consistency",
    "timeliness",
    "volume",
    "drift",
)
"""What a rule guards. After the usual dimensions of data quality (ISO/IEC 25012; Wang and Strong,
"Beyond Accuracy", JMIS 1996), with what a delivery can break besides: contract, volume, drift."""

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
        number(
            "warn_threshold",
            "Share of failed rows above which the rule warns.",
            "不合格占比超过此值即警告。",
            unit="share",
            low=0,
            high=1,
        ),
        text("dimension", "What the rule guards.", "规则所属的质量维度。", values=DIMENSIONS),
        text(
            "side",
            "Whether an input or an output table is checked.",
            "检查的是输入表还是输出表。",
            values=("input", "output"),
        ),
        text("why_en?", "Why the rule is there.", "设立此规则的原因（英文）。"),
        text("why_zh?", "Why the rule is there, in Chinese.", "设立此规则的原因。"),
        json("passes?", "Values of a row that keeps the rule.", "合格的例子。"),
        json("fails?", "Values of a row that breaks it.", "不合格的例子。"),
        text("waived_by?", "Who waived the rule.", "豁免人。"),
        text("waived_reason?", "Why it was waived.", "豁免原因。"),
        date("waived_until?", "Last day of the waiver.", "豁免的最后一天。"),
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

SOURCE_SCORECARD = Table(
    name="source_scorecard",
    key=("table", "source"),
    formats=("parquet", "json"),
    en="How good each source's data are, and whether they are getting worse.",
    zh="数据源评分：各来源的数据质量及其走势。",
    columns=(
        text("table", "The table.", "表。"),
        text(
            "source",
            "The system that recorded the rows; empty where the table does not say.",
            "记录数据的系统；表中未说明时为空。",
        ),
        text("owner", "Who answers for the source.", "负责人。"),
        integer("rows_read", "Rows read.", "读取行数。", low=0),
        share(
            "accepted_share",
            "Accepted of the rows judged: those that are known, and neither replaced nor erased.",
            "被判断的行（截止日前已知，且未被替换或删除）中的接收占比。",
        ),
        share("quarantined_share", "Quarantined of the rows judged.", "隔离占比。"),
        share("duplicate_share", "Further copies of the rows judged.", "重复占比。"),
        share(
            "contradiction_share",
            "Rows that contradict another row or table, of the rows judged.",
            "与其他行或表矛盾的行占比。",
        ),
        share(
            "completeness",
            "Filled cells of all cells of the accepted rows.",
            "接收行中已填单元格的占比。",
        ),
        integer(
            "late_rows?",
            "Rows that came after a run about a later day; null on the first run.",
            "迟到行数：在更晚一天的运行之后才提交；首次运行为空。",
            low=0,
        ),
        integer(
            "vanished_rows?",
            "Rows of earlier runs that are no longer delivered; null on the first run.",
            "消失行数：此前运行有、现已不再提交；首次运行为空。",
            low=0,
        ),
        number(
            "freshness_hours?",
            "Hours between the newest row and the start of the as-of day; null without a time.",
            "最新一行距截止日零点的小时数；无时间列则为空。",
            unit="hours",
        ),
        number(
            "score",
            "100 × the product of accepted share, completeness of mandatory cells, 1 - duplicate"
            " share and 1 - contradiction share.",
            "总分：100 × 接收占比 × 必填完整度 × (1 - 重复占比) × (1 - 矛盾占比)。",
            low=0,
            high=100,
        ),
        json("trend", "Scores of the last runs, oldest first.", "最近各次的总分，旧者在前。"),
    ),
)

COLUMN_PROFILE = Table(
    name="column_profile",
    key=("table", "column"),
    formats=("parquet", "json"),
    en="What each column holds, and how far it has drifted.",
    zh="列画像：各列的内容及其漂移。",
    columns=(
        text("table", "The table.", "表。"),
        text("column", "The column.", "列。"),
        integer("rows", "Accepted rows looked at: the recent ones.", "所看的近期接收行数。", low=0),
        share("null_share", "Nulls of them.", "空值占比。"),
        share("usual_null_share?", "Nulls of the rows compared with.", "对照行的空值占比。"),
        number(
            "null_multiple?",
            "Null share over the usual one; null where nothing is usual.",
            "空值占比为往常的倍数；无对照则为空。",
            low=0,
        ),
        number(
            "psi?",
            "Population stability index against the rows compared with.",
            "群体稳定性指数（PSI）。",
            low=0,
        ),
        share(
            "ks?", "Kolmogorov-Smirnov distance; numbers and times of day.", "KS 距离（数值列）。"
        ),
        text(
            "compared_with?",
            "What with: the weeks before, or the run of an earlier day.",
            "对照：此前数周，或更早一天的运行。",
        ),
        boolean("has_drifted?", "Whether the distance is beyond the setting.", "是否超出设定。"),
        json(
            "shares",
            "Share by value or bin, of the recent rows and of those compared with.",
            "近期与对照的取值（或分箱）占比。",
        ),
        text(
            "stored?",
            "How the files store it, several ways with commas; null where no file has it.",
            "文件中的存储类型，多种以逗号相连；无此列则为空。",
        ),
    ),
)

DAILY_ROWS = Table(
    name="daily_rows",
    key=("table", "day"),
    formats=("parquet",),
    en="Accepted rows by the day they are about.",
    zh="各日的接收行数。",
    columns=(
        text("table", "The table.", "表。"),
        date("day", "The day, in the shop's zone.", "日期（店铺时区）。"),
        integer("rows", "Accepted rows.", "接收行数。", low=0),
        integer("low?", "Fewest rows that are usual.", "常态下限。", low=0),
        integer("high?", "Most rows that are usual.", "常态上限。", low=0),
    ),
)

LINEAGE = Table(
    name="lineage",
    key=("table", "source_file"),
    formats=("parquet", "json"),
    en="Which file went into which published tables, draws and summaries.",
    zh="血缘：每个文件进入了哪些发布表、抽签与总结。",
    columns=(
        text("table", "The input table.", "输入表。"),
        text("source_file", "The file, relative to the data folder.", "文件（相对数据目录）。"),
        text("sha256", "Digest of the file.", "文件的 SHA-256。"),
        integer("rows_read", "Rows read.", "读取行数。", low=0),
        integer("rows_accepted", "Rows accepted.", "接收行数。", low=0),
        integer("rows_quarantined", "Rows quarantined.", "隔离行数。", low=0),
        texts("rule_ids", "The rules its rows broke.", "其行违反的规则。"),
        texts("used_by", "Published tables made from its rows.", "由其行生成的发布表。"),
        texts("trials", "Trials whose draw or effect used its rows.", "使用其行的试用。"),
        texts("items", "Items whose summary used its rows.", "使用其行的产品总结。"),
    ),
)
