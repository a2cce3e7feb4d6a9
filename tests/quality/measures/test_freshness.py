from datetime import date, timedelta

import pytest

from quality.measures.freshness import fresh_outcome, usual_silence
from quality.rules.options import ValidationOptions
from quality.tables import INPUTS

AS_OF = date(2026, 3, 2)
OPTIONS = ValidationOptions()


def days(*back):
    return [AS_OF - timedelta(days=n) for n in sorted(back, reverse=True)]


def fresh(table, held, earlier=()):
    return fresh_outcome(INPUTS[table], held, earlier, AS_OF, OPTIONS)


def test_a_required_table_that_is_silent_for_longer_than_three_days_is_a_warning():
    outcome = fresh("events", days(*range(5, 30)))

    assert (outcome.verdict, outcome.dimension) == ("warn", "timeliness")
    assert outcome.found.en.startswith("no rows for 4 days, since 2026-02-25; at most 3 days are")
    assert outcome.found.zh.startswith("自 2026-02-25 起已 4 天没有数据，通常至多 3 天。")


@pytest.mark.parametrize("silent", [0, 3])
def test_three_days_of_silence_are_none(silent):
    assert fresh("events", days(*range(silent + 1, 30))).verdict == "pass"


def test_another_table_may_be_silent_for_twice_its_longest_silence():
    # Rows every eighth day: seven days of silence in between.
    weekly = [8 * n for n in range(1, 20)]

    assert fresh("reports", days(*(n + 7 for n in weekly))).verdict == "pass"
    assert fresh("reports", days(*(n + 8 for n in weekly))).verdict == "warn"


def test_a_source_that_delivers_once_a_week_was_as_old_on_earlier_runs():
    daily = days(*range(6, 60))

    assert fresh("reports", daily).verdict == "warn"
    assert fresh("reports", daily, earlier=[30.0, 150.0, 60.0]).verdict == "pass"


def test_a_required_table_is_judged_from_its_first_day():
    assert fresh("events", days(*range(5, 9))).verdict == "warn"


def test_a_row_of_long_ago_excuses_no_silence():
    assert fresh("reports", [date(1, 1, 1), *days(*range(6, 60))]).verdict == "warn"


def test_a_young_table_is_not_judged():
    outcome = fresh("reports", days(*range(10, 20)))

    assert (outcome.verdict, outcome.checked) == ("pass", 0)


def test_a_table_without_rows_is_judged_by_other_rules():
    assert fresh("events", []).checked == 0


def test_the_options_set_the_least_silence():
    assert usual_silence(days(1, 2), [], ValidationOptions(stale_days=9)) == 9
