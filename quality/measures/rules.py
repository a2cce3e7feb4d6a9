"""The rules about time: what each guards and why, and how its finding becomes an outcome."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quality.reading.findings import Note
from quality.rules.options import ValidationOptions
from quality.rules.outcome import Outcome
from quality.rules.rule import Example


@dataclass(frozen=True, kw_only=True)
class MeasureRule:
    """One rule about a table as a whole; none blocks, since each can be broken by a good day."""

    rule_id: str
    dimension: str
    said: Note
    why: Note
    passes: Example
    """What keeps the rule, in the terms of its faults."""
    fails: Example
    threshold: float = 0.0
    """Share of what was checked above which the rule warns."""


ROW_COUNT = MeasureRule(
    rule_id="table.row_count",
    dimension="volume",
    said=Note(
        "A table must have about as many rows as on earlier runs, and not half of the last run's.",
        "表的行数应与此前各次相近，且不得比上次少一半以上。",
    ),
    why=Note(
        "A half-written export looks whole: every row in it is good.",
        "只导出一半的文件看上去仍是完整的：其中每一行都合格。",
    ),
    passes={"rows": 980, "low": 500, "high": 2000},
    fails={"rows": 240, "low": 500, "high": 2000},
)
NO_LATE_ROWS = MeasureRule(
    rule_id="table.no_late_rows",
    dimension="timeliness",
    said=Note(
        "Rows about days before the last run should have been there on the last run.",
        "上次运行之前各日的数据，应在上次运行时即已提交。",
    ),
    why=Note(
        "What was recommended and drawn in between was decided without them.",
        "其间的推荐与抽签未能用到这些数据。",
    ),
    passes={"day": "2026-02-10", "rows": 0},
    fails={"day": "2026-02-10", "rows": 500},
)
NO_VANISHED_ROWS = MeasureRule(
    rule_id="table.no_vanished_rows",
    dimension="completeness",
    said=Note(
        "Rows that were there on the last run must still be there.",
        "上次运行时已有的数据，此次仍须存在。",
    ),
    why=Note(
        "A shop's past does not change: rows that are gone were lost, or should never have been.",
        "过去不会改变：消失的数据要么丢失，要么本不该存在。",
    ),
    passes={"day": "2026-02-10", "rows": 0},
    fails={"day": "2026-02-10", "rows": 500},
)
NO_DRIFT = MeasureRule(
    rule_id="column.no_drift",
    dimension="drift",
    said=Note(
        "What a column holds must be distributed as before.",
        "各列取值的分布应与此前相近。",
    ),
    why=Note(
        "A code that changed its meaning or a price in another currency passes every row rule.",
        "代码含义改变或价格换了币种，都能通过逐行检查。",
    ),
    passes={"column": "channel", "psi": 0.01},
    fails={"column": "channel", "psi": 0.6},
)
USUAL_NULLS = MeasureRule(
    rule_id="column.usual_nulls",
    dimension="completeness",
    said=Note(
        "A column must not be empty much more often than before.",
        "各列的空值不应明显多于此前。",
    ),
    why=Note(
        "An optional column may be empty in any row, but not suddenly in most of them.",
        "选填列可以为空，但不应突然大面积为空。",
    ),
    passes={"column": "channel", "null_share": 0.02, "usual_null_share": 0.02},
    fails={"column": "channel", "null_share": 0.5, "usual_null_share": 0.02},
)
COLUMNS_AS_BEFORE = MeasureRule(
    rule_id="table.columns_as_before",
    dimension="contract",
    said=Note(
        "The columns of a table must be the ones it had on the last run, stored alike.",
        "表的列及其存储类型应与上次运行一致。",
    ),
    why=Note(
        "A source that changes its export should say so: stages lose what they rely on.",
        "来源修改导出应事先告知：各环节会失去所依赖的数据。",
    ),
    passes={"column": "channel", "change": "none"},
    fails={"column": "channel", "change": "dropped"},
)


def day_volume_rule(table: str, options: ValidationOptions) -> MeasureRule:
    """Return the rule about the last days of a table."""
    days = options.volume_days
    en, zh = ("events", "事件数") if table == "events" else ("rows", "行数")
    return MeasureRule(
        rule_id="table.day_volume",
        dimension="volume",
        said=Note(
            f"Each of the last {days} days must have a usual number of {en}.",
            f"最近 {days} 天每天的{zh}须在常态范围内。",
        ),
        why=Note(
            "A missing file and a file delivered twice hold nothing but good rows.",
            "缺失或重复提交的文件里，每一行都是合格的。",
        ),
        passes={"day": "2026-02-10", "rows": 980, "low": 500, "high": 2000},
        fails={"day": "2026-02-10", "rows": 240, "low": 500, "high": 2000},
    )


def fresh_rule(options: ValidationOptions) -> MeasureRule:
    """Return the rule about a table's newest row."""
    days = options.stale_days
    return MeasureRule(
        rule_id="table.fresh",
        dimension="timeliness",
        said=Note(
            f"A table must not be silent for more than {days} days before the as-of day; one that"
            " the day can run without, not for longer than it has been before.",
            f"截止日之前，表的静默不得超过 {days} 天；非必需的表不得超过其以往的静默时长。",
        ),
        why=Note(
            "Yesterday's purchases decide what a customer no longer needs.",
            "昨天的购买决定了顾客今天不再需要什么。",
        ),
        passes={"silent_days": 0, "usual_days": days},
        fails={"silent_days": days + 1, "usual_days": days},
    )


def measure_rules(table: str, options: ValidationOptions) -> tuple[MeasureRule, ...]:
    """Return every rule about time of an input table."""
    return (
        ROW_COUNT,
        NO_LATE_ROWS,
        NO_VANISHED_ROWS,
        NO_DRIFT,
        USUAL_NULLS,
        COLUMNS_AS_BEFORE,
        day_volume_rule(table, options),
        fresh_rule(options),
    )


def outcome_of(
    rule: MeasureRule,
    table: str,
    options: ValidationOptions,
    *,
    checked: int,
    faults: Sequence[Mapping[str, Any]] = (),
    failed: int | None = None,
    found: Note | None = None,
) -> Outcome:
    """Build the outcome of a rule.

    Args:
        rule: The rule.
        table: Name of the table.
        options: Who owns it.
        checked: How many days, rows or columns were looked at; 0 when there is nothing to
            compare with yet.
        faults: What was wrong, shown as the sample; nothing personal.
        failed: How many of them were wrong; by default the number of faults.
        found: What was found and what to do.
    """
    column = faults[0].get("column") if faults else None
    return Outcome(
        table=table,
        rule_id=rule.rule_id,
        scope="table",
        severity="warn",
        threshold=rule.threshold,
        dimension=rule.dimension,
        owner=options.owner_of(table),
        column=column,
        said=rule.said,
        why=rule.why,
        passes=rule.passes,
        fails=rule.fails,
        checked=checked,
        failed=len(faults) if failed is None else failed,
        found=found,
        sample=json.dumps(list(faults), ensure_ascii=False),
    )
