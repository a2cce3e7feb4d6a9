"""What an open trial could show with the applicants it has so far."""

import json
from datetime import timedelta

import pytest

from trials.inputs import complete
from trials.outlook import look_ahead
from trials.power import smallest_detectable_effect
from trials.strata import DrawOptions


@pytest.fixture
def outlook(table, trial, noon, as_of):
    def look(applicants, *, buyers=(), quotas=None, units=20, smallest=5, **changes):
        """``applicants``: user to region, who applied on the day before."""
        opens, closes = as_of - timedelta(days=3), as_of + timedelta(days=3)
        dates = {"opens_on": opens, "closes_on": closes, "reports_due_on": closes} | changes
        row = trial(units=units, quotas=json.dumps(quotas) if quotas else None, **dates)
        yesterday = noon(as_of - timedelta(days=1))
        people = [{"user_id": user, "region": region} for user, region in applicants.items()]
        applications = [
            {
                "application_id": f"{user}-{n}",
                "trial_id": "T1",
                "user_id": user,
                "applied_at": yesterday,
            }
            for user in applicants
            for n in range(2)
        ]
        bought = [
            {
                "event_id": user,
                "user_id": user,
                "item_id": "I1",
                "event_type": "purchase",
                "occurred_at": yesterday,
            }
            for user in buyers
        ]
        tables = {
            "trials": table("trials", [row]),
            "users": table("users", people),
            "applications": table("applications", applications),
            "events": table("events", bought),
        }
        return look_ahead(complete(tables), as_of, DrawOptions(), smallest).to_pylist()

    return look


def of_regions(**counts):
    return {f"{region}{n:03d}": region for region, count in counts.items() for n in range(count)}


def test_the_smallest_effect_is_that_of_a_draw_among_the_applicants_so_far(outlook):
    people = of_regions(N=100)

    (row,) = outlook(people, buyers=list(people)[:9])

    # 20 units: 6 core, 12 band among 36, 24 losers of whom a fifth (5) wait.
    assert row["applicants"] == 100
    assert row["smallest_detectable_effect"] == smallest_detectable_effect(9.5 / 101, 12, 19)


def test_a_trial_with_a_unit_for_everybody_can_show_nothing(outlook):
    (row,) = outlook(of_regions(N=20))

    assert row["smallest_detectable_effect"] is None


@pytest.mark.parametrize("n", [0, 4])
def test_few_applicants_are_not_told(outlook, n):
    (row,) = outlook(of_regions(N=n))

    assert (row["applicants"], row["smallest_detectable_effect"]) == (None, None)


def test_quotas_that_are_short_are_named_and_few_people_are_not_counted(outlook):
    quotas = [
        {"attribute": "region", "value": "N", "min": 9, "max": 12},
        {"attribute": "region", "value": "S", "min": 9},
        {"attribute": "region", "value": "W", "min": 1},
        {"attribute": "is_newcomer", "value": True, "min": 21},
    ]

    (row,) = outlook(of_regions(N=30, S=8, W=4), quotas=quotas)

    found = [(it["applicants"], it["max"], it["is_short"]) for it in json.loads(row["quotas"])]
    # All are newcomers, but there are fewer units than the minimum.
    assert found == [
        (30, 12, False),
        (8, None, True),
        (None, None, False),
        (42, None, True),
    ]


@pytest.mark.parametrize(("opens", "closes"), [(0, 3), (-9, -1)])
def test_a_trial_that_is_not_open_has_no_outlook(outlook, as_of, opens, closes):
    dates = {
        name: as_of + timedelta(days=days)
        for name, days in (("opens_on", opens), ("closes_on", closes))
    }

    assert outlook(of_regions(N=9), **dates) == []
