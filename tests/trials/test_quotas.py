"""Quotas are read strictly: a mistake is named, never guessed at."""

import json

import pyarrow as pa
import pytest

from quality.errors import ContractError
from trials.quotas import Quota, members, parse_quotas


def parse(*entries):
    return parse_quotas("T7", json.dumps(list(entries)), 20)


@pytest.mark.parametrize("document", [None, "", "  ", "[]"])
def test_no_quotas_is_no_quotas(document):
    assert parse_quotas("T7", document, 20) == ()


def test_a_missing_minimum_is_zero_and_a_missing_maximum_the_units():
    (quota,) = parse({"attribute": "region", "value": "N"})

    assert (quota.low, quota.high, quota.name) == (0, 20, "region=N")


def test_a_minimum_above_the_units_is_read_and_left_to_the_selection():
    (quota,) = parse({"attribute": "region", "value": "N", "min": 50})

    assert (quota.low, quota.high) == (50, 50)


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ("{", "JSON"),
        ('{"attribute": "region"}', "list"),
        ('[{"attribute": "region"}]', "attribute, value"),
        ('[{"attribute": "region", "value": "N", "minimum": 3}]', "minimum"),
        ('[{"attribute": "rating", "value": "5"}]', "rating"),
        ('[{"attribute": "household_id", "value": "h"}]', "household_id"),
        ('[{"attribute": "region", "value": "N", "min": 5, "max": 3}]', "min <= max"),
        ('[{"attribute": "region", "value": "N", "min": 1.5}]', "whole"),
        ('[{"attribute": "region", "value": "N", "min": true}]', "whole"),
        ('[{"attribute": "region", "value": "N", "min": -1}]', "whole"),
        ('[{"attribute": "region", "value": "N"}, {"attribute": "region", "value": "N"}]', "twice"),
    ],
)
def test_a_broken_quota_names_the_trial_and_the_fault(document, named):
    with pytest.raises(ContractError, match="trial T7") as caught:
        parse_quotas("T7", document, 20)

    assert named in str(caught.value)


def test_truth_values_and_numbers_match_as_they_are_written():
    (yes,) = parse({"attribute": "is_newcomer", "value": True})
    (year,) = parse({"attribute": "birth_year", "value": 1990})
    people = pa.table({"is_newcomer": [True, False, None], "birth_year": [1990, None, 1991]})

    assert members(people, yes).tolist() == [True, False, False]
    assert members(people, year).tolist() == [True, False, False]


def test_nobody_without_the_value_is_a_member():
    quota = Quota(trial_id="T", attribute="region", value="N", low=0, high=1)

    assert members(pa.table({"region": pa.array([None, "S"], pa.string())}), quota).sum() == 0
