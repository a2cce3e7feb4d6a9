"""The funnel counts people, not clicks, and only while applications are open."""

from datetime import timedelta

import pytest

from trials.engine import complete
from trials.funnel import STEPS, count_funnel


@pytest.fixture
def funnel(table, trial, noon, as_of):
    def count(events, applicants=(), **changes):
        row = trial(**changes)
        whole = complete(
            {
                "trials": table("trials", [row]),
                "events": table(
                    "events",
                    [
                        {
                            "event_id": f"e{n}",
                            "user_id": user,
                            "item_id": item,
                            "event_type": kind,
                            "occurred_at": noon(row["opens_on"] + timedelta(days=day)),
                        }
                        for n, (user, item, kind, day) in enumerate(events)
                    ],
                ),
                "applications": table(
                    "applications",
                    [
                        {
                            "application_id": user,
                            "trial_id": row["trial_id"],
                            "user_id": user,
                            "applied_at": noon(row["opens_on"]),
                        }
                        for user in applicants
                    ],
                ),
            }
        )
        return {row["step"]: row for row in count_funnel(whole, as_of).to_pylist()}

    return count


def test_a_person_counts_once_a_step_and_only_for_this_item_in_this_window(funnel):
    found = funnel(
        [
            ("a", "I1", "view", 0),
            ("a", "I1", "view", 1),
            ("b", "I1", "view", 13),
            ("c", "I1", "view", -1),
            ("d", "I1", "view", 14),
            ("e", "I2", "view", 1),
            ("a", "I1", "share", 1),
        ],
        applicants="a",
    )

    assert {step: found[step]["unique_users"] for step in STEPS} == {
        "view": 2,
        "follow": 0,
        "favourite": 0,
        "share": 1,
        "apply": 1,
    }
    assert [found[step]["position"] for step in STEPS] == [1, 2, 3, 4, 5]
    assert (found["view"]["rate"], found["share"]["rate"]) == (1.0, 0.5)


def test_rates_start_at_the_first_step_that_anybody_took(funnel):
    found = funnel([("a", "I1", "favourite", 1), ("b", "I1", "favourite", 1)], applicants="a")

    assert (found["favourite"]["rate"], found["apply"]["rate"]) == (1.0, 0.5)
    assert found["view"]["rate"] == 0.0


def test_rates_of_an_empty_funnel_are_unknown(funnel):
    assert {row["rate"] for row in funnel([]).values()} == {None}


def test_a_trial_still_open_is_counted_up_to_the_day_and_a_future_one_not_at_all(funnel, as_of):
    running = {"opens_on": as_of - timedelta(days=2), "closes_on": as_of + timedelta(days=5)}

    assert (
        funnel([("a", "I1", "view", 1), ("b", "I1", "view", 2)], **running)["view"]["unique_users"]
        == 1
    )
    assert funnel([], opens_on=as_of, closes_on=as_of + timedelta(days=5)) == {}
