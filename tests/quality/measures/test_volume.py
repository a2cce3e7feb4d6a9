from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.measures.bands import band_around, usual_band
from quality.measures.volume import days_of, volume_outcome
from quality.rules.options import ValidationOptions

AS_OF = date(2026, 3, 2)
OPTIONS = ValidationOptions()


def history(rows, days=63):
    """Rows of each of the days before the as-of day; ``rows`` is given the day."""
    held = [AS_OF - timedelta(days=back) for back in range(days, 0, -1)]
    return {day: rows(day) for day in held}


def unusual(counts):
    days = days_of(counts, AS_OF, OPTIONS)
    outcome = volume_outcome("events", days, OPTIONS)
    return {str(day.day) for day in days if day.usual and day.rows not in day.usual}, outcome


def test_the_band_of_equal_days_is_a_factor_of_two():
    band = usual_band([4] * 20, 5.0, 2.0)

    assert (band.low, band.high) == (2, 9)


def test_the_band_is_five_robust_deviations_where_that_is_more():
    sizes = np.log1p([50, 100, 200])

    band = usual_band([50, 100, 200], 5.0, 2.0)

    half = 5 * 1.4826 * np.median(np.abs(sizes - np.log(101)))
    assert band.low == max(0, np.ceil(np.exp(np.log(101) - half) - 1))
    assert band.high == np.floor(np.exp(np.log(101) + half) - 1)


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=60))
def test_the_median_is_always_usual(counts):
    # Of an odd number of counts the median is one of them.
    odd = counts if len(counts) % 2 else counts[:-1] or counts
    assert int(np.median(odd)) in usual_band(odd, 5.0, 2.0)


@given(st.floats(0, 15), st.floats(0, 2), st.floats(0, 2))
def test_a_wider_spread_never_narrows_the_band(middle, spread, more):
    narrow = band_around(middle, spread, 5.0, 2.0)
    wide = band_around(middle, spread + more, 5.0, 2.0)

    assert wide.low <= narrow.low
    assert wide.high >= narrow.high


def test_a_day_of_which_half_is_missing_is_found_by_its_weekday():
    counts = history(lambda day: 300 if day.weekday() == 6 else 1_000)
    saturday = AS_OF - timedelta(days=2)
    counts[saturday] = 500

    assert unusual(counts)[0] == {str(saturday)}


def test_a_day_delivered_twice_is_found_by_its_weekday():
    counts = history(lambda day: 300 if day.weekday() == 6 else 1_000)
    sunday = AS_OF - timedelta(days=1)
    counts[sunday] *= 2

    days, outcome = unusual(counts)

    assert days == {str(sunday)}
    assert (outcome.verdict, outcome.checked, outcome.failed) == ("warn", 7, 1)
    assert outcome.found.en.startswith("2026-03-01: 600 events, usually 200 to 450. Ask")
    assert outcome.found.zh.startswith("2026-03-01：600 个事件，通常为 200 至 450。")


def test_a_quiet_sunday_is_usual_where_sundays_are_quiet():
    assert unusual(history(lambda day: 100 if day.weekday() == 6 else 1_000))[0] == set()


def test_a_day_that_is_usually_empty_is_not_judged():
    counts = history(lambda day: 0 if day.weekday() == 6 else 1_000)
    counts[AS_OF - timedelta(days=1)] = 50

    assert unusual(counts)[0] == set()


def test_a_missing_last_day_is_a_day_without_rows():
    counts = history(lambda _: 1_000)
    del counts[AS_OF - timedelta(days=1)]

    assert unusual(counts)[0] == {"2026-03-01"}


@pytest.mark.parametrize("days", [7, 20])
def test_two_weeks_of_history_are_needed(days):
    counts = history(lambda _: 100, days=days) | {AS_OF - timedelta(days=1): 1}

    days, outcome = unusual(counts)

    assert (days, outcome.checked, outcome.verdict) == (set(), 0, "pass")


def test_a_table_that_comes_in_campaigns_has_no_band():
    counts = {AS_OF - timedelta(days=back): 50 for back in (60, 59, 30, 29, 1)}

    assert unusual(counts)[0] == set()


def test_chance_alone_makes_hardly_any_day_of_any_size_unusual():
    rng = np.random.default_rng(1)
    found = sum(
        len(unusual(history(lambda _, usual=usual: int(rng.poisson(usual))))[0])
        for usual in (3, 20, 1_000)
        for _ in range(40)
    )

    assert found <= 840 * 0.01


def test_no_rows_are_no_days():
    assert days_of({}, AS_OF, OPTIONS) == ()
