import re
from datetime import date

import pytest

from infra.pages.charts import TONES
from infra.pages.day_charts import DayBar, daily

FIRST, LAST = date(2017, 10, 9), date(2017, 12, 3)


@pytest.mark.parametrize(
    ("low", "high", "is_unusual"),
    [(None, None, False), (5, 20, False), (11, 20, True), (5, 9, True), (10, 10, False)],
)
def test_a_day_outside_its_band_is_unusual(low, high, is_unusual):
    assert DayBar(LAST, 10, low, high).is_unusual is is_unusual


def test_an_unusual_day_has_another_colour():
    usual = daily([DayBar(LAST, 10, 5, 20)], first=FIRST, last=LAST)
    unusual = daily([DayBar(LAST, 3, 5, 20)], first=FIRST, last=LAST)

    assert f'fill="{TONES["bad"]}"' not in usual
    assert f'fill="{TONES["bad"]}"' in unusual


def test_the_last_day_and_every_other_week_before_it_are_marked():
    svg = daily([DayBar(LAST, 10)], first=FIRST, last=LAST)

    assert re.findall(r">(\d\d-\d\d)<", svg) == ["12-03", "11-19", "11-05", "10-22"]


def test_a_table_of_empty_days_can_be_drawn():
    assert "<svg" in daily([DayBar(LAST, 0)], first=FIRST, last=LAST)
