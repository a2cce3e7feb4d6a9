"""One person, many ids."""

import json
from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.identities import by_person, persons_of
from trials.inputs import complete
from trials.recruiting import RecruitOptions, recruit
from trials.verification import verify_draw

OPTIONS = RecruitOptions(draw_secret="a secret of the shop")


@pytest.fixture
def identified(table):
    """Make ``identities`` from pairs of an id and the id it leads to."""

    def make(*pairs):
        return table("identities", [{"raw_id": raw, "user_id": user} for raw, user in pairs])

    return make


def leads(persons):
    return dict(zip(persons["raw_id"].to_pylist(), persons["user_id"].to_pylist(), strict=True))


def test_ids_lead_over_any_number_of_steps_to_the_account_that_leads_nowhere(identified):
    persons = persons_of(identified(("phone", "card"), ("card", "zoe"), ("web", "zoe"), ("x", "y")))

    assert leads(persons) == {"phone": "zoe", "card": "zoe", "web": "zoe", "x": "y"}


def test_ids_that_lead_in_a_circle_are_the_smallest_and_an_id_may_lead_to_itself(identified):
    persons = persons_of(identified(("b", "c"), ("c", "b"), ("d", "c"), ("e", "e")))

    assert leads(persons) == {"c": "b", "d": "b"}
    assert len(persons_of(identified())) == 0


@given(st.dictionaries(st.integers(0, 12), st.integers(0, 12), max_size=12))
def test_whoever_is_led_to_is_the_same_person_and_nobody_else_is(steps):
    pairs = pa.table(
        {
            "raw_id": pa.array([f"{raw:02}" for raw in steps], pa.string()),
            "user_id": pa.array([f"{user:02}" for user in steps.values()], pa.string()),
        }
    )
    person = leads(persons_of(pairs))

    def component(one):
        met, fresh = {one}, {one}
        while fresh:
            fresh = {b for a, b in steps.items() if a in fresh} | {
                a for a, b in steps.items() if b in fresh
            }
            fresh, met = fresh - met, met | fresh
        return {f"{other:02}" for other in met}

    for one in set(steps) | set(steps.values()):
        whole = component(one)
        assert {person.get(other, other) for other in whole} <= whole
        assert len({person.get(other, other) for other in whole}) == 1


def test_what_was_done_under_a_device_counts_for_the_person(table, noon, as_of, identified):
    tables = complete(
        {
            "identities": identified(("phone", "zoe")),
            "users": table("users", [{"user_id": "zoe", "region": "N"}, {"user_id": "phone"}]),
            "events": table(
                "events",
                [
                    {
                        "event_id": "e",
                        "user_id": "phone",
                        "item_id": "I1",
                        "event_type": "share",
                        "occurred_at": noon(as_of),
                    }
                ],
            ),
            "awards": table(
                "awards",
                [
                    {"trial_id": "T", "user_id": who, "awarded_at": noon(as_of)}
                    for who in ("phone", "zoe")
                ],
            ),
        }
    )

    found = by_person(tables).tables

    assert found["events"]["user_id"].to_pylist() == ["zoe"]
    assert found["users"].to_pylist() == tables["users"].to_pylist()[1:]
    assert found["awards"]["user_id"].to_pylist() == ["zoe"]
    assert {name: rows.schema for name, rows in found.items()} == {
        name: rows.schema for name, rows in tables.items()
    }


def test_one_person_with_many_devices_has_one_lot_and_the_others_are_refused(
    random_tables, as_of, table, noon, identified
):
    tables = random_tables(3, households=False)
    asked = tables["applications"].to_pylist()
    of_trial = [row for row in asked if row["trial_id"] == "T1"]
    first, second = of_trial[0]["user_id"], of_trial[1]["user_id"]
    earlier = noon(as_of - timedelta(days=6))
    again = [
        row | {"application_id": f"{device}-{row['user_id']}", "user_id": device, "applied_at": at}
        for device, row, at in (
            ("phone", of_trial[0], earlier),
            ("web", of_trial[0], noon(as_of - timedelta(days=2))),
            ("card", of_trial[1], earlier),
        )
    ]
    # One applied as herself and under two devices, the other under a card alone.
    rest = [row for row in asked if row is not of_trial[1]]
    changed = tables | {
        "applications": table("applications", [*rest, *again]),
        "identities": identified(("phone", first), ("web", first), ("card", second)),
    }
    plain = recruit(tables, as_of=as_of, options=OPTIONS)

    found = recruit(changed, as_of=as_of, options=OPTIONS)

    rows = found["selection"].filter(pc.equal(found["selection"]["trial_id"], "T1")).to_pylist()
    refused = [row["user_id"] for row in rows if row["reason_code"] == "duplicate_person"]
    assert refused == ["phone", "web"]
    users = [row["user_id"] for row in rows]
    assert users.count(first) == users.count(second) == 1
    assert "card" not in users
    arms = {
        row["user_id"]: row["arm"]
        for row in plain["selection"].to_pylist()
        if row["trial_id"] == "T1"
    }
    assert {row["user_id"]: row["arm"] for row in rows if row["user_id"] not in refused} == arms
    certificate = found["draw_certificate"].to_pylist()[0]
    assert json.loads(certificate["eligibility"])["refused"]["duplicate_person"] == 2
    assert verify_draw(certificate, found["selection"]) == ()
