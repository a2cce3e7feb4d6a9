"""Thresholds, severities and waivers: what a shop may say about a rule, and what follows."""

import json
from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from quality.rules.governing import govern
from quality.rules.naming import refuse_unknown_rules
from quality.rules.outcome import Note, Outcome
from quality.rules.waivers import Waiver
from quality.validation import ValidationOptions

RULE = "events.quantity.bounds"
AS_OF = date(2026, 3, 1)
WAIVER = {"rule": RULE, "person": "head of data", "reason": "old tills", "until": AS_OF}


def outcome(failed, severity="block", **changes):
    table, _, rule_id = RULE.partition(".")
    usual = {
        "table": table,
        "rule_id": rule_id,
        "scope": "row",
        "severity": severity,
        "threshold": 0.05,
        "warn_threshold": 0.005,
        "owner": "web",
        "column": "quantity",
        "said": Note("It must.", "必须。"),
        "checked": 1000,
        "failed": failed,
        "found": Note(f"{failed} rows.", f"{failed} 行。") if failed else None,
    }
    return Outcome(**usual | changes)


def governed(one, as_of=AS_OF, **options):
    (own,) = govern([one], ValidationOptions(**options), as_of)
    return own


@pytest.mark.parametrize(
    ("failed", "severity", "verdict"),
    [
        (0, "block", "pass"),
        (5, "block", "pass"),
        (6, "block", "warn"),
        (50, "block", "warn"),
        (51, "block", "block"),
        (6, "warn", "warn"),
        (51, "warn", "warn"),
    ],
)
def test_a_rule_warns_over_one_share_and_applies_over_another(failed, severity, verdict):
    assert outcome(failed, severity).verdict == verdict


def test_without_a_share_of_its_own_a_rule_warns_only_over_its_threshold():
    assert outcome(50, "warn", warn_threshold=None).verdict == "pass"
    assert outcome(51, "warn", warn_threshold=None).verdict == "warn"


def test_any_failure_is_over_a_threshold_of_nothing():
    assert outcome(1, threshold=0.0).verdict == "block"


def test_a_shop_sets_a_severity_and_a_threshold_by_rule():
    assert governed(outcome(51), severities={RULE: "warn"}).verdict == "warn"
    assert governed(outcome(51), thresholds={RULE: 0.1}).verdict == "warn"
    assert governed(outcome(2), thresholds={RULE: 0.001}).verdict == "block"
    # A shop that only wants to be warned over a tenth is not warned before.
    assert (
        governed(outcome(90), severities={RULE: "warn"}, thresholds={RULE: 0.1}).verdict == "pass"
    )
    assert governed(outcome(51), thresholds={"events.unit_price.bounds": 0.1}).verdict == "block"


@pytest.mark.parametrize(("failed", "verdict"), [(51, "warn"), (6, "pass"), (0, "pass")])
def test_a_waiver_takes_a_verdict_one_step_down_and_says_whose_it_is(failed, verdict):
    own = governed(outcome(failed), waivers=(Waiver(**WAIVER),))
    row = own.row([failed])

    assert own.verdict == verdict
    assert (row["waived_by"], row["waived_reason"], row["waived_until"]) == (
        "head of data",
        "old tills",
        AS_OF,
    )
    if failed:
        assert row["found_en"].endswith("Waived by head of data until 2026-03-01.")
        assert "由 head of data 豁免至 2026-03-01" in row["found_zh"]


def test_an_expired_waiver_no_longer_holds_and_says_so():
    own = governed(outcome(51), as_of=date(2026, 3, 2), waivers=(Waiver(**WAIVER),))

    assert own.verdict == "block"
    assert "The waiver by head of data expired on 2026-03-01" in own.row([51])["found_en"]
    assert "已于 2026-03-01 到期" in own.row([51])["found_zh"]


def test_a_waived_rule_still_refuses_its_rows(needed, deliver, check, finding):
    for row in needed["events"][:10]:
        row["quantity"] = "-1"
    validation = check(deliver(needed), waivers=(Waiver(**WAIVER),))

    found = finding(validation, "events", "quantity.bounds")
    assert (validation.verdict, found["verdict"], found["waived_by"]) == (
        "warn",
        "warn",
        "head of data",
    )
    assert len(validation.quarantine) == 10
    assert "They are in quarantine" in found["found_en"]


def test_a_file_rule_can_be_waived_too(needed, deliver, check):
    folder = deliver(needed)
    (folder / "events-2.csv").write_bytes(b"\xff\xfe\x00")
    waiver = Waiver(**WAIVER | {"rule": "events.file.readable"})

    assert check(folder).verdict == "block"
    assert check(folder, waivers=(waiver,)).verdict == "warn"


def options_of(settings):
    return TypeAdapter(ValidationOptions).validate_python(settings)


def test_settings_carry_waivers_and_thresholds():
    options = options_of(
        {
            "waivers": [WAIVER | {"until": "2026-04-01"}],
            "thresholds": {RULE: 0.2},
            "severities": {"recommendations.list.filled": "block"},
        }
    )

    assert options.waivers == (Waiver(**WAIVER | {"until": date(2026, 4, 1)}),)
    assert options.thresholds == {RULE: 0.2}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"thresholds": {"events.quantity.bound": 0.1}}, "events.quantity.bounds"),
        ({"severities": {"event.key.unique": "warn"}}, "events.key.unique"),
        ({"severities": {RULE: "stop"}}, "'warn' or 'block'"),
        ({"thresholds": {RULE: 7}}, "share from 0 to 1, got 7"),
        ({"row_warning": -1}, "row_warning must be a share"),
        ({"waivers": [WAIVER | {"rule": "events.nothing"}]}, "there is no rule 'events.nothing'"),
        ({"waivers": [WAIVER | {"reason": " "}]}, "must have a reason"),
        ({"waivers": [WAIVER | {"person": ""}]}, "must have a person"),
        ({"waivers": [{"rule": RULE, "person": "x", "until": "2026-01-01"}]}, "reason"),
        ({"waivers": [WAIVER | {"note": "x"}]}, "note"),
        ({"waivers": [WAIVER, WAIVER]}, "one waiver"),
    ],
)
def test_settings_of_a_rule_that_cannot_be_used_are_refused(settings, said):
    with pytest.raises(ValidationError) as error:
        options_of(settings)

    assert said in str(error.value)


def test_settings_can_name_every_rule_of_a_report(clean, deliver, check):
    report = check(deliver(clean), first_day="2020-01-01").report.to_pylist()

    refuse_unknown_rules(f"{row['table']}.{row['rule_id']}" for row in report)


def test_every_rule_says_why_and_shows_a_row_that_keeps_it_and_one_that_breaks_it(
    clean, deliver, check
):
    report = check(deliver(clean)).report.to_pylist()

    of_rows = [row for row in report if row["scope"] == "row"]
    assert len(of_rows) > 140
    for row in of_rows:
        assert row["why_en"], row["rule_id"]
        assert row["why_zh"], row["rule_id"]
        assert json.loads(row["passes"]) != json.loads(row["fails"])
