"""How far awards have come, case by case."""

from datetime import date, timedelta

import pytest

from trials.award_states import ReminderOptions, follow_awards
from trials.inputs import complete


@pytest.fixture
def followed(table, trial, noon, as_of):
    """Follow one award: days from the as-of day to delivery, due day and report; None for none."""

    def follow(*, delivered=-20, due=20, reported=None, discloses=False, has_deliveries=True):
        row = trial(
            "T0",
            opens_on=date(2026, 1, 1),
            closes_on=date(2026, 1, 9),
            reports_due_on=as_of + timedelta(days=due),
        )
        award = {
            "trial_id": "T0",
            "user_id": "me",
            "awarded_at": noon(date(2026, 1, 10)),
            "delivered_on": None if delivered is None else as_of + timedelta(days=delivered),
        }
        report = {
            "report_id": "r",
            "trial_id": "T0",
            "item_id": "I1",
            "user_id": "me",
            "submitted_at": noon(as_of + timedelta(days=reported or 0)),
            "rating": 3.0,
            "text": "ok",
            "has_disclosure": discloses,
        }
        tables = complete(
            {
                "trials": table("trials", [row]),
                "awards": table("awards", [award]),
                "reports": table("reports", [report] if reported is not None else []),
            }
        )
        found = follow_awards(
            tables, as_of=as_of, has_deliveries=has_deliveries, options=ReminderOptions()
        )
        (state,) = found["award_states"].to_pylist()
        return state, found["report_reminders"].to_pylist()

    return follow


@pytest.mark.parametrize(
    ("case", "state"),
    [
        ({}, "delivered"),
        ({"delivered": None}, "awarded"),
        ({"delivered": 3}, "awarded"),
        ({"delivered": None, "has_deliveries": False}, "delivered"),
        ({"delivered": None, "due": -5}, "awarded"),
        ({"due": 7}, "delivered"),
        ({"due": 6}, "due"),
        ({"due": 0}, "due"),
        ({"due": -1}, "late"),
        ({"due": -1, "reported": -9}, "submitted"),
        ({"due": -9, "reported": -1, "discloses": True}, "disclosed"),
    ],
)
def test_an_award_is_as_far_as_its_unit_and_its_report(followed, case, state):
    found, reminders = followed(**case)

    assert found["state"] == state
    assert len(reminders) == (state in ("due", "late"))


def test_a_report_is_on_time_or_not_and_nothing_without_one(followed):
    assert followed(due=-9, reported=-9)[0]["is_on_time"]
    assert not followed(due=-9, reported=-8)[0]["is_on_time"]
    assert followed()[0]["is_on_time"] is None


def test_a_reminder_names_the_day_and_how_many_are_left_or_gone(followed):
    (due,), (late,) = followed(due=3)[1], followed(due=-4)[1]

    assert (due["days_left"], late["days_left"]) == (3, -4)
    assert due["sentence_en"] == "Your trial report is due on 2026-03-05, in 3 days."
    assert "还有 3 天" in due["sentence_zh"]
    assert "2026-02-26 and is 4 days late" in late["sentence_en"]
    assert "逾期 4 天" in late["sentence_zh"]


def test_awards_of_trials_long_past_are_left_out(followed):
    with pytest.raises(ValueError, match="unpack"):
        followed(due=-366)
