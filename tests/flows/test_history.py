"""Tests for flows.history."""

from datetime import date

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from flows.history import before, extended, latest, remembered, split_by_day

MONDAY, TUESDAY, WEDNESDAY = date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7)


def table(*values):
    return pa.table({"value": pa.array(values, pa.int64())})


def values(rows):
    return None if rows is None else rows["value"].to_pylist()


def test_a_day_sees_only_the_days_before_it():
    history = extended(extended(None, table(1), MONDAY), table(2), TUESDAY)

    assert values(before(history, TUESDAY)) == [1]
    assert values(before(history, MONDAY)) == []


def test_running_a_day_again_replaces_its_own_rows():
    history = extended(extended(None, table(1), MONDAY), table(2), TUESDAY)

    assert values(extended(history, table(3), TUESDAY)) == [1, 3]


def test_the_latest_day_is_the_last_one_remembered():
    history = extended(extended(None, table(1), MONDAY), table(2, 3), WEDNESDAY)

    assert values(latest(history)) == [2, 3]
    assert latest(before(history, MONDAY)) is None


def test_a_table_the_run_did_not_make_is_remembered_as_it_was():
    earlier = {"selection": extended(None, table(1), MONDAY)}

    state = remembered(earlier, {"validation_report": table(7)}, TUESDAY)

    assert values(state["selection"]) == [1]
    assert values(state["validation_report"]) == [7]


def test_a_table_nobody_builds_on_is_not_remembered():
    assert remembered({}, {"recommendations": table(1)}, MONDAY) == {}


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_replaying_days_in_order_leaves_each_day_once(order):
    history = None
    for day in order:
        history = extended(history, table(day), date(2026, 1, 1 + day))

    days = [values(rows)[0] for rows in split_by_day(history)]
    assert days == sorted(set(days))
    assert days[-1] == order[-1]
