"""The contracts of what is published: good tables keep them, and each can be broken."""

import copy
from datetime import date
from hashlib import sha256
from math import inf, nan

import pyarrow as pa
import pytest

from quality.rules.outputs import check_outputs
from quality.tables import INPUTS
from quality.tables.outputs import OUTPUTS
from quality.validation import ValidationOptions

AS_OF = date(2026, 3, 1)
DAY = date(2026, 3, 8)
REASONS = {"reason_code": "x", "reason_zh": "因", "reason_en": "so"}


def shown(rank, item, need, score, **changes):
    return {
        "user_id": "u1",
        "rank": rank,
        "item_id": item,
        "merchant_id": "m1",
        "need_group": need,
        "score": score,
        "slot": "due",
        "p_need": 0.5,
        "window_start": AS_OF,
        "window_end": DAY,
        "valid_until": DAY,
        **REASONS,
        **changes,
    }


def applicant(user, arm, chance, rank, **changes):
    row = {"trial_id": "t1", "user_id": user, "arm": arm, "inclusion_probability": chance}
    return row | {"rank": rank, **REASONS, **changes}


GOOD = {
    "recommendations": [
        shown(1, "i1", "soap", 0.9),
        shown(2, "i2", "tea", 0.7, window_start=None, window_end=None),
    ],
    "do_not_recommend": [
        {"user_id": "u1", "need_group": need, "item_id": item, "since": date(2026, 2, 1),
         "may_return_on": until, "evidence": "{}", **REASONS, "reason_code": "satisfied"}
        for need, item, until in [("rice", None, DAY), ("tea", "i3", None)]
    ],
    "replenishment_calendar": [
        {"need_group": "soap", "week": AS_OF, "expected_buyers": 2.0, "low": 1.0, "high": 4.0}
    ],
    "need_states": [
        {"user_id": "u1", "need_group": "soap", "state": "due", "purchase_days": 3,
         "last_bought_on": date(2026, 2, 1), "gap_days": 20.0, "p_need": 0.5,
         "window_start": AS_OF, "window_mid": DAY, "window_end": DAY, "is_satiating": True}
    ],
    "selection": [
        applicant("u1", "core", 1.0, 1),
        applicant("u2", "band", 1 / 3, 2),
        applicant("u3", "holdout", 1 / 3, 3),
        applicant("u4", "waitlist", 1 / 3, 4, waitlist_position=1),
        applicant("u5", "ineligible", 0.0, None),
    ],
    "selection_audit": [
        {"trial_id": "t1", "measure": "replay_differences", "attribute": "", "value": "",
         "result": 0.0, "is_passed": True},
        {"trial_id": "t1", "measure": "award_gini", "attribute": "", "value": ""},
    ],
    "award_states": [
        {"trial_id": "t1", "user_id": "u1", "state": "late", "awarded_on": date(2026, 1, 9),
         "due_on": date(2026, 2, 20), "days_left": -9}
    ],
    "replacements": [
        {"trial_id": "t1", "user_id": "u1", "replacement_user_id": "u4", "waitlist_position": 1}
    ],
    "draw_certificate": [
        {"trial_id": "t1", "merchant_id": "m1", "seed": "5eed", "is_precommitted": True,
         "seed_commitment": sha256(b"5eed").hexdigest(), "algorithm": "a", "config_hash": "c",
         "input_hash": "i", "units": 2, "counts": "{}", "quotas": "[]", "strata": "[]",
         "eligibility": "{}", "objective": 1.5, "bound": 1.5, "options": "{}"}
    ],
    "trial_funnel": [
        {"trial_id": "t1", "step": step, "position": place, "unique_users": users, "rate": rate}
        for step, place, users, rate in [("view", 1, 0, 0.0), ("share", 2, 4, 1.0),
                                         ("apply", 3, 6, 1.5)]
    ],
    "trial_funnel_parts": [
        {"trial_id": "t1", "part": part, "value": value, "step": step, "position": place,
         "unique_users": users, "rate": rate}
        for part, value, step, place, users, rate in [
            ("day", "2026-02-20", "view", 1, 40, 1.0), ("day", "2026-02-20", "apply", 5, 10, 0.25),
            ("day", "2026-02-21", "apply", 5, 9, None), ("day", "other", "view", 1, 8, None),
            ("source", "friend", "share", 4, 6, 0.5), ("source", "friend", "apply", 5, 12, 1.0)]
    ],
    "trial_outlook": [
        {"trial_id": "t1", "units": 9, "applicants": 40, "smallest_detectable_effect": 0.2,
         "quotas": '[{"min": 3, "applicants": 9, "is_short": false},'
                   ' {"min": 3, "applicants": null, "is_short": true}]'}
    ],
    "applicant_letters": [
        {"trial_id": "t1", "user_id": "u1", "outcome": "chosen", "letter_zh": "获得", "letter_en": "Yes",
         "seed": "5eed", "seed_commitment": "c", "is_precommitted": True}
    ],
    "applicant_profile": [
        {"trial_id": "t1", "attribute": "region", "value": value, "applicants": 3,
         "applicant_share": 0.5, "buyer_share": 0.5, "index": 100.0, "low": 50.0, "high": 150.0}
        for value in ("north", "south")
    ],
    "trial_effect": [
        {"trial_id": "t1", "window_days": 30, "n_treatment": 9, "n_holdout": 9, "itt": 0.1,
         "low": -0.1, "high": 0.3, "verdict": "cannot tell yet", "cuped_itt": 0.1,
         "cuped_low": -0.1, "cuped_high": 0.3, "shrunken_itt": 0.1, "shrunken_low": -0.1,
         "shrunken_high": 0.3},
        {"trial_id": "t1", "window_days": 90, "n_treatment": 90, "n_holdout": 90, "itt": 0.2,
         "low": 0.1, "high": 0.3, "verdict": "more buyers", "cost_per_buyer": 5.0,
         "cost_low": 3.0, "cost_high": 9.0}
    ],
    "effect_split": [
        {"trial_id": "t1", "buyers": "all", "component": component, "n_treatment": 9,
         "n_holdout": 9, "value": value, "low": value - 0.1, "high": value + 0.1}
        for component, value in [("early_gain", 0.3), ("acceleration", 0.1),
                                 ("cannibalisation", -0.05), ("expansion", 0.25)]
    ],
    "pooled_effect": [
        {"scope": scope, "scope_id": scope_id, "window_days": 30, "n_trials": 2, "itt": 0.1,
         "low": -0.1, "high": 0.3, "tau2": 0.0, "i2": 0.0, "verdict": "cannot tell yet",
         "merchant_id": merchant}
        for scope, scope_id, merchant in [("shop", "shop", None), ("merchant", "m1", "m1")]
    ],
    "report_scores": [
        {"report_id": "r1", "item_id": "i1", "merchant_id": "m1", "user_id": "u1", "rating": 4.0,
         "language": "en", "quality": 0.5, "parts": '{"coverage": 0.5, "balance": 0}',
         "polarity": 0.2, "weight": 1.0, "flags": ["too_short"]}
    ],
    "opinions": [
        {"report_id": "r1", "sentence_id": 0, "aspect": "taste", "item_id": "i1",
         "merchant_id": "m1", "polarity": 1, "is_suggestion": False, "quote": "好吃😋。",
         "start": 3, "end": 7}
    ],
    "improvement_summary": [
        {"item_id": "i1", "merchant_id": "m1", "item_name": "Soap", "verdict": "enough evidence",
         "reports": 9, "aspects": '[{"aspect": "taste", "low": 0.1, "share": 0.2, "high": 0.3}]',
         "suggestions": "[]", "changes": '{"taste": {"verdict": "mended"}}', "rating": "{}",
         "segments": "[]",
         "sentences": '[{"sources": [{"report_id": "r1", "sentence_id": 0}]}, {"sources": []}]'}
    ],
    "follow_ups": [
        {"item_id": "i1", "merchant_id": "m1", "user_id": "u1", "audience": "invite",
         "report_id": "r1", "rating": 4.0, "reason_zh": "z", "reason_en": "e"}
    ],
    "report_model": [
        {"language": "zh", "month": DAY.replace(month=month, day=1), "model": "packaged",
         "reports": 90, "agreement": 0.8, "low": 0.7, "high": 0.9, "shift": 0.1,
         "verdict": verdict}
        for month, verdict in [(1, "worse"), (2, "steady"), (3, "too_few")]
    ],
}  # fmt: skip
ITEMS = [
    {"item_id": "i1", "merchant_id": "m1", "name": "n", "category": "home/soap"},
    {"item_id": "i2", "merchant_id": "m1", "name": "n", "category": "tea"},
    {"item_id": "i3", "merchant_id": "m1", "name": "n", "category": "tea", "is_available": False},
    {"item_id": "i4", "merchant_id": "m1", "name": "n", "category": "rice"},
]


def table_of(declared, rows):
    # Published tables have no nulls where none may be; a fault of ours might put some there.
    schema = pa.schema([field.with_nullable(nullable=True) for field in declared.schema])
    return pa.Table.from_pylist(rows, schema=schema)


def failed(rows, **changes):
    """Check some outputs; return {rule: verdict} of the rules that were broken."""
    usual = {"list_length": 2, "items": ITEMS, "units_of_trial": {"t1": 2}}
    asked = usual | {"options": ValidationOptions()} | changes
    asked["items"] = table_of(INPUTS["items"], asked["items"]) if asked["items"] else None
    outcomes = check_outputs(
        {name: table_of(OUTPUTS[name], some) for name, some in rows.items()},
        as_of=AS_OF,
        **asked,
    )
    assert all(outcome.side == "output" for outcome in outcomes)
    return {outcome.name: outcome.verdict for outcome in outcomes if outcome.failed}


def test_good_outputs_keep_every_contract():
    assert failed(GOOD) == {}


BROKEN = [
    ("recommendations.list.ranks_without_gaps", 1, {"rank": 3}),
    ("recommendations.list.scores_fall", 1, {"score": 0.95}),
    ("recommendations.list.item_once", 1, {"item_id": "i1"}),
    ("recommendations.list.slots_per_need", 1, {"need_group": "soap"}),
    ("recommendations.list.nothing_withheld", 1, {"need_group": "rice"}),
    ("recommendations.list.nothing_withheld", 1, {"item_id": "i3"}),
    ("recommendations.window.in_order", 0, {"window_start": date(2026, 3, 9)}),
    ("recommendations.window.in_order", 0, {"window_end": None}),
    ("recommendations.valid_until.not_past", 0, {"valid_until": date(2026, 2, 28)}),
    ("recommendations.item_id.of_merchant", 0, {"merchant_id": "m2"}),
    ("recommendations.item_id.of_merchant", 0, {"item_id": "i9"}),
    ("recommendations.p_need.bounds", 0, {"p_need": 1.1}),
    ("recommendations.score.finite", 0, {"score": inf}),
    ("recommendations.slot.values", 0, {"slot": "lucky"}),
    ("recommendations.reason_zh.not_null", 0, {"reason_zh": None}),
    ("do_not_recommend.may_return_on.after_since", 0, {"may_return_on": date(2026, 2, 1)}),
    ("do_not_recommend.may_return_on.after_as_of", 0, {"may_return_on": AS_OF}),
    ("do_not_recommend.evidence.parses", 0, {"evidence": "{"}),
    ("replenishment_calendar.interval.holds_estimate", 0, {"low": 3.0}),
    ("replenishment_calendar.interval.holds_estimate", 0, {"expected_buyers": 5.0}),
    ("replenishment_calendar.week.not_past", 0, {"week": date(2026, 2, 22)}),
    ("need_states.window.in_order", 0, {"window_start": date(2026, 3, 9)}),
    ("need_states.last_bought_on.before_as_of", 0, {"last_bought_on": AS_OF}),
    ("selection.chance.of_arm", 0, {"inclusion_probability": 0.9}),
    ("selection.chance.sums_to_units", 2, {"inclusion_probability": 0.3}),
    ("selection.chance.sums_to_units", 2, {"inclusion_probability": nan}),
    ("selection.recipients.within_units", 2, {"arm": "band"}),
    ("selection.rank.once_a_trial", 2, {"rank": 2}),
    ("selection.waitlist.in_order", 3, {"waitlist_position": 2}),
    ("selection.waitlist.in_order", 2, {"waitlist_position": 2}),
    ("selection.key.unique", 1, {"user_id": "u1"}),
    (
        "selection.freebie_index.of_parts",
        0,
        {
            "freebie_index": 0.5,
            "freebie_applications": 0.5,
            "freebie_copied": 0.0,
            "freebie_haste": 0.0,
            "freebie_cluster": 0.0,
        },
    ),
    ("selection_audit.audit.passed", 0, {"is_passed": False}),
    ("award_states.state.of_days", 0, {"state": "due"}),
    ("award_states.state.of_days", 0, {"state": "submitted"}),
    ("replacements.replacement.of_waitlist", 0, {"replacement_user_id": "u1"}),
    ("draw_certificate.seed.as_committed", 0, {"seed": "weed"}),
    ("draw_certificate.objective.within_bound", 0, {"objective": 1.6}),
    ("draw_certificate.units.as_drawn", 0, {"units": 3}),
    ("trial_funnel.funnel.steps_in_order", 1, {"position": 4}),
    ("trial_funnel.funnel.rate_of_first", 2, {"rate": 1.0}),
    ("trial_funnel_parts.part.rate_of_base", 1, {"rate": 0.5}),
    ("trial_funnel_parts.part.rate_of_base", 2, {"rate": 0.5}),
    ("trial_funnel_parts.part.rate_of_base", 4, {"rate": None}),
    ("trial_funnel_parts.key.unique", 2, {"value": "2026-02-20"}),
    (
        "trial_outlook.quotas.short_below_minimum",
        0,
        {"quotas": '[{"min": 30, "applicants": 9, "is_short": false}]'},
    ),
    ("applicant_letters.letter.blind", 0, {"letter_zh": "您被作为对照。"}),
    ("applicant_profile.shares.sum_to_one", 0, {"applicant_share": 0.4}),
    ("applicant_profile.interval.holds_estimate", 0, {"low": 101.0}),
    ("trial_effect.interval.holds_estimate", 0, {"high": 0.05}),
    ("trial_effect.verdict.of_interval", 0, {"verdict": "more buyers"}),
    ("trial_effect.cuped.holds_estimate", 0, {"cuped_high": 0.05}),
    ("trial_effect.shrunken.holds_estimate", 0, {"shrunken_low": 0.15}),
    ("trial_effect.cost.holds_estimate", 1, {"cost_high": 4.0}),
    ("trial_effect.cost.of_shown_effect", 0, {"cost_per_buyer": 5.0}),
    ("effect_split.interval.holds_estimate", 0, {"high": 0.1}),
    ("effect_split.components.sum_to_gain", 0, {"value": 0.32}),
    ("pooled_effect.interval.holds_estimate", 0, {"high": 0.05}),
    ("pooled_effect.verdict.of_interval", 0, {"verdict": "more buyers"}),
    ("pooled_effect.merchant.of_scope", 0, {"merchant_id": "m1"}),
    ("report_scores.quality.bounds", 0, {"quality": 1.5}),
    ("report_scores.parts.within_range", 0, {"parts": '{"coverage": 2}'}),
    ("report_scores.parts.within_range", 0, {"parts": "[1]"}),
    ("report_scores.flags.known", 0, {"flags": ["nice"]}),
    ("opinions.quote.in_place", 0, {"end": 8}),
    ("opinions.quote.in_place", 0, {"quote": "", "end": 3}),
    ("opinions.polarity.bounds", 0, {"polarity": 2}),
    ("opinions.report_id.scored", 0, {"report_id": "r2"}),
    ("improvement_summary.suggestions.parses", 0, {"suggestions": "[,"}),
    ("improvement_summary.aspects.in_order", 0, {"aspects": '[{"low": 0.3, "share": 0.2}]'}),
    (
        "improvement_summary.aspects.priorities",
        0,
        {
            "aspects": '[{"low": 0, "share": 0, "high": 1,'
            ' "priority_low": 0.3, "priority": 0.2, "priority_high": 0.4}]'
        },
    ),
    ("improvement_summary.changes.known", 0, {"changes": '{"taste": {"verdict": "gone"}}'}),
    (
        "improvement_summary.sentences.sourced",
        0,
        {"sentences": '[{"sources": [{"report_id": "r1", "sentence_id": 1}]}]'},
    ),
    ("follow_ups.report_id.own", 0, {"user_id": "u2"}),
    ("follow_ups.audience.values", 0, {"audience": "all"}),
    ("report_model.agreement.in_order", 1, {"high": 0.75}),
    ("report_model.agreement.in_order", 1, {"low": None}),
    ("report_model.verdict.values", 0, {"verdict": "fine"}),
]
NEEDED_BESIDE = {
    "recommendations": ("do_not_recommend",),
    "draw_certificate": ("selection",),
    "replacements": ("selection",),
    "opinions": ("report_scores",),
    "improvement_summary": ("opinions",),
    "follow_ups": ("report_scores",),
}


@pytest.mark.parametrize(
    ("rule", "row", "changes"), BROKEN, ids=[f"{rule}-{changes}" for rule, _, changes in BROKEN]
)
def test_each_contract_can_be_broken_and_then_blocks(rule, row, changes):
    table = rule.split(".")[0]
    rows = {name: copy.deepcopy(GOOD[name]) for name in (table, *NEEDED_BESIDE.get(table, ()))}
    rows[table][row] |= changes

    assert failed(rows)[rule] == "block"


def test_a_model_that_reads_its_latest_month_otherwise_than_before_warns():
    for verdict in ("worse", "shifted"):
        rows = {"report_model": copy.deepcopy(GOOD["report_model"])}
        rows["report_model"][1]["verdict"] = verdict

        assert failed(rows) == {"report_model.model.steady": "warn"}


def test_a_list_longer_than_promised_blocks():
    assert failed(GOOD, list_length=1)["recommendations.list.not_too_long"] == "block"


def test_more_slots_a_need_are_good_where_settings_allow_them():
    rows = {"recommendations": copy.deepcopy(GOOD["recommendations"])}
    rows["recommendations"][1]["need_group"] = "soap"

    assert failed(rows, slots_per_need=2) == {}


def test_a_list_shorter_than_it_might_be_is_a_warning_unless_it_is_frugal():
    rows = {name: GOOD[name] for name in ("recommendations", "do_not_recommend")}
    more = [*ITEMS, {"item_id": "i5", "merchant_id": "m1", "name": "n", "category": "pens"},
            {"item_id": "i6", "merchant_id": "m1", "name": "n", "category": "paper"}]  # fmt: skip

    # Of soap, tea, rice, pens and paper, rice is held back, and tea may be for one of its items.
    assert failed(rows, list_length=3, items=more) == {"recommendations.list.filled": "warn"}
    assert failed(rows, list_length=3, items=more, may_be_short=True) == {}
    assert failed(rows, list_length=3, items=ITEMS) == {}


def test_what_is_not_given_is_not_compared():
    rows = {"recommendations": [shown(1, "i9", "rice", 0.5)]}

    assert failed(rows, items=None) == {}
    assert failed({"selection": GOOD["selection"]}, units_of_trial=None) == {}


def test_what_is_found_names_nobody():
    rows = {"recommendations": copy.deepcopy(GOOD["recommendations"])}
    rows["recommendations"][0] |= {"user_id": "u-secret", "p_need": 2.0, "rank": 7}
    outcomes = check_outputs(
        {"recommendations": table_of(OUTPUTS["recommendations"], rows["recommendations"])},
        as_of=AS_OF,
        options=ValidationOptions(),
        list_length=2,
    )

    broken = [outcome.row([0]) for outcome in outcomes if outcome.failed]
    assert {row["rule_id"] for row in broken} >= {"p_need.bounds", "list.ranks_without_gaps"}
    assert "u-secret" not in str(broken)
    assert all("Nothing is published" in row["found_en"] for row in broken)


def test_a_table_without_rows_breaks_nothing():
    assert failed({name: [] for name in OUTPUTS}) == {}
