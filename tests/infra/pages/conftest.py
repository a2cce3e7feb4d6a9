"""A small day of a small shop, made by hand: enough to fill every part of every page."""

import html
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from infra.operations import Attempt, StageRecord
from infra.pages import (
    DayFacts,
    Download,
    EvaluationFacts,
    IndexFacts,
    MerchantFacts,
    MerchantLink,
    Words,
    render_evaluation,
    render_index,
    render_internal,
    render_merchant,
    render_operations,
)
from quality.schema import Kind
from quality.tables import INPUTS, OUTPUTS
from quality.validated import TableCount
from trials.reports.telling import sentences_of

AS_OF = date(2017, 12, 4)
RUN = "2017-12-04-5f0c1a"
MERCHANT = "m1"
ITEMS = {
    "i1": ("蓝月亮洗衣液 3kg", "LAUNDRY DETERGENTS | LIQUID LAUNDRY DETERGENTS"),
    "i2": ("Ground coffee, dark roast, 500 g", "COFFEE | GROUND COFFEE"),
    "i3": ("儿童牙膏 草莓味", "ORAL HYGIENE | TOOTHPASTE"),
    "i4": ("Dish detergent, lemon", "DISH DETERGENTS | LIQUID DISH DETERGENT"),
    "i5": ("Kettle <b>1.7 l</b>", "KITCHEN | KETTLE"),
    "i6": ("香皂 六块装", "SOAP | BAR SOAP"),
}
DISCLAIMER = Words(
    "演示数据来自真实家庭的购物记录；试用申请以优惠券邮寄名单代替，并非真实申请。",
    "The demo data are real household purchases; coupon mailings stand in for trial applications.",
)


@dataclass(frozen=True)
class Count:
    table: str
    read: int
    accepted: int
    quarantined: int
    duplicates: int
    after_as_of: int
    replaced: int = 0
    erased: int = 0


def _table(declared, rows):
    """Return declared rows; a mandatory JSON column that is left out is an empty list."""
    blank = {column.name: "[]" for column in declared.columns if column.kind is Kind.JSON}
    columns = {
        name: [row.get(name, blank.get(name)) for row in rows] for name in declared.column_names
    }
    return declared.conform(pa.table(columns, schema=_loose(declared.schema)))


def _loose(schema):
    return pa.schema([pa.field(field.name, field.type) for field in schema])


def _recommendations():
    slots = {
        "due": ("上次购买已过 31 天，通常 28 天买一次。", "Bought 31 days ago; usually every 28."),
        "discover": ("与您口味相近的人常买。", "People with similar tastes buy it."),
        "complement": ("常与最近买的咖啡壶一起用。", "Goes with the kettle bought lately."),
    }
    rows = []
    for user in range(60):
        for rank, (item, (_, need)) in enumerate(list(ITEMS.items())[: 3 + user % 4], start=1):
            slot = ("due", "discover", "complement")[(user + rank) % 3 if user % 3 else 0]
            rows.append(
                {
                    "user_id": f"u{user:03d}",
                    "rank": rank,
                    "item_id": item,
                    "merchant_id": MERCHANT,
                    "need_group": need,
                    "score": 1 / rank,
                    "slot": slot,
                    "p_need": 0.9 / rank,
                    "window_start": AS_OF + timedelta(days=rank) if slot == "due" else None,
                    "window_end": AS_OF + timedelta(days=rank + 9) if slot == "due" else None,
                    "reason_code": slot,
                    "reason_zh": slots[slot][0],
                    "reason_en": slots[slot][1],
                    "valid_until": AS_OF + timedelta(days=6),
                }
            )
    return _table(OUTPUTS["recommendations"], rows)


def _withheld():
    rows = []
    for user in range(48):
        code = ("satisfied", "satisfied", "owned_durable", "returned")[user % 4]
        if user == 7:
            code = "disliked"
        back = None if code == "owned_durable" else AS_OF + timedelta(days=3 + user * 2)
        rows.append(
            {
                "user_id": f"u{user:03d}",
                "need_group": ITEMS[f"i{1 + user % 6}"][1],
                "item_id": f"i{1 + user % 6}",
                "merchant_id": MERCHANT,
                "reason_code": code,
                "since": AS_OF - timedelta(days=5),
                "may_return_on": back,
                "evidence": "{}",
                "reason_zh": "5 天前刚买过，通常 40 天后才再买。",
                "reason_en": "Bought 5 days ago; usually bought again after 40.",
            }
        )
    return _table(OUTPUTS["do_not_recommend"], rows)


def _calendar():
    rows = []
    for place, (_, need) in enumerate(ITEMS.values()):
        for week in range(6):
            expected = (140.0 - 22 * place) * (1 + 0.2 * ((week + place) % 3))
            rows.append(
                {
                    "need_group": need,
                    "week": AS_OF + timedelta(weeks=week),
                    "expected_buyers": expected / (40 if place == 4 else 1),
                    "low": expected * 0.8 / (40 if place == 4 else 1),
                    "high": expected * 1.2 / (40 if place == 4 else 1),
                }
            )
    return _table(OUTPUTS["replenishment_calendar"], rows)


ARMS = ["core"] * 12 + ["band"] * 16 + ["open"] * 4 + ["holdout"] * 14 + ["waitlist"] * 10
REASONS = {
    "core": ("得分最高，直接入选。", "Among the highest scores."),
    "band": ("抽签入选。", "Drawn by lot."),
    "open": ("开放名额抽中。", "Drawn from the open seats."),
}


def _selection():
    rows = []
    for place in range(150):
        eligible = place < 130
        arm = ARMS[place] if place < len(ARMS) else ("not_selected" if eligible else "ineligible")
        zh, en = REASONS.get(arm, ("合格，但本次未抽中。", "Eligible, but not drawn."))
        rows.append(
            {
                "trial_id": "t1",
                "user_id": f"a{place:03d}",
                "arm": arm,
                "rank": place + 1 if eligible else None,
                "score": 0.92 - place * 0.005 if eligible else None,
                "inclusion_probability": {"core": 1.0, "band": 0.4, "open": 0.05}.get(arm, 0.0),
                "waitlist_position": place - 45 if arm == "waitlist" else None,
                "reason_code": arm,
                "reason_zh": zh,
                "reason_en": en,
            }
        )
    return _table(OUTPUTS["selection"], rows)


def _certificate():
    counts = {arm: ARMS.count(arm) for arm in dict.fromkeys(ARMS)}
    quotas = [
        {"attribute": "age_band", "value": "25-34", "min": 8, "max": 14, "got": 11},
        {"attribute": "region", "value": "上海", "min": 5, "max": None, "got": 7},
        {"attribute": "is_newcomer", "value": "true", "min": 3, "max": 6, "got": 3},
    ]
    row = {
        "trial_id": "t1",
        "merchant_id": MERCHANT,
        "seed_commitment": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "is_precommitted": True,
        "seed": "1f3a9c",
        "algorithm": "sha256-order/1",
        "config_hash": "c" * 64,
        "input_hash": "d" * 64,
        "units": 32,
        "counts": json.dumps(counts | {"not_selected": 74, "ineligible": 20}),
        "quotas": json.dumps(quotas),
        "objective": 25.3,
        "bound": 25.31,
        "smallest_detectable_effect": 0.182,
        "options": "{}",
    }
    return _table(OUTPUTS["draw_certificate"], [row])


def _funnel():
    steps = (("view", 2410), ("follow", 320), ("share", 3), ("favourite", 410), ("apply", 150))
    rows = [
        {
            "trial_id": "t1",
            "step": step,
            "position": place,
            "unique_users": people,
            "rate": people / 2410,
        }
        for place, (step, people) in enumerate(steps, start=1)
    ]
    return _table(OUTPUTS["trial_funnel"], rows)


def _funnel_parts():
    days = [(f"2017-11-{day}", 20 + 9 * (day % 4)) for day in range(20, 25)]
    cells = [
        *(("day", day, "view", 1, people * 8, 1.0) for day, people in days),
        *(("day", day, "apply", 5, people, 1 / 8) for day, people in days),
        ("day", "other", "apply", 5, 7, None),
        ("source", "首页", "apply", 5, 90, 1.0),
        ("source", "search", "apply", 5, 53, 1.0),
        ("source", "other", "apply", 5, 7, None),
        ("source", "search", "share", 4, 12, 12 / 53),
    ]
    names = ("part", "value", "step", "position", "unique_users", "rate")
    rows = [{"trial_id": "t1", **dict(zip(names, cell, strict=True))} for cell in cells]
    return _table(OUTPUTS["trial_funnel_parts"], rows)


def _outlook():
    quotas = [
        {"attribute": "age_band", "value": "25-34", "min": 20, "max": None, "applicants": 12, "is_short": True},
        {"attribute": "is_newcomer", "value": "true", "min": 5, "max": 20, "applicants": 31, "is_short": False},
        {"attribute": "region", "value": "北京", "min": 6, "max": 9, "applicants": None, "is_short": True},
    ]  # fmt: skip
    row = {
        "trial_id": "t2",
        "units": 30,
        "applicants": 44,
        "smallest_detectable_effect": 0.23,
        "quotas": json.dumps(quotas),
    }
    return _table(OUTPUTS["trial_outlook"], [row])


def _award_states():
    states = ["awarded"] * 8 + ["delivered"] * 6 + ["due"] * 7 + ["late"] * 2 + ["disclosed"] * 9
    rows = [
        {
            "trial_id": "t1",
            "user_id": f"a{place:03d}",
            "state": state,
            "awarded_on": date(2017, 12, 1),
            "due_on": date(2018, 1, 15),
            "days_left": 42,
        }
        for place, state in enumerate(states)
    ]
    return _table(OUTPUTS["award_states"], rows)


def _replacements():
    rows = [
        {
            "trial_id": "t1",
            "user_id": "a003",
            "replacement_user_id": "a050",
            "waitlist_position": 1,
        },
        {"trial_id": "t1", "user_id": "a004"},
    ]
    return _table(OUTPUTS["replacements"], rows)


def _audit():
    figures = {
        "replay_differences": (0.0, True),
        "ratings_read": (0.0, True),
        "overrides": (1.0, None),
        "newcomer_share": (0.31, None),
        "newcomer_share_eligible": (0.35, None),
        "award_gini": (0.82, None),
        "top_decile_share": (0.61, None),
    }
    differences = {
        ("age_band", "25-34"): 0.31,
        ("age_band", "35-44"): -0.12,
        ("region", "上海"): 0.0,
        ("is_newcomer", "true"): -0.2,
        ("fit", ""): 0.04,
        ("score", ""): None,
    }
    blank = {"trial_id": "t1", "attribute": "", "value": ""}
    rows = [
        blank | {"measure": measure, "result": result, "is_passed": passed}
        for measure, (result, passed) in figures.items()
    ]
    rows += [
        blank
        | {"measure": "standardised_difference", "result": result}
        | {"attribute": attribute, "value": value}
        for (attribute, value), result in differences.items()
    ]
    return _table(OUTPUTS["selection_audit"], rows)


def _profile():
    bands = {
        "age_band": [
            ("19-24", 22, 0.09),
            ("25-34", 61, 0.3),
            ("35-44", 40, 0.28),
            ("45-54", 24, 0.2),
            ("other", 3, 0.13),
        ],
        "region": [("上海", 80, 0.4), ("北京", 66, 0.5), ("unknown", 4, None)],
    }
    rows = [
        {
            "trial_id": "t1",
            "attribute": attribute,
            "value": value,
            "applicants": n,
            "applicant_share": n / 150,
            "buyer_share": buyers,
            "index": n / 150 / buyers * 100 if buyers else None,
            "low": n / 150 / buyers * 80 if buyers else None,
            "high": n / 150 / buyers * 125 if buyers else None,
        }
        for attribute, values in bands.items()
        for value, n, buyers in values
    ]
    return _table(OUTPUTS["applicant_profile"], rows)


def _effect():
    rows = [
        {
            "trial_id": "t1",
            "window_days": days,
            "n_treatment": 16,
            "n_holdout": 14,
            "rate_treatment": rate,
            "rate_holdout": 0.21,
            "itt": rate - 0.21,
            "low": rate - 0.21 - 0.28,
            "high": rate - 0.21 + 0.28,
            "smallest_detectable_effect": 0.182,
            "verdict": "cannot tell yet",
            "outcome": "item",
            "estimator": "dreo",
            "p_value": 0.41,
            "cuped_itt": rate - 0.2,
            "cuped_low": rate - 0.46,
            "cuped_high": rate + 0.06,
            "cuped_rho2": 0.07,
            "cost_low": 61.5,
            "cost_currency": "CNY",
            "shrunken_itt": rate * 0.4,
            "shrunken_low": rate * 0.4 - 0.2,
            "shrunken_high": rate * 0.4 + 0.2,
        }
        for days, rate in ((30, 0.31), (90, 0.44))
    ]
    before = rows[0] | {
        "trial_id": "t0",
        "n_treatment": 160,
        "itt": 0.1,
        "low": 0.02,
        "high": 0.18,
        "verdict": "more buyers",
        "estimator": "itt",
        "cost_per_buyer": 88.0,
        "cost_low": 48.9,
        "cost_high": 440.0,
    }
    return _table(OUTPUTS["trial_effect"], [before, *rows])


def _split():
    values = {
        "all": (0.14, 0.05, -0.02, 0.11),
        "new": (0.2, 0.02, 0.0, 0.18),
        "existing": (0.02, 0.1, -0.05, -0.03),
    }
    components = OUTPUTS["effect_split"].column("component").values
    rows = [
        {
            "trial_id": "t1",
            "buyers": buyers,
            "component": component,
            "n_treatment": 4 if buyers == "existing" else 12,
            "n_holdout": 14,
            "value": value,
            "low": value - 0.13,
            "high": value + 0.13,
        }
        for buyers, parts in values.items()
        for component, value in zip(components, parts, strict=True)
    ]
    return _table(OUTPUTS["effect_split"], rows)


def _pooled():
    row = {
        "scope": "merchant",
        "scope_id": MERCHANT,
        "window_days": 30,
        "n_trials": 2,
        "itt": 0.1,
        "low": -0.03,
        "high": 0.23,
        "tau2": 0.0,
        "i2": 0.0,
        "verdict": "cannot tell yet",
        "merchant_id": MERCHANT,
    }
    shop = row | {"scope": "shop", "scope_id": "shop", "merchant_id": None}
    return _table(OUTPUTS["pooled_effect"], [row, shop])


def _quote(report, text, polarity):
    return {"report_id": report, "sentence_id": 2, "quote": text, "polarity": polarity}


def _place(quote):
    return {"report_id": quote["report_id"], "sentence_id": quote["sentence_id"]}


def _aspect(aspect, reports, negative, net, priority, quotes, **flags):
    share = reports / 84
    return {
        "aspect": aspect,
        "reports": reports,
        "share": share,
        "low": max(share - 0.08, 0.0),
        "high": min(share + 0.09, 1.0),
        "negative_share": negative,
        "net_sentiment": net,
        "blame_reports": round(reports * negative),
        "blame_share": share * negative,
        "blame_low": share * negative * 0.7,
        "blame_high": share * negative * 1.3 + 0.02,
        "customers": 84,
        "praise_reports": round(reports * (negative + net)) if net > -negative else 0,
        "praise_share": max(share * (negative + net), 0.0),
        "severity": 1.1,
        "impact": 0.9 * negative,
        "reward": 0.4 * max(net, 0.0),
        "priority": priority,
        "priority_low": priority * 0.6,
        "priority_high": priority * 1.5,
        "rank_low": 1,
        "rank_high": 3,
        "first_three_chance": min(priority * 5, 1.0),
        "kano": "must_be" if net < 0 else "attractive",
        "kano_chance": 0.84,
        "blame_sources": [_place(quote) for quote in quotes if quote["polarity"] < 0],
        "praise_sources": [_place(quote) for quote in quotes if quote["polarity"] > 0],
        "safety_sources": [_place(quote) for quote in quotes if flags.get("is_safety")],
        "safety_reports": len(quotes) if flags.get("is_safety") else 0,
        "is_early_signal": flags.get("is_early_signal", False),
        "is_safety": flags.get("is_safety", False),
        "quotes": quotes,
    }


def _change(before, now, verdict, *, is_new=False):
    is_enough = verdict != "too_few"
    return {
        "share_before": before,
        "share_now": now,
        "low": now - before - 0.1 if is_enough else None,
        "high": now - before + 0.1 if is_enough else None,
        "p_value": 0.2 if is_enough else None,
        "verdict": verdict,
        "is_new": is_new,
        "customers_before": 40,
        "customers_now": 44,
    }


def _opinions():
    """The words behind the summary, among them some that would spoil a careless page."""
    said = {
        ("r17", "heat_noise"): "风扇声音太大，半夜像拖拉机",
        ("r20", "build"): "the lid wobbles after a week",
        ("r3", "appearance"): "颜色很正，摆在厨房里好看 😍",
        ("r44", "safety"): "手柄太烫，差点烫伤",
        ("r45", "build"): "</bdi><script>alert(1)</script>=1+1 \u202efdp.exe\u200b",
    }
    rows = [
        {
            "report_id": report,
            "sentence_id": 2,
            "aspect": aspect,
            "item_id": "i5",
            "merchant_id": MERCHANT,
            "polarity": 1 if aspect == "appearance" else -1,
            "is_suggestion": False,
            "quote": words,
            "start": 0,
            "end": len(words),
        }
        for (report, aspect), words in said.items()
    ]
    return _table(OUTPUTS["opinions"], rows)


def _summaries():
    aspects = [
        _aspect(
            "heat_noise", 31, 0.62, -0.3, 0.21, [_quote("r17", "风扇声音太大，半夜像拖拉机", -1)]
        ),
        _aspect(
            "build",
            12,
            0.5,
            -0.1,
            0.08,
            [
                _quote("r20", "the lid wobbles after a week", -1),
                _quote("r45", "</bdi><script>alert(1)</script>=1+1 \u202efdp.exe\u200b", -1),
            ],
        ),
        _aspect(
            "appearance", 40, 0.05, 0.82, 0.02, [_quote("r3", "颜色很正，摆在厨房里好看 😍", 1)]
        ),
        _aspect("price", 22, 0.3, 0.25, 0.05, [_quote("r8", "贵了点，但值", 0)]),
        _aspect(
            "safety",
            3,
            1.0,
            -1.0,
            0.03,
            [_quote("r44", "手柄太烫，差点烫伤", -1)],
            is_safety=True,
            is_early_signal=True,
        ),
    ]
    suggestion = {
        "aspect": "heat_noise",
        "reports": 6,
        "quotes": [_quote("r17", "希望能加一个静音模式", -1)],
    }
    changes = {
        "heat_noise": _change(0.45, 0.37, "no_change"),
        "build": _change(0.2, 0.37, "worse"),
        "appearance": _change(0.4, 0.02, "mended"),
        "price": _change(0.0, 0.05, "too_few", is_new=True),
    }
    stars = {"stars": 4.31, "low": 4.1, "high": 4.49}
    rating = {
        "raw": stars,
        "weighted": stars | {"stars": 4.02, "low": 3.7},
        "corrected": {"stars": 3.9, "low": 3.5, "high": 4.3},
        "kindness": {
            "stars": 0.12,
            "low": -0.05,
            "high": 0.29,
            "items": 4,
            "gifts": 220,
            "others": 310,
        },
    }
    segments = [
        {"attribute": attribute, "value": value, "customers": n} | stars
        for attribute, value, n in (
            ("age_band", "25-34", 50),
            ("age_band", "other", 30),
            ("is_newcomer", "true", 60),
            ("is_newcomer", "false", 24),
        )
    ]
    common = {"merchant_id": MERCHANT}
    rows = [
        common
        | {
            "item_id": "i5",
            "item_name": ITEMS["i5"][0],
            "verdict": "enough evidence",
            "reports": 84,
            "rating_raw": 4.31,
            "rating_weighted": 4.02,
            "aspects": json.dumps(aspects, ensure_ascii=False),
            "suggestions": json.dumps([suggestion], ensure_ascii=False),
            "changes": json.dumps(changes),
            "customers": 84,
            "rating": json.dumps(rating),
            "segments": json.dumps(segments),
            "sentences": json.dumps(sentences_of(aspects, changes), ensure_ascii=False),
        },
        common
        | {
            "item_id": "i/2",
            "item_name": "Ground coffee",
            "verdict": "not enough evidence",
            "reports": 3,
            "aspects": "[]",
            "suggestions": "[]",
            "changes": "null",
            # As a version that knew no intervals left it.
            "rating": None,
        },
    ]
    return _table(OUTPUTS["improvement_summary"], rows)


def _rule(table, rule_id, verdict, checked, failed, **more):
    return {
        "table": table,
        "rule_id": rule_id,
        "verdict": verdict,
        "scope": "row",
        "severity": "warn",
        "rows_checked": checked,
        "rows_failed": failed,
        "threshold": 0.001,
        "warn_threshold": 0.001,
        "dimension": "validity",
        "side": "input",
        "sentence_en": f"What {rule_id} demands must hold for every row.",
        "sentence_zh": f"每一行都须满足 {rule_id} 的要求。",
        "owner": "门店数据组",
        "trend": "[]",
        "sample": "[]",
        "passes": None,
        "fails": None,
    } | more


def _validation():
    sample = [
        {"event_id": "e17", "user_id": "u***", "unit_price": -3.5, "quantity": 1},
        {"event_id": "e99", "user_id": "u***", "unit_price": -0.01, "quantity": 2},
    ]
    rows = [
        _rule("events", "key_is_unique", "pass", 1_440_207, 0, trend=json.dumps([0] * 14),
              dimension="uniqueness", severity="block", threshold=0.05),
        _rule("events", "price_not_negative", "warn", 1_440_207, 2204, column="unit_price",
              trend="[12,40,18,9,22,14,31,12,17,20,44,180,900,2204]", sample=json.dumps(sample),
              sentence_en="unit_price must be 0 or more.", sentence_zh="unit_price 必须不小于 0。",
              why_en="A negative price turns spending around, and with it every priority by value.",
              why_zh="负价格会使消费额反号，按金额排出的优先级全都会错。",
              passes=json.dumps({"unit_price": 12.5}), fails=json.dumps({"unit_price": -3.5}),
              found_en="2,204 prices are below 0; ask the tills' team.",
              found_zh="有 2,204 个单价小于 0；请联系收银系统。"),
        _rule("events", "item_is_known", "pass", 1_440_207, 310, dimension="consistency",
              trend="[300,320,290,310,305,null,311,299,300,315,318,302,320,310]"),
        _rule("events", "return_after_purchase", "warn", 1_440_207, 1893, dimension="consistency",
              trend="[0,0,0,0,0,0,0,3,5,40,260,700,1200,1893]", waived_by="质检值班",
              waived_reason="新收银系统补录旧退货，已约定补齐", waived_until=date(2017, 12, 20)),
        _rule("reports", "rating_in_range", "pass", 5123, 12, trend="[11,13,9,12,12]",
              owner="试用运营", waived_by="试用运营", waived_reason="旧版表单",
              waived_until=date(2017, 11, 30)),
        _rule("applications", "one_a_person", "pass", 9120, 3, dimension="uniqueness"),
        _rule("items", "schema_is_exact", "pass", 3305, 0, scope="table", severity="block",
              dimension="contract"),
        _rule("recommendations", "rank_is_unique", "pass", 270, 0, side="output",
              severity="block", owner="shike", dimension="uniqueness"),
        _rule("selection", "recipients_within_units", "warn", 150, 1, side="output",
              owner="shike", dimension="consistency"),
    ]  # fmt: skip
    return _table(OUTPUTS["validation_report"], rows)


def _scorecard():
    def card(table, source, score, trend, **more):
        return {
            "table": table,
            "source": source,
            "owner": "门店数据组",
            "rows_read": 120_300,
            "accepted_share": 0.9982,
            "quarantined_share": 0.0017,
            "duplicate_share": 0.0001,
            "contradiction_share": 0.0002,
            "completeness": 0.934,
            "score": score,
            "trend": json.dumps(trend),
        } | more

    rows = [
        card("events", "pos-legacy", 81.4, [97, 97.2, 96.8, 96, 95, 91, 88, 86, 84, 81.4],
             late_rows=1204, vanished_rows=0, freshness_hours=9.5),
        card("events", "web", 99.1, [99, 99.1, 99, 98.9, 99.2, 99.1], late_rows=0,
             vanished_rows=0, freshness_hours=0.4),
        card("items", "", 97.5, [97.5], owner=""),
        card("reports", "", 93.2, [95, 94, None, 93.2], owner="试用运营", freshness_hours=61.0),
    ]  # fmt: skip
    return _table(OUTPUTS["source_scorecard"], rows)


def _profile_of_columns():
    def column(table, name, **more):
        return {"table": table, "column": name, "rows": 40_000, "null_share": 0.0} | more

    shares = [
        {"value": "pos-legacy", "share": 0.12, "usual": 0.41},
        {"value": "web", "share": 0.61, "usual": 0.44},
        {"value": "app", "share": 0.27, "usual": 0.15},
    ]
    rows = [
        column("events", "source", psi=0.412, has_drifted=True, compared_with="2017-10-09/2017-11-05",
               shares=json.dumps(shares), usual_null_share=0.0),
        column("events", "unit_price", psi=0.031, ks=0.04, has_drifted=False, null_share=0.0213,
               usual_null_share=0.0051, null_multiple=4.18, compared_with="2017-10-09/2017-11-05"),
        column("events", "quantity", psi=0.004, ks=0.01, has_drifted=False,
               compared_with="2017-10-09/2017-11-05", null_share=0.001, usual_null_share=0.001,
               null_multiple=1.0),
        column("items", "brand", null_share=0.18, usual_null_share=0.121, null_multiple=1.49),
        column("users", "region"),
    ]  # fmt: skip
    return _table(OUTPUTS["column_profile"], rows)


def _daily_rows():
    """Ten weeks of days: reports stop three days early, and one day of events is nearly empty."""
    rows = []
    for table, usual, newest in (("events", 21_000, 1), ("reports", 60, 3)):
        for back in range(70, newest - 1, -1):
            weekend = (AS_OF - timedelta(days=back)).weekday() >= 5
            count = usual + usual // 3 * weekend + back * 37 % (usual // 10)
            if table == "events" and back == 9:
                count = 3400
            band = {"low": usual // 2, "high": usual * 2} if back <= 28 else {}
            rows.append({"table": table, "day": AS_OF - timedelta(days=back), "rows": count} | band)
    return _table(OUTPUTS["daily_rows"], rows)


def _lineage():
    def file(table, name, read, refused, rules, **more):
        return {
            "table": table,
            "source_file": name,
            "sha256": "ab12" * 16,
            "rows_read": read,
            "rows_accepted": read - refused,
            "rows_quarantined": refused,
            "rule_ids": rules,
            "used_by": [],
            "trials": [],
            "items": [],
        } | more

    made = ["do_not_recommend", "recommendations", "replenishment_calendar"]
    rows = [
        file("events", "events-0.csv", 722_000, 2103, ["price_not_negative", "item_is_known"],
             used_by=[*made, "trial_effect", "trial_funnel", "applicant_profile", "selection"],
             trials=["t1", "t2"]),
        file("events", "events-1.csv", 721_021, 411, ["price_not_negative"], used_by=made),
        file("items", "items.parquet", 3305, 0, [], used_by=made),
        file("reports", "reports-2017-12.jsonl", 5200, 12, ["rating_in_range"],
             used_by=["improvement_summary", "opinions"], items=["i5", "i/2"]),
    ]  # fmt: skip
    return _table(OUTPUTS["lineage"], rows)


def _quarantine():
    rows = [
        {
            "table": "events",
            "source_file": f"events-{n % 2}.csv",
            "row_number": n + 1,
            "rule_ids": ["price_not_negative"] + (["item_is_known"] if n % 3 == 0 else []),
            "raw": "{}",
            "first_seen": datetime(2017, 12, 4, tzinfo=UTC),
        }
        for n in range(20)
    ]
    return _table(OUTPUTS["quarantine"], rows)


def _items():
    rows = [
        {"item_id": item, "merchant_id": MERCHANT, "name": name, "category": need}
        for item, (name, need) in ITEMS.items()
    ]
    return _table(INPUTS["items"], rows)


def _trials():
    row = {
        "trial_id": "t1",
        "merchant_id": MERCHANT,
        "item_id": "i5",
        "units": 32,
        "opens_on": date(2017, 11, 1),
        "closes_on": date(2017, 11, 30),
        "reports_due_on": date(2018, 1, 15),
        "goal": "improve",
    }
    still_open = row | {
        "trial_id": "t2",
        "item_id": "i1",
        "units": 30,
        "opens_on": date(2017, 11, 28),
        "closes_on": date(2017, 12, 10),
    }
    return _table(INPUTS["trials"], [row, still_open])


@pytest.fixture(scope="session")
def tables():
    return {
        "recommendations": _recommendations(),
        "do_not_recommend": _withheld(),
        "replenishment_calendar": _calendar(),
        "selection": _selection(),
        "draw_certificate": _certificate(),
        "trial_funnel": _funnel(),
        "trial_funnel_parts": _funnel_parts(),
        "applicant_profile": _profile(),
        "trial_outlook": _outlook(),
        "award_states": _award_states(),
        "replacements": _replacements(),
        "selection_audit": _audit(),
        "trial_effect": _effect(),
        "effect_split": _split(),
        "pooled_effect": _pooled(),
        "improvement_summary": _summaries(),
        "opinions": _opinions(),
        "validation_report": _validation(),
        "quarantine": _quarantine(),
        "source_scorecard": _scorecard(),
        "column_profile": _profile_of_columns(),
        "daily_rows": _daily_rows(),
        "lineage": _lineage(),
        "items": _items(),
        "trials": _trials(),
    }


@pytest.fixture(scope="session")
def merchant_link():
    return MerchantLink(
        merchant_id=MERCHANT,
        name="家用好物 Homewares",
        href=f"merchants/{MERCHANT}/runs/{RUN}/index.html",
        people=60,
        trials=1,
        summaries=2,
    )


@pytest.fixture(scope="session")
def index_facts(merchant_link):
    return IndexFacts(
        shop="演示商店",
        as_of=AS_OF,
        run_id=RUN,
        verdict="warn",
        day_href=f"internal/runs/{RUN}/index.html",
        validation_href=f"internal/runs/{RUN}/validation_report.html",
        operations_href="operations/index.html",
        merchants=(merchant_link,),
        disclaimers=(DISCLAIMER,),
    )


@pytest.fixture(scope="session")
def attempts():
    """A good attempt at the day, and one at the next day that storage ended."""
    names = ("land", "validate", "recommend", "recruit", "review", "contracts", "pages", "publish")
    stages = [
        StageRecord(name=name, outcome="made", seconds=1.5, peak_growth_bytes=1 << 20)
        for name in names
    ]
    good = Attempt(
        started=datetime(2017, 12, 4, 3, 0, tzinfo=UTC),
        seconds=12.5,
        as_of=AS_OF,
        run_id=RUN,
        outcome="published",
        exit_code=0,
        verdict="warn",
        stages=(*stages, replace(stages[0], name="effect", outcome="skipped", seconds=0.0)),
        rows=(
            TableCount(**vars(Count("events", 100, 90, 5, 3, 2))),
            TableCount(**vars(Count("items", 7, 4, 0, 0, 0, 1, 2))),
        ),
        people={"seen": 9, "recommended": 6, "withheld": 2},
    )
    failed = Attempt(
        started=datetime(2017, 12, 5, 3, 0, tzinfo=UTC),
        seconds=60.0,
        as_of=AS_OF + timedelta(days=1),
        outcome="failed",
        exit_code=5,
        error="cannot write /srv/store/state: No space left on <device>",
        stages=(replace(stages[0], outcome="failed", seconds=60.0),),
    )
    return good, failed


@pytest.fixture(scope="session")
def day_facts(merchant_link):
    up = "../../../"
    there = MerchantLink(
        merchant_id=MERCHANT, name=merchant_link.name, href=up + merchant_link.href, people=60
    )
    return DayFacts(
        as_of=AS_OF,
        run_id=RUN,
        verdict="warn",
        counts=(
            Count("events", 1_443_021, 1_440_207, 2514, 300, 0),
            Count("items", 3305, 3305, 0, 0, 0),
            Count("reports", 5200, 5111, 12, 0, 77),
            Count("users", 0, 0, 0, 0, 0),
        ),
        notes=(Words("events 有一个未知列 loyalty_tier，已略去。", "Unknown column left out."),),
        disclaimers=(DISCLAIMER,),
        merchants=(there,),
        downloads=(
            Download(href="quarantine.parquet", rows=20),
            Download(href="recommendations.parquet", rows=270),
        ),
        home_href=up + "index.html",
    )


@pytest.fixture(scope="session")
def merchant_facts():
    return MerchantFacts(
        as_of=AS_OF,
        run_id=RUN,
        name="家用好物 Homewares",
        disclaimers=(DISCLAIMER,),
        downloads=(Download(href="recommendations.csv", rows=270),),
        aspects={
            "heat_noise": ("散热与噪音", "heat and noise"),
            "build": ("做工", "build"),
            "appearance": ("外观", "appearance"),
            "price": ("价格", "price"),
            "safety": ("安全", "safety"),
        },
        home_href="../../../../index.html",
    )


_METRICS = ("ndcg@10", "novel_ndcg@10", "san_s@10", "stauc")
_MODELS = (
    ("shike", "plain", "subject", (0.575, 0.11, 0.57, 0.645)),
    ("shike without brand", "plain", "ablation", (0.571, 0.111, 0.566, 0.644)),
    *(
        (model, variant, "rival", figures)
        for model in ("popularity", "personal frequency", "decayed frequency τ=120", "UP-CF")
        for variant, figures in (
            ("plain", (0.536, 0.08, 0.51, 0.545)),
            ("suppressed", (0.54, None, 0.54, None)),
            ("filtered", (0.08, None, 0.08, None)),
        )
    ),
)


def _with_interval(value):
    if value is None:
        return {"value": None, "low": None, "high": None}
    return {"value": value, "low": value - 0.01, "high": value + 0.01}


@pytest.fixture(scope="session")
def evaluation():
    """The tables of an evaluation, by name."""
    figures = [
        {"model": model, "variant": variant, "role": role, "metric": metric} | _with_interval(value)
        for model, variant, role, values in _MODELS
        for metric, value in zip(_METRICS, values, strict=True)
    ]
    own = dict(zip(_METRICS, _MODELS[0][3], strict=True))
    leads = [
        row | _with_interval(own[row["metric"]] - row["value"])
        for row in figures
        if row["role"] != "subject" and row["value"] is not None and row["metric"] != "stauc"
    ]
    cuts = (date(2017, 10, 9), date(2017, 11, 6))
    errors = {"error": 0.0123, "error_equal_mass": 0.012, "error_equal_width": 0.011}
    tables = {
        "figures": figures,
        "leads": leads,
        "errors": [{"cut": cut, "pairs": 81_424} | errors for cut in cuts],
        "reliability": [
            {"cut": cut, "chance": chance, "rate": chance * 0.9, "pairs": 5428}
            for cut in cuts
            for chance in (0.01, 0.1, 0.3, 0.8)
        ],
        "timing": [
            {"is_satiating": kind, "start": start, "end": end, "pairs": 300}
            | {"rate": 0.1 + start / 20, "expected": 0.12 + start / 25}
            for kind in (True, False)
            for start, end in ((0.0, 0.2), (0.2, 3.0), (3.0, None))
        ],
        "slots": [
            {"rank": 1, "user_id": "1342", "before": "SOAP | BAR SOAP", "before_mark": "annoying"}
            | {"after": "MILK | WHITE", "after_mark": "hit"},
            {"rank": 2, "user_id": "1342", "before": "BREAD | WHITE", "before_mark": "none"}
            | {"after": None, "after_mark": None},
        ],
    }
    return {name: pa.Table.from_pylist(rows) for name, rows in tables.items()}


@pytest.fixture(scope="session")
def evaluation_facts():
    return EvaluationFacts(cuts=(date(2017, 10, 9), date(2017, 11, 6)), horizon_days=28)


@pytest.fixture(scope="session")
def pages(tables, index_facts, day_facts, merchant_facts, evaluation, evaluation_facts, attempts):
    """Every page of the store by its path."""
    internal = render_internal(tables, day_facts)
    merchant = render_merchant(MERCHANT, tables, merchant_facts)
    return {
        "index.html": render_index(index_facts),
        "evaluation.html": render_evaluation(evaluation, evaluation_facts),
        "operations/index.html": render_operations(attempts, home_href="../index.html"),
        **{f"internal/runs/{RUN}/{name}": body for name, body in internal.items()},
        **{f"merchants/{MERCHANT}/runs/{RUN}/{name}": body for name, body in merchant.items()},
    }


@pytest.fixture(scope="session")
def store(pages, tmp_path_factory):
    """The folder with every page in its place."""
    root = tmp_path_factory.mktemp("store")
    files = {
        f"internal/runs/{RUN}/recommendations.parquet": b"",
        f"internal/runs/{RUN}/quarantine.parquet": b"",
        f"merchants/{MERCHANT}/runs/{RUN}/recommendations.csv": b"",
    }
    for name, body in (pages | files).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return root


@pytest.fixture(scope="session")
def read():
    """What a reader of one language reads on a page, tags and other language left out."""

    def reading(body, language="en"):
        other = "zh" if language == "en" else "en"
        text = body.decode().partition("<body>")[2].partition("<script>")[0]
        text = re.sub(rf'<(span|text) class="{other}".*?</\1>', "", text, flags=re.DOTALL)
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())

    return reading


@pytest.fixture(scope="session")
def section_of(read):
    """What one section of a page says."""

    def cut(body, anchor, language="en"):
        text = body.decode().partition(f'<section id="{anchor}"')[2].partition("</section>")[0]
        return read(f"<body><p {text}".encode(), language)

    return cut
