"""What is known of an applicant, counted by hand; nothing later than the closing of applications."""

import math
from datetime import UTC, date, datetime, time, timedelta

import pytest

from quality.tables.outputs import NEED_STATES_TABLE
from trials.facts import gather_facts, trials_to_draw
from trials.inputs import complete

LONG = "我家有两只猫，一直想试试这个牌子"


@pytest.fixture
def facts(table, trial, noon, as_of):
    row = trial()
    closed = row["closes_on"]

    def gather(*, events=(), reports=(), applications=(), users=(), **changes):
        """Events: (type, item, days before closing, user); reports: (text, photos, days before)."""
        old = trial("T0", closes_on=date(2025, 1, 1), reports_due_on=date(2025, 2, 1))
        asked = [("T1", "me", None), *applications]
        whole = complete(
            {
                "trials": table("trials", [row | changes, old]),
                "items": table(
                    "items",
                    [
                        {"item_id": item, "merchant_id": "M", "name": "n", "category": category}
                        for item, category in (
                            ("I1", "home/soap"),
                            ("I2", "bath/soap"),
                            ("I3", "x"),
                        )
                    ],
                ),
                "users": table("users", [{"user_id": u, "household_id": h} for u, h in users]),
                "applications": table(
                    "applications",
                    [
                        {
                            "application_id": f"a{n}",
                            "trial_id": trial_id,
                            "user_id": user,
                            "applied_at": noon(closed),
                            "statement": statement,
                        }
                        for n, (trial_id, user, statement) in enumerate(asked)
                    ],
                ),
                "events": table(
                    "events",
                    [
                        {
                            "event_id": f"e{n}",
                            "user_id": user,
                            "item_id": item,
                            "event_type": kind,
                            "occurred_at": noon(closed - timedelta(days=days)),
                        }
                        for n, (kind, item, days, user) in enumerate(events)
                    ],
                ),
                "reports": table(
                    "reports",
                    [
                        {
                            "report_id": f"r{n}",
                            "trial_id": "T0",
                            "item_id": "I1",
                            "user_id": "me",
                            "submitted_at": noon(closed - timedelta(days=days)),
                            "rating": 1.0,
                            "text": text,
                            "photo_count": photos,
                        }
                        for n, (text, photos, days) in enumerate(reports)
                    ],
                ),
            }
        )
        found = gather_facts(
            whole,
            trials_to_draw(whole, as_of),
            NEED_STATES_TABLE.empty(),
            as_of=as_of,
            letters_saturation=300.0,
            has_deliveries=False,
        )
        return {row["user_id"]: row for row in found.to_pylist()}

    return gather


def test_days_of_orders_and_of_the_need_are_counted_up_to_the_closing(facts):
    me = facts(
        events=[
            ("purchase", "I1", 3, "me"),
            ("purchase", "I3", 3, "me"),
            ("purchase", "I2", 9, "me"),
            ("purchase", "I1", 400, "me"),
            ("purchase", "I1", -1, "me"),
            ("view", "I1", 1, "me"),
            ("share", "I3", 1, "me"),
            ("share", "I3", 1, "me"),
            ("purchase", "I1", 1, "you"),
        ]
    )["me"]

    assert (me["order_days"], me["need_days"], me["shares"]) == (2, 2, 2)
    assert me["is_recent_buyer"]


def test_a_recent_buyer_bought_this_item_within_thirty_days(facts):
    assert not facts(events=[("purchase", "I2", 3, "me")])["me"]["is_recent_buyer"]
    assert not facts(events=[("purchase", "I1", 31, "me")])["me"]["is_recent_buyer"]


def test_reports_count_letters_and_at_most_three_photographs(facts):
    me = facts(reports=[("a" * 300, 9, 5), ("好" * 100, 1, 5), ("later", 3, -1)])["me"]

    detail, photos = 2 * (1 - math.exp(-1)), (1 + 3) / 3
    assert me["reports_written"] == 2
    assert me["useful_micro"] == pytest.approx(1e6 * (0.7 * detail + 0.3 * photos), abs=1)


def test_a_statement_of_three_people_is_copied_and_a_short_one_is_not(facts):
    copies = [
        ("T1", user, text) for text in (f" {LONG}", "想要") for user in (text + "a", text + "b")
    ]
    third = [("T1", "c", LONG), ("T1", "d", "想要")]

    found = facts(applications=copies + third)

    assert {user for user, row in found.items() if row["is_statement_copied"]} == {
        f" {LONG}a",
        f" {LONG}b",
        "c",
    }


def test_whoever_applied_twice_is_one_applicant(facts):
    found = facts(applications=[("T1", "me", None), ("T0", "me", None)])

    assert list(found) == ["me"]
    assert found["me"]["other_applications"] == 1


def test_an_application_minutes_after_the_opening_or_after_another_is_quick(table, trial, as_of):
    opened = datetime.combine(trial()["opens_on"], time(), UTC)
    seconds = {
        "at midnight": [0, 0],
        "soon": [30, 9000],
        "late": [601, 9000],
        "in a burst": [9000, 9060],
        "at once": [9000, 9000],
        "later": [9000, 9061],
    }
    trials = [trial("T1"), trial("T2")]
    whole = complete(
        {
            "trials": table("trials", trials),
            "applications": table(
                "applications",
                [
                    {
                        "application_id": f"{one['trial_id']}{user}",
                        "trial_id": one["trial_id"],
                        "user_id": user,
                        "applied_at": opened + timedelta(seconds=after[number]),
                    }
                    for user, after in seconds.items()
                    for number, one in enumerate(trials)
                ],
            ),
        }
    )

    found = gather_facts(
        whole,
        trials_to_draw(whole, as_of),
        NEED_STATES_TABLE.empty(),
        as_of=as_of,
        letters_saturation=300.0,
        has_deliveries=False,
    )

    quick = {row["user_id"]: row["quick_applications"] for row in found.to_pylist()}
    assert quick == {
        "at midnight": 0,
        "soon": 1,
        "late": 0,
        "in a burst": 1,
        "at once": 0,
        "later": 0,
    }


def test_a_household_is_counted_by_its_applicants(facts):
    found = facts(
        applications=[("T1", "you", None), ("T1", "she", None)],
        users=[("me", "h"), ("you", "h"), ("she", None), ("absent", "h")],
    )

    counts = {user: row["household_applicants"] for user, row in found.items()}
    assert counts == {"me": 2, "you": 2, "she": 1}
