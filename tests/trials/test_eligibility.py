"""Who is refused, by which code; and that missing data refuses nobody by mistake."""

from datetime import date, timedelta

import pytest

from quality.tables.outputs import NEED_STATES_TABLE
from trials.eligibility import RULES, EligibilityOptions, judge, youngest_age
from trials.facts import gather_facts, trials_to_draw
from trials.inputs import carried, complete

OPTIONS = EligibilityOptions()
NO_STATES = NEED_STATES_TABLE.empty()


@pytest.fixture
def judged(table, trial, noon, as_of):
    """Judge one applicant, "me", given the tables that are not the plainest."""

    def judge_one(*, user=None, trial_row=None, **others):
        row = trial_row or trial()
        tables = {
            "items": table(
                "items", [{"item_id": "I1", "merchant_id": "M1", "name": "n", "category": "c"}]
            ),
            "users": table(
                "users",
                [
                    {"user_id": "me", "has_marketing_consent": True, **(user or {})},
                    # Somebody of whom everything is known, so that every rule can be asked.
                    {
                        "user_id": "known",
                        "birth_year": 1980,
                        "region": "N",
                        "has_marketing_consent": True,
                    },
                ],
            ),
            "trials": table("trials", [row, *others.pop("past_trials", [])]),
            "applications": table(
                "applications",
                [
                    {
                        "application_id": "a",
                        "trial_id": row["trial_id"],
                        "user_id": "me",
                        "applied_at": noon(others.pop("applied", row["closes_on"])),
                    }
                ],
            ),
            **others,
        }
        whole = complete(tables)
        known = carried(whole)
        facts = gather_facts(
            whole,
            trials_to_draw(whole, as_of),
            NO_STATES,
            as_of=as_of,
            letters_saturation=300.0,
            has_deliveries="awards.delivered_on" in known,
        )
        return judge(facts, known, OPTIONS)

    return judge_one


@pytest.fixture
def past_award(table, trial, noon):
    """One award of an old trial to "me": tables, and the old trial."""

    def make(awarded, due, *, reported=None, delivered=None, count=1):
        past = [
            trial(f"T0{n}", opens_on=date(2024, 1, 1), closes_on=awarded, reports_due_on=due)
            for n in range(count)
        ]
        awards = [
            {
                "trial_id": one["trial_id"],
                "user_id": "me",
                "awarded_at": noon(awarded),
                "delivered_on": delivered,
            }
            for one in past
        ]
        reports = [
            {
                "report_id": f"r{one['trial_id']}{who}",
                "trial_id": one["trial_id"],
                "item_id": "I1",
                "user_id": who,
                "submitted_at": noon(reported or awarded),
                "rating": 3.0,
                "text": "ok",
            }
            for one in past
            for who in (["me", "known"] if reported else ["known"])
        ]
        return {
            "past_trials": past,
            "awards": table("awards", awards),
            "reports": table("reports", reports),
        }

    return make


def code(eligibility):
    return eligibility.codes.tolist()[0]


def test_who_breaks_no_rule_is_eligible(judged):
    assert code(judged()) == ""


@pytest.mark.parametrize("consent", [False, None])
def test_consent_that_was_not_given_is_refused(judged, consent):
    assert code(judged(user={"has_marketing_consent": consent})) == "no_consent"


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"birth_year": 2007}, ""),
        ({"birth_year": 2008}, "too_young"),
        ({"age_band": "18-24"}, ""),
        ({"age_band": "13-17"}, "too_young"),
        ({"age_band": "18岁以下"}, "too_young"),
        ({"age_band": "?"}, "age_unknown"),
        ({}, "age_unknown"),
    ],
)
def test_an_age_must_certainly_reach_the_minimum(judged, trial, user, expected):
    # In 2026 somebody born in 2008 turns 18 on a day that is not known.
    assert code(judged(user=user, trial_row=trial(min_age=18))) == expected


def test_an_unknown_age_is_no_matter_where_no_minimum_is_set(judged):
    assert code(judged(user={})) == ""


@pytest.mark.parametrize(("region", "expected"), [("N", ""), ("S", "region"), (None, "region")])
def test_only_the_regions_delivered_to_are_eligible(judged, trial, region, expected):
    assert code(judged(user={"region": region}, trial_row=trial(regions="N|W"))) == expected


def test_a_blank_list_of_regions_is_everywhere(judged, trial):
    assert code(judged(user={"region": None}, trial_row=trial(regions=" "))) == ""


@pytest.mark.parametrize(("days", "expected"), [(59, "cool_down"), (60, "")])
def test_an_award_rests_its_recipient_for_sixty_days(judged, past_award, as_of, days, expected):
    awarded = as_of - timedelta(days=days)
    found = judged(**past_award(awarded, as_of + timedelta(days=9)))

    assert code(found) == expected
    if expected:
        assert found.details[0] == (awarded + timedelta(days=60)).isoformat()


def test_the_fifth_award_within_a_year_is_refused(judged, past_award, as_of):
    awarded, due = as_of - timedelta(days=200), as_of - timedelta(days=150)

    three, four = (
        judged(**past_award(awarded, due, reported=due, count=count)) for count in (3, 4)
    )

    assert (code(three), code(four)) == ("", "yearly_cap")


@pytest.mark.parametrize(
    ("due_in", "reported_in", "expected"),
    [(-1, None, "report_overdue"), (5, None, ""), (-1, -20, ""), (-10, -2, "")],
)
def test_a_report_that_is_due_and_missing_is_refused_until_it_comes(
    judged, past_award, as_of, due_in, reported_in, expected
):
    found = judged(
        **past_award(
            as_of - timedelta(days=100),
            as_of + timedelta(days=due_in),
            reported=None if reported_in is None else as_of + timedelta(days=reported_in),
        )
    )

    assert code(found) == expected


def test_a_unit_that_never_arrived_owes_no_report(judged, past_award, table, noon, as_of):
    tables = past_award(as_of - timedelta(days=100), as_of - timedelta(days=50))
    arrived = {"trial_id": "T00", "user_id": "known", "delivered_on": date(2026, 1, 1)}
    rows = [*tables["awards"].to_pylist(), {**arrived, "awarded_at": noon(date(2025, 12, 1))}]

    assert code(judged(**tables | {"awards": table("awards", rows)})) == ""


def test_an_application_outside_the_window_is_refused(judged, as_of):
    assert code(judged(applied=as_of - timedelta(days=40))) == "outside_window"
    assert code(judged(applied=as_of)) == "outside_window"


def test_nothing_can_be_given_of_what_is_out_of_stock(judged, table):
    item = {
        "item_id": "I1",
        "merchant_id": "M1",
        "name": "n",
        "category": "c",
        "is_available": False,
    }

    assert code(judged(items=table("items", [item]))) == "out_of_stock"


def test_the_merchant_does_not_test_its_own_product(judged, trial):
    assert code(judged(trial_row=trial(merchant_id="me"))) == "seller"


def test_without_users_awards_or_reports_nobody_is_refused_and_the_rules_say_so(judged, trial):
    found = judged(users=complete({})["users"], trial_row=trial(min_age=18, regions="N"))

    assert code(found) == ""
    assert set(found.not_applicable) == set(RULES) - {"outside_window", "out_of_stock", "seller"}


def test_a_column_without_a_single_value_is_missing_data(judged, table, trial):
    users = table("users", [{"user_id": "me", "has_marketing_consent": True}])

    found = judged(users=users, trial_row=trial(min_age=18, regions="N"))

    assert code(found) == ""
    assert {"age_unknown", "too_young", "region"} <= set(found.not_applicable)
    assert "no_consent" not in found.not_applicable


@pytest.mark.parametrize(
    ("band", "age"), [("25-34", 25), ("65+", 65), ("19-24", 19), ("Under 18", 0), ("18以下", 0)]
)
def test_the_lower_end_of_a_band_is_read(band, age):
    assert youngest_age(band) == age


def test_a_band_without_a_number_has_no_lower_end():
    assert youngest_age("young") != youngest_age("young")
