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


def funnel_part_rules(maker: Maker) -> Iterator[Rule]:
    """Yield the contract of ``trial_funnel_parts``."""
    yield maker.table_rule(
        "part.rate_of_base",
        """SELECT trial_id, value, step, rate FROM (
               SELECT *, max(unique_users) FILTER (WHERE is_base)
                   OVER (PARTITION BY trial_id, part, value) AS under
               FROM (SELECT *, CASE part WHEN 'source' THEN step = 'apply' ELSE
                         position = min(position) OVER (PARTITION BY trial_id, part) END AS is_base
                     FROM {batch}))
           WHERE CASE WHEN value = 'other' OR under IS NULL THEN rate IS NOT NULL
               ELSE coalesce(abs(rate - unique_users / under) > 1e-9, true) END
           ORDER BY trial_id, value, step""",
        Meaning(
            en="A rate must be the people of the cell over those of the same day at the first step,"
            " or over the applicants of the same source.",
            zh="rate 须为该格人数除以同日首个步骤人数，或除以同来源的申请人数。",
            why_en="Days and sources are compared by it.",
            why_zh="据此比较各日与各来源。",
            dimension="consistency",
            passes={"unique_users": 20, "under": 80, "rate": 0.25},
            fails={"unique_users": 20, "under": 80, "rate": 0.5},
        ),
        fault=Note(
            "trial {trial_id}, {value}, {step}: {rate}", "试用 {trial_id}，{value}，{step}：{rate}"
        ),
        advice=_MEND,
        column="rate",
    )


def letter_rules(maker: Maker) -> Iterator[Rule]:
    """Yield the contract of ``applicant_letters``."""
    meaning = Meaning(
        en="A letter must not tell who was held out.",
        zh="说明中不得透露谁被随机留出。",
        why_en="Whoever knows may behave otherwise, which spoils the comparison.",
        why_zh="知情者可能改变行为，使比较失真。",
        dimension="consistency",
        passes={"letter_en": "You do not get a product of this trial."},
        fails={"letter_en": "You were kept for comparison."},
    )
    told = "contains(t.letter_en, 'comparison') OR contains(t.letter_zh, '对照')"
    yield maker.row_rule("letter.blind", told, meaning, "letter_en")


def outlook_rules(maker: Maker) -> Iterator[Rule]:
    """Yield the contract of ``trial_outlook``."""
    entries = "json_extract(t.quotas, '$[*]')"
    wrong = (
        "(q->>'$.applicants')::BIGINT < (q->>'$.min')::BIGINT AND NOT (q->>'$.is_short')::BOOLEAN"
    )
    meaning = Meaning(
        en="A quota must be called short if its applicants are fewer than its minimum.",
        zh="申请人少于下限的配额须标为不足。",
        why_en="The merchant can still change the quota before the draw, and only then.",
        why_zh="商家只有在抽签前才能调整配额。",
        dimension="consistency",
        passes={"quotas": '[{"min":3,"applicants":9,"is_short":false}]'},
        fails={"quotas": '[{"min":30,"applicants":9,"is_short":false}]'},
    )
    condition = f"len(list_filter({entries}, lambda q: {wrong})) > 0"
    yield maker.row_rule("quotas.short_below_minimum", condition, meaning, "quotas")


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
