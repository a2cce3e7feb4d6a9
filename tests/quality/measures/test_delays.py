from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from quality.measures.delay_outcomes import late_outcome, vanished_outcome
from quality.measures.delays import compare_days
from quality.rules.options import ValidationOptions

AS_OF, LAST = date(2026, 3, 2), date(2026, 3, 1)
OPTIONS = ValidationOptions()


def days(rows, first=date(2026, 2, 1)):
    return {first + timedelta(days=n): count for n, count in enumerate(rows) if count}


def test_rows_of_days_before_the_last_run_that_were_not_there_are_late():
    then = {date(2026, 2, 27): 100, date(2026, 2, 28): 80}
    now = {date(2026, 2, 27): 100, date(2026, 2, 28): 100, date(2026, 3, 1): 90}

    delays = compare_days(now, then, AS_OF, LAST)

    assert delays.late == {date(2026, 2, 28): 20}
    assert (delays.late_rows, delays.vanished_rows, delays.earlier_rows) == (20, 0, 180)


def test_rows_that_are_gone_have_vanished():
    then = days([10, 10, 10, 10])
    now = {**then, date(2026, 2, 3): 4}
    del now[date(2026, 2, 4)]

    delays = compare_days(now, then, AS_OF, LAST)

    assert delays.vanished == {date(2026, 2, 3): 6, date(2026, 2, 4): 10}


def test_a_window_that_moves_with_the_day_loses_nothing():
    then, now = days([10] * 28), days([10] * 28, first=date(2026, 2, 2))

    assert compare_days(now, then, AS_OF, LAST).vanished_rows == 0


def test_a_window_that_lost_more_days_than_have_passed_lost_rows():
    then, now = days([10] * 28), days([10] * 25, first=date(2026, 2, 4))

    vanished = compare_days(now, then, AS_OF, LAST).vanished

    assert vanished == {date(2026, 2, 2): 10, date(2026, 2, 3): 10}


def test_a_table_that_lost_every_row_lost_all_but_the_days_that_moved_out():
    assert compare_days({}, days([10] * 28), AS_OF, LAST).vanished_rows == 270


def test_a_table_that_the_last_run_did_not_have_is_not_compared():
    assert compare_days(days([1]), {}, AS_OF, LAST) is None


counts = st.lists(st.integers(0, 50), min_size=28, max_size=28).filter(lambda rows: rows[0])


@given(counts, counts)
def test_what_came_late_less_what_vanished_is_what_was_gained(then, now):
    delays = compare_days(days(now), days(then), AS_OF, LAST)

    assert delays.late_rows - delays.vanished_rows == sum(now) - sum(then)


@given(counts)
def test_the_same_delivery_has_neither(rows):
    delays = compare_days(days(rows), days(rows), AS_OF, LAST)

    assert (delays.late_rows, delays.vanished_rows) == (0, 0)


def test_more_than_one_in_a_hundred_late_rows_is_a_warning_that_names_days_and_files():
    then, now = days([100] * 28), days([100] * 26 + [150, 100])

    outcome = late_outcome(
        "events",
        compare_days(now, then, AS_OF, LAST),
        2_850,
        ["late.csv", "all.csv"],
        AS_OF,
        OPTIONS,
    )

    assert (outcome.verdict, outcome.checked, outcome.failed) == ("warn", 2_850, 50)
    assert outcome.found.en.startswith(
        "50 rows came after the last run: 50 of 2026-02-27. Rows of those days are in late.csv,"
    )
    assert outcome.sample == '[{"day": "2026-02-27", "rows": 50}]'


def test_few_late_rows_are_told_and_let_pass():
    then, now = days([100] * 28), days([100] * 27 + [120])

    outcome = late_outcome(
        "events", compare_days(now, then, AS_OF, LAST), 2_820, [], AS_OF, OPTIONS
    )

    assert (outcome.verdict, outcome.failed) == ("pass", 20)


def test_late_rows_of_months_ago_do_not_warn():
    long_ago = date(2025, 11, 1)
    then = {long_ago: 5, **days([100] * 28)}

    delays = compare_days({**then, long_ago: 5_000}, then, AS_OF, LAST)

    assert delays.late_rows == 4_995
    assert late_outcome("events", delays, 2_800, [], AS_OF, OPTIONS).failed == 0


def test_more_than_one_in_a_thousand_vanished_rows_is_a_warning():
    then = days([100] * 28)

    few = vanished_outcome(
        "events", compare_days(days([100] * 27 + [98]), then, AS_OF, LAST), OPTIONS
    )
    many = vanished_outcome(
        "events", compare_days(days([100] * 27 + [97]), then, AS_OF, LAST), OPTIONS
    )

    assert (few.verdict, few.failed) == ("pass", 2)
    assert (many.verdict, many.failed, many.dimension) == ("warn", 3, "completeness")
    assert many.found.zh.startswith("上次的数据中有 3 行已消失：2026-02-28 有 3 行。")


def test_many_days_are_named_by_the_largest():
    then, now = days([10] * 28), days([1, 2, 3, 4, 5, 6, 7, *[10] * 21])

    found = vanished_outcome("events", compare_days(now, then, AS_OF, LAST), OPTIONS).found

    assert "42 rows" in found.en
    assert "9 of 2026-02-01, 8 of 2026-02-02" in found.en
    assert "and 2 more days" in found.en


def test_the_first_run_judges_nothing():
    late = late_outcome("events", None, 100, [], AS_OF, OPTIONS)
    vanished = vanished_outcome("events", None, OPTIONS)

    assert [outcome.checked for outcome in (late, vanished)] == [0, 0]
    assert [outcome.verdict for outcome in (late, vanished)] == ["pass", "pass"]
