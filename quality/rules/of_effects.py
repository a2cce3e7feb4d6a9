"""What must hold of what is published of a trial's effect: estimate, split, pooled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.reading.findings import Note
from quality.rules.maker import Maker, Meaning
from quality.rules.of_outcomes import TOLERANCE, interval_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quality.rules.rule import Rule

_STOP = Note("The figures must not be published.", "这些数字不得发布。")


def effect_rules(maker: Maker) -> Iterator[Rule]:
    """Yield the contract of ``trial_effect``."""
    yield interval_rule(maker, "itt")
    yield _verdict(maker)
    for estimate in ("cuped", "shrunken"):
        yield interval_rule(maker, f"{estimate}_itt", f"{estimate}_low", f"{estimate}_high")
    yield interval_rule(maker, "cost_per_buyer", "cost_low", "cost_high")
    meaning = Meaning(
        en="A cost of a buyer must be stated only where the effect's interval lies above 0.",
        zh="只有效果区间高于 0 时才能给出每位增量购买者的成本。",
        why_en="Where the units may have won nobody, any price of a buyer is invented.",
        why_zh="若可能一个购买者都没有带来，任何单价都是编造的。",
        dimension="consistency",
        passes={"low": 0.01, "cost_per_buyer": 42.0},
        fails={"low": -0.01, "cost_per_buyer": 42.0},
    )
    condition = "t.cost_per_buyer IS NOT NULL AND NOT coalesce(t.low > 0, false)"
    yield maker.row_rule("cost.of_shown_effect", condition, meaning, "cost_per_buyer")


def split_rules(maker: Maker) -> Iterator[Rule]:
    """Yield the contract of ``effect_split``."""
    yield interval_rule(maker, "value")
    yield maker.table_rule(
        "components.sum_to_gain",
        f"""SELECT trial_id, buyers, gain, parts FROM (
                SELECT trial_id, buyers,
                       sum(value) FILTER (WHERE component = 'early_gain') AS gain,
                       sum(value) FILTER (WHERE component <> 'early_gain') AS parts,
                       count(*) AS components
                FROM {{batch}} GROUP BY ALL)
            WHERE components <> 4 OR abs(gain - parts) > {TOLERANCE} ORDER BY ALL""",
        Meaning(
            en="Acceleration, cannibalisation and expansion must sum to the early gain.",
            zh="提前购买、替代与净增长之和须等于早期增量。",
            why_en="A split that does not sum up has lost or invented purchases.",
            why_zh="合计不符说明漏计或虚增了购买。",
            dimension="consistency",
            passes={"early_gain": 0.3, "parts": [0.1, 0.0, 0.2]},
            fails={"early_gain": 0.3, "parts": [0.1, 0.0, 0.1]},
        ),
        fault=Note(
            "trial {trial_id}, {buyers}: {gain} against {parts}",
            "试用 {trial_id}，{buyers}：{gain} 对 {parts}",
        ),
        advice=_STOP,
        column="value",
    )


def pooled_rules(maker: Maker) -> Iterator[Rule]:
    """Yield the contract of ``pooled_effect``."""
    yield interval_rule(maker, "itt")
    yield _verdict(maker)
    meaning = Meaning(
        en="A merchant's row, and no other, must name the merchant it goes to.",
        zh="商家范围的行（且仅该类行）须写明收件商家。",
        why_en="Rows with a merchant are sent to it; the shop's mean would tell of the others.",
        why_zh="带商家的行会发给该商家；全店平均会透露其他商家的情况。",
        dimension="consistency",
        passes={"scope": "shop", "merchant_id": None},
        fails={"scope": "shop", "merchant_id": "m1"},
    )
    condition = "t.merchant_id IS DISTINCT FROM CASE WHEN t.scope = 'merchant' THEN t.scope_id END"
    yield maker.row_rule("merchant.of_scope", condition, meaning, "merchant_id")


def _verdict(maker: Maker) -> Rule:
    meaning = Meaning(
        en="The verdict must be what the interval says: more or fewer buyers only where it leaves"
        " out 0.",
        zh="结论须与区间一致：只有区间不含 0 时才能说增加或减少。",
        why_en="A merchant pays for what the verdict claims.",
        why_zh="商家据此结论付费。",
        dimension="consistency",
        passes={"low": -0.01, "high": 0.08, "verdict": "cannot tell yet"},
        fails={"low": -0.01, "high": 0.08, "verdict": "more buyers"},
    )
    condition = (
        "t.verdict <> CASE WHEN t.low > 0 THEN 'more buyers' WHEN t.high < 0 THEN 'fewer buyers'"
        " ELSE 'cannot tell yet' END"
    )
    return maker.row_rule("verdict.of_interval", condition, meaning, "verdict")
