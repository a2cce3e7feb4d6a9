"""Whom a trial attracts, without telling on anybody."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trials.inputs import carried, complete
from trials.profile import describe_applicants


@pytest.fixture
def profile(table, trial, noon, as_of):
    def describe(regions, buyers=(), *, sources=None, users=True):
        """``regions``: one a applicant; ``buyers``: one a buyer of the category."""
        people = [(f"a{n}", region) for n, region in enumerate(regions)]
        shoppers = [(f"b{n}", region) for n, region in enumerate(buyers)]
        row = trial()
        tables = {
            "trials": table("trials", [row]),
            "items": table(
                "items",
                [
                    {"item_id": item, "merchant_id": "M1", "name": "n", "category": "c"}
                    for item in ("I1", "I9")
                ],
            ),
            "applications": table(
                "applications",
                [
                    {
                        "application_id": user,
                        "trial_id": "T1",
                        "user_id": user,
                        "applied_at": noon(row["opens_on"]),
                        "source": sources[n] if sources else None,
                    }
                    for n, (user, _) in enumerate(people)
                ],
            ),
            "events": table(
                "events",
                [
                    {
                        "event_id": user,
                        "user_id": user,
                        "item_id": "I9",
                        "event_type": "purchase",
                        "occurred_at": noon(row["opens_on"]),
                    }
                    for user, _ in shoppers
                ],
            ),
        }
        if users:
            rows = [{"user_id": user, "region": region} for user, region in people + shoppers]
            tables["users"] = table("users", rows)
        whole = complete(tables)
        found = describe_applicants(whole, carried(whole), as_of, 5)
        return {(row["attribute"], row["value"]): row for row in found.to_pylist()}

    return describe


def test_the_index_compares_applicants_with_buyers_of_the_category(profile):
    north = profile(["N"] * 30 + ["S"] * 10, ["N"] * 10 + ["S"] * 10)["region", "N"]

    assert (north["applicants"], north["applicant_share"], north["buyer_share"]) == (30, 0.75, 0.5)
    assert north["index"] == pytest.approx(150)
    # Wilson for 30 of 40 is 0.5981 to 0.8581; over a buyer share of one half.
    assert (north["low"], north["high"]) == pytest.approx((119.62, 171.62), abs=0.02)


def test_a_band_that_no_buyer_is_in_has_no_index(profile):
    found = profile(["N"] * 6 + ["S"] * 6, ["N"] * 6)

    assert found["region", "S"]["index"] is None
    assert found["region", "S"]["buyer_share"] == 0


def test_people_without_a_value_are_a_band_of_their_own(profile):
    assert profile(["N"] * 6 + [None] * 7)["region", "unknown"]["applicants"] == 7


def test_small_bands_are_merged_and_so_is_the_next_where_they_would_still_be_few(profile):
    found = profile(["N"] * 9 + ["S"] * 6 + ["W"] * 2 + ["E"])

    assert {value: row["applicants"] for (_, value), row in found.items()} == {"N": 9, "other": 9}


@given(st.lists(st.sampled_from("NSWEXYZ"), max_size=40))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_published_band_of_applicants_is_smaller_than_five(profile, regions):
    found = profile(regions)

    assert all(row["applicants"] == 0 or row["applicants"] >= 5 for row in found.values())
    assert sum(row["applicants"] for row in found.values()) in (0, len(regions))


def test_bands_that_all_had_to_be_merged_tell_nothing_and_are_left_out(profile):
    assert profile(["N"] * 9 + ["S"] * 2) == {}
    assert profile(["N"] * 4) == {}
    assert set(profile(["N"] * 9)) == {("region", "N")}


def test_attributes_without_data_are_left_out(profile):
    found = profile([None] * 8, ["N"] * 3, sources=["home"] * 8, users=False)

    assert set(found) == {("source", "home")}
    assert found["source", "home"]["buyer_share"] is None
