"""What must hold of what is published of who asked for a trial: funnel and profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.reading.findings import Note
from quality.rules.maker import Maker, Meaning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quality.rules.rule import Rule

TOLERANCE = 1e-6
"""Of sums of shares and of ends of intervals, which are sums of fractions."""
_MEND = Note("The figures must not be published.", "这些数字不得发布。")


def funnel_rules(maker: Maker) -> Iterator[Rule]:
    """Yield the contract of ``trial_funnel``; people may skip steps, so counts may rise."""
    yield maker.table_rule(
        "funnel.steps_in_order",
        "SELECT trial_id, count(*) AS steps FROM {batch} GROUP BY trial_id"
        " HAVING min(position) <> 1 OR max(position) <> count(*)"
        " OR count(DISTINCT position) <> count(*) ORDER BY trial_id",
        Meaning(
            en="The steps of a funnel must stand at 1, 2, 3 and so on, each once.",
            zh="漏斗各步骤的次序须为 1、2、3……，各一次。",
            why_en="A step that is missing looks like people who are missing.",
            why_zh="缺失的步骤会被误读为人员流失。",
            dimension="uniqueness",
            passes={"positions": [1, 2, 3]},
            fails={"positions": [1, 3]},
        ),
        fault=Note("trial {trial_id}: {steps} steps", "试用 {trial_id}：{steps} 步"),
        advice=_MEND,
        column="position",
    )
    yield maker.table_rule(
        "funnel.rate_of_first",
        """SELECT trial_id, step, rate FROM (
               SELECT *, first_value(unique_users) OVER (
                   PARTITION BY trial_id ORDER BY unique_users = 0, position) AS first
               FROM {batch})
           WHERE CASE WHEN first = 0 THEN rate IS NOT NULL
               ELSE coalesce(abs(rate - unique_users / first) > 1e-9, true) END
           ORDER BY trial_id, step""",
        Meaning(
            en="A rate must be the people of the step over those of the first step that has any.",
            zh="rate 须等于该步骤人数除以首个非零步骤人数。",
            why_en="Merchants compare trials by it.",
            why_zh="商家以此比较各试用。",
            dimension="consistency",
            passes={"unique_users": 20, "first": 80, "rate": 0.25},
            fails={"unique_users": 20, "first": 80, "rate": 0.5},
        ),
        fault=Note("trial {trial_id}, {step}: {rate}", "试用 {trial_id}，{step}：{rate}"),
        advice=_MEND,
        column="rate",
    )


def profile_rules(maker: Maker) -> Iterator[Rule]:
    """Yield the contract of ``applicant_profile``."""
    yield maker.table_rule(
        "shares.sum_to_one",
        f"SELECT trial_id, attribute, sum(applicant_share) AS shares FROM {{batch}} GROUP BY ALL"
        f" HAVING NOT abs(sum(applicant_share) - 1) <= {TOLERANCE} ORDER BY ALL",
        Meaning(
            en="The shares of an attribute's bands must sum to 1.",
            zh="同一属性各取值的申请人占比之和须为 1。",
            why_en="Bands that sum to less hide applicants.",
            why_zh="总和不足说明漏计了申请人。",
            dimension="consistency",
            passes={"shares": [0.6, 0.4]},
            fails={"shares": [0.6, 0.3]},
        ),
        fault=Note(
            "trial {trial_id}, {attribute}: {shares}", "试用 {trial_id}，{attribute}：{shares}"
        ),
        advice=_MEND,
        column="applicant_share",
    )
    yield interval_rule(maker, "index")


def interval_rule(maker: Maker, estimate: str, low: str = "low", high: str = "high") -> Rule:
    """Hold an estimate within its interval."""
    meaning = Meaning(
        en=f"{estimate} must lie within its interval, from {low} to {high}.",
        zh=f"{estimate} 须在区间 {low} 至 {high} 之内。",
        why_en="An interval that does not hold its own estimate says nothing.",
        why_zh="不含估计值的区间没有意义。",
        dimension="consistency",
        passes={low: 0.1, estimate: 0.2, high: 0.3},
        fails={low: 0.25, estimate: 0.2, high: 0.3},
    )
    condition = f"t.{low} > t.{estimate} + {TOLERANCE} OR t.{estimate} > t.{high} + {TOLERANCE}"
    prefix = "interval" if low == "low" else low.removesuffix("_low")
    return maker.row_rule(f"{prefix}.holds_estimate", condition, meaning, estimate)
