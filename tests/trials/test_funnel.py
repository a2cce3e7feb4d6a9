"""The funnel counts people, not clicks, and only while applications are open."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trials.funnel import STEPS, count_funnel, count_funnel_parts
from trials.inputs import complete


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


@pytest.fixture
def parts(table, trial, noon, as_of):
    def count(applied, views=(), smallest=2):
        """``applied`` and ``views``: user to source or None, and to day after opening."""
        row = trial()
        applications = [
            {
                "application_id": user,
                "trial_id": "T1",
                "user_id": user,
                "applied_at": noon(row["opens_on"]),
                "source": source,
            }
            for user, source in dict(applied).items()
        ]
        events = [
            {
                "event_id": f"e{n}",
                "user_id": user,
                "item_id": "I1",
                "event_type": "view",
                "occurred_at": noon(row["opens_on"] + timedelta(days=day)),
            }
            for n, (user, day) in enumerate(views)
        ]
        tables = {
            "trials": table("trials", [row]),
            "applications": table("applications", applications),
            "events": table("events", events),
        }
        found = count_funnel_parts(complete(tables), as_of, smallest).to_pylist()
        return {
            (row["part"], row["value"], row["step"]): (row["unique_users"], row["rate"])
            for row in found
        }

    return count


def test_a_person_counts_on_the_first_day_of_a_step(parts):
    viewers = [("a", 1), ("a", 3), ("b", 1), ("c", 3), ("d", 3)]

    found = parts({}, viewers)

    assert found == {
        ("day", "2026-02-17", "view"): (2, 1.0),
        ("day", "2026-02-19", "view"): (2, 1.0),
    }


def test_the_rate_of_a_day_is_over_its_first_step_and_that_of_a_source_over_its_applicants(parts):
    viewers = [("a", 0), ("b", 0), ("x", 0), ("y", 0)]

    found = parts(dict.fromkeys("abc", "friend") | dict.fromkeys("de", None), viewers)

    assert found["day", "2026-02-16", "apply"] == (5, 5 / 4)
    assert found["source", "friend", "view"] == (2, 2 / 3)
    assert found["source", "unknown", "apply"] == (2, 1.0)


def test_without_sources_there_is_no_part_by_source(parts):
    assert {part for part, _, _ in parts(dict.fromkeys("abc"))} == {"day"}


@given(st.dictionaries(st.text("abc", min_size=3, max_size=4), st.sampled_from("pqrst")))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_cell_and_no_rest_of_a_step_is_small(parts, applied):
    cells = parts(applied, smallest=3)
    by_source = [people for (part, _, _), (people, _) in cells.items() if part == "source"]

    assert all(people >= 3 for people in by_source)
    assert not by_source or sum(by_source) == len(applied)
