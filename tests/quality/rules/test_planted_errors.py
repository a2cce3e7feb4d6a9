"""Every rule against rows planted to break it: found under that rule, and no clean row touched."""

import pytest

GOOD_EVENT = {
    "user_id": "u1",
    "item_id": "i1",
    "event_type": "purchase",
    "occurred_at": "2026-02-10T00:00:00Z",
    "quantity": "1",
    "unit_price": "2",
}
GOOD_ITEM = {"merchant_id": "m1", "name": "n", "category": "c"}
GOOD_TRIAL = {
    "merchant_id": "m1",
    "item_id": "i1",
    "units": "1",
    "opens_on": "2026-02-01",
    "closes_on": "2026-02-05",
    "reports_due_on": "2026-02-28",
    "goal": "spread",
}
GOOD_APPLICATION = {"trial_id": "t1", "user_id": "u3", "applied_at": "2026-02-03T00:00:00Z"}
GOOD_REPORT = {
    "trial_id": "t1",
    "item_id": "i1",
    "user_id": "u0",
    "submitted_at": "2026-02-12T00:00:00Z",
    "rating": "5",
    "text": "fine",
}

PLANTED = {
    "events": [
        ({"event_id": ""}, {"event_id.not_null"}),
        ({"event_id": "  "}, {"event_id.not_null"}),
        ({"event_id": "p01", "user_id": ""}, {"user_id.not_null"}),
        ({"event_id": "p02", "item_id": ""}, {"item_id.not_null"}),
        ({"event_id": "p03", "event_type": ""}, {"event_type.not_null"}),
        ({"event_id": "p04", "occurred_at": ""}, {"occurred_at.not_null"}),
        ({"event_id": "p05", "event_type": "steal"}, {"event_type.values"}),
        ({"event_id": "p06", "event_type": "PURCHASE"}, {"event_type.values"}),
        ({"event_id": "p07", "user_id": "nobody"}, {"user_id.references"}),
        ({"event_id": "p08", "item_id": "nothing"}, {"item_id.references"}),
        ({"event_id": "p09", "occurred_at": "yesterday"}, {"occurred_at.parses"}),
        ({"event_id": "p10", "occurred_at": "2026-02-30T00:00:00Z"}, {"occurred_at.parses"}),
        ({"event_id": "p11", "occurred_at": "infinity"}, {"occurred_at.parses"}),
        ({"event_id": "p12", "occurred_at": "1770681600"}, {"occurred_at.parses"}),
        ({"event_id": "p13", "occurred_at": "2026-02-10 08:00:00"}, {"occurred_at.has_offset"}),
        ({"event_id": "p14", "occurred_at": "2026-02-10"}, {"occurred_at.has_offset"}),
        ({"event_id": "p15", "item_id": "i0", "occurred_at": "1999-12-31T23:59:59Z"},
         {"occurred_at.not_before_first_day"}),
        ({"event_id": "p16", "quantity": "0"}, {"quantity.bounds"}),
        ({"event_id": "p17", "quantity": "-2"}, {"quantity.bounds"}),
        ({"event_id": "p18", "quantity": "two"}, {"quantity.parses"}),
        ({"event_id": "p19", "quantity": "NaN"}, {"quantity.parses"}),
        ({"event_id": "p20", "quantity": "inf"}, {"quantity.parses"}),
        ({"event_id": "p21", "unit_price": "-0.01"}, {"unit_price.bounds"}),
        ({"event_id": "p22", "unit_price": "1e400"}, {"unit_price.parses"}),
        ({"event_id": "p23", "unit_price": "¥9"}, {"unit_price.parses"}),
        ({"event_id": "p24", "quantity": "0", "unit_price": "-1", "user_id": "nobody"},
         {"quantity.bounds", "unit_price.bounds", "user_id.references"}),
        ({"event_id": "p25", "event_type": "return", "user_id": "u1", "item_id": "i2"},
         {"return.after_purchase"}),
        ({"event_id": "p26", "event_type": "return", "occurred_at": "2026-01-31T00:00:00Z"},
         {"return.after_purchase"}),
        ({"event_id": "twice", "quantity": "3"}, {"key.unique"}),
        ({"event_id": "twice", "quantity": "4"}, {"key.unique"}),
    ],
    "items": [
        ({"item_id": "j1", "merchant_id": "m9"}, {"merchant_id.references"}),
        ({"item_id": "j2", "name": ""}, {"name.not_null"}),
        ({"item_id": "j3", "list_price": "-1"}, {"list_price.bounds"}),
        ({"item_id": "j4", "pack_size": "0"}, {"pack_size.bounds"}),
        ({"item_id": "j5", "is_available": "perhaps"}, {"is_available.parses"}),
        ({"item_id": "j6", "launched_on": "01/02/2026"}, {"launched_on.parses"}),
        ({"item_id": "j7", "repurchase_days": "-inf"}, {"repurchase_days.parses"}),
    ],
    "users": [
        ({"user_id": "v1", "birth_year": "1492"}, {"birth_year.bounds"}),
        ({"user_id": "v2", "birth_year": "1990.5"}, {"birth_year.parses"}),
        ({"user_id": "v3", "has_marketing_consent": "maybe"}, {"has_marketing_consent.parses"}),
    ],
    "trials": [
        ({"trial_id": "s1", "units": "0"}, {"units.bounds"}),
        ({"trial_id": "s2", "units": "1.5"}, {"units.parses"}),
        ({"trial_id": "s3", "goal": "fame"}, {"goal.values"}),
        ({"trial_id": "s4", "quotas": "[{"}, {"quotas.parses"}),
        ({"trial_id": "s5", "min_age": "121"}, {"min_age.bounds"}),
        ({"trial_id": "s6", "closes_on": "soon"}, {"closes_on.parses"}),
    ],
    "applications": [
        ({"application_id": "b1", "user_id": "u0"}, {"application.one_a_person"}),
        ({"application_id": "b2", "trial_id": "t9"}, {"trial_id.references"}),
    ],
    "awards": [
        ({"trial_id": "t1", "user_id": "u3", "awarded_at": "2026-02-06T00:00:00Z",
          "delivered_on": "2026-02-09"}, {"award.to_applicant"}),
    ],
    "reports": [
        ({"report_id": "q1", "rating": "6"}, {"rating.bounds"}),
        ({"report_id": "q2", "rating": "0"}, {"rating.bounds"}),
        ({"report_id": "q3", "text": ""}, {"text.not_null"}),
        ({"report_id": "q4", "photo_count": "-1"}, {"photo_count.bounds"}),
        ({"report_id": "q5", "user_id": "u2"}, {"report.after_delivery"}),
        ({"report_id": "q6", "submitted_at": "2026-02-09T23:59:59Z"}, {"report.after_delivery"}),
    ],
}  # fmt: skip
DEFAULTS = {
    "events": GOOD_EVENT,
    "items": GOOD_ITEM,
    "users": {},
    "trials": GOOD_TRIAL,
    "applications": GOOD_APPLICATION,
    "awards": {},
    "reports": GOOD_REPORT,
}


@pytest.fixture
def planted(clean):
    """The clean shop with the planted rows behind its own, and where each of them stands."""
    expected = {}
    # Everybody bought the item of their own number, so a return of it is good.
    clean["events"].append(
        {**GOOD_EVENT, "event_id": "fine-return", "event_type": "return", "quantity": "1"}
    )
    clean["items"].append({**GOOD_ITEM, "item_id": "durable", "repurchase_days": "inf"})
    for table, cases in PLANTED.items():
        for row, rules in cases:
            clean[table].append({**DEFAULTS[table], **row})
            expected[(table, f"{table}.csv", len(clean[table]))] = sorted(rules)
    return clean, expected


def test_each_planted_row_is_refused_under_its_rules_and_no_clean_row_is(
    planted, deliver, check, broken_rules
):
    tables, expected = planted

    validation = check(deliver(tables), first_day="2020-01-01")

    assert broken_rules(validation) == expected
    for count in validation.counts:
        assert count.accepted == len(tables[count.table]) - len(PLANTED.get(count.table, []))


def test_the_report_counts_what_the_quarantine_holds(planted, deliver, check):
    tables, expected = planted

    report = check(deliver(tables), first_day="2020-01-01").report.to_pylist()

    counted = {
        (row["table"], row["rule_id"]): row["rows_failed"]
        for row in report
        if row["scope"] == "row" and row["rows_failed"]
    }
    held = {}
    for (table, _, _), rules in expected.items():
        for rule in rules:
            held[(table, rule)] = held.get((table, rule), 0) + 1
    assert counted == held


def test_more_bad_rows_than_any_list_of_examples_are_all_quarantined(needed, deliver, check):
    needed["events"] += [
        {**GOOD_EVENT, "event_id": f"many{n}", "quantity": "-1"} for n in range(1000)
    ]

    events = check(deliver(needed)).counts[0]

    assert (events.quarantined, events.accepted) == (1000, 28 * 4)


def test_a_naive_time_is_read_in_the_assumed_zone(needed, deliver, check):
    needed["events"][0]["occurred_at"] = "2026-02-01 08:30:00"

    table = check(deliver(needed), assume_timezone="Asia/Shanghai").tables["events"]

    assert table["occurred_at"][0].as_py().isoformat() == "2026-02-01T00:30:00+00:00"


def test_an_award_of_a_trial_without_applications_is_not_compared_with_them(
    clean, deliver, check, broken_rules
):
    clean["trials"].append({**GOOD_TRIAL, "trial_id": "old", "opens_on": "2025-12-01"})
    clean["awards"].append(
        {"trial_id": "old", "user_id": "u3", "awarded_at": "2026-01-01T00:00:00Z"}
    )

    assert broken_rules(check(deliver(clean))) == {}


def test_a_refused_application_does_not_take_the_place_of_a_good_one(
    clean, deliver, check, broken_rules
):
    clean["applications"].append(
        {**clean["applications"][0], "application_id": "a", "applied_at": "2026-01-31T00:00:00Z"}
    )

    assert broken_rules(check(deliver(clean))) == {
        ("applications", "applications.csv", 4): ["application.while_open"]
    }


def test_a_refused_report_does_not_take_the_place_of_a_good_one(
    clean, deliver, check, broken_rules
):
    clean["reports"].append({**clean["reports"][0], "report_id": "a", "rating": "9"})

    assert broken_rules(check(deliver(clean))) == {("reports", "reports.csv", 3): ["rating.bounds"]}


def test_a_return_of_more_than_was_bought_takes_nothing_from_a_good_one(
    needed, deliver, check, broken_rules
):
    returned = {**GOOD_EVENT, "event_type": "return", "occurred_at": "2026-02-01T12:00:00Z"}
    needed["events"] += [
        {**returned, "event_id": "too many", "quantity": "2"},
        {**returned, "event_id": "good", "occurred_at": "2026-02-01T13:00:00Z"},
        {**returned, "event_id": "again", "occurred_at": "2026-02-01T14:00:00Z"},
    ]

    places = broken_rules(check(deliver(needed)))

    assert places == {
        ("events", "events.csv", row): ["return.not_more_than_bought"] for row in (113, 115)
    }


def test_a_price_far_above_its_items_median_is_told_and_stays(needed, deliver, check, finding):
    needed["events"][0]["unit_price"] = "95000"

    validation = check(deliver(needed))

    found = finding(validation, "events", "unit_price.usual")
    assert (found["verdict"], found["rows_failed"]) == ("warn", 1)
    assert found["found_en"].startswith("item i0: 95000.0, median 9.5. Ask the source")
    assert len(validation.quarantine) == 0


def test_without_recorded_deliveries_a_report_must_follow_the_award(
    reporting, deliver, check, broken_rules
):
    for award in reporting["awards"]:
        del award["delivered_on"]
    reporting["reports"].append(
        {**GOOD_REPORT, "report_id": "early", "submitted_at": "2026-02-05T23:00:00Z"}
    )

    assert broken_rules(check(deliver(reporting))) == {
        ("reports", "reports.csv", 3): ["report.after_delivery"]
    }


def test_a_recipient_without_a_delivery_cannot_report_yet(reporting, deliver, check, broken_rules):
    reporting["awards"][0]["delivered_on"] = ""

    assert broken_rules(check(deliver(reporting))) == {
        ("reports", "reports.csv", 1): ["report.after_delivery"]
    }


def test_the_delivery_day_is_the_shops_day(reporting, deliver, check, broken_rules):
    # Delivered on the 10th; 16:30Z on the 9th is half past midnight on the 10th in Shanghai.
    reporting["reports"][0]["submitted_at"] = "2026-02-09T16:30:00Z"
    folder = deliver(reporting)

    assert broken_rules(check(folder, timezone="Asia/Shanghai")) == {}
    assert len(broken_rules(check(folder))) == 1


def test_a_conflict_with_a_row_of_the_future_is_no_conflict_yet(needed, deliver, check):
    needed["events"].append({**needed["events"][0], "occurred_at": "2026-03-05T00:00:00Z"})

    events = check(deliver(needed)).counts[0]

    assert (events.quarantined, events.after_as_of) == (0, 1)


@pytest.mark.parametrize("day", [27, 28])
def test_a_day_with_far_fewer_events_than_usual_is_a_warning(needed, deliver, check, finding, day):
    needed["events"] = [
        row
        for row in needed["events"]
        if not row["occurred_at"].startswith(f"2026-02-{day}") or row["user_id"] == "u0"
    ]
    validation = check(deliver(needed))

    found = finding(validation, "events", "table.day_volume")
    assert (found["verdict"], found["rows_failed"]) == ("warn", 1)
    assert found["found_en"].startswith(f"2026-02-{day}: 1 events, usually 2 to 9.")
    assert found["sample"][0]["day"] == f"2026-02-{day}"
    assert len(validation.quarantine) == 0


def test_a_missing_last_day_is_a_day_without_events(needed, deliver, check, finding):
    needed["events"] = needed["events"][:-4]

    found = finding(check(deliver(needed)), "events", "table.day_volume")

    assert found["found_en"].startswith("2026-02-28: 0 events")


def test_too_short_a_history_judges_no_day(needed, deliver, check, finding):
    needed["events"] = needed["events"][60:-4]

    assert finding(check(deliver(needed)), "events", "table.day_volume")["rows_failed"] == 0
