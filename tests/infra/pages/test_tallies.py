from datetime import date

import pyarrow as pa

from infra.pages.tallies import (
    count_by,
    people_by,
    rows_a_person,
    top_needs,
    with_return_period,
)


def test_counts_are_ordered_by_size_then_name():
    table = pa.table({"slot": ["b", "a", "c", "c"]})

    assert list(count_by(table, "slot").items()) == [("c", 2), ("a", 1), ("b", 1)]


def test_a_person_counts_once_for_each_value():
    table = pa.table({"slot": ["a", "a", "b"], "user_id": ["u1", "u1", "u1"]})

    assert people_by(table, "slot") == {"a": 1, "b": 1}


def test_people_are_counted_by_the_length_of_their_list():
    table = pa.table({"user_id": ["u1", "u1", "u2", "u3", "u3"]})

    assert rows_a_person(table) == {2: 2, 1: 1}


def test_a_return_day_falls_into_its_period():
    days = [date(2017, 12, 11), date(2017, 12, 12), date(2018, 3, 6), date(2017, 12, 1), None]
    table = pa.table({"may_return_on": pa.array(days, pa.date32())})

    periods = with_return_period(table, date(2017, 12, 4))["period"].to_pylist()

    assert periods == ["week", "fortnight", "later", "week", "never"]


def test_the_needs_with_most_buyers_come_first():
    calendar = pa.table({"need_group": ["a", "b", "b"], "expected_buyers": [3.0, 2.0, 2.0]})

    assert top_needs(calendar, 1) == ["b"]
