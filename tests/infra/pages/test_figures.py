import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from infra.pages.figures import (
    UNKNOWN,
    decimal,
    interval,
    percent,
    points,
    round_ticks,
    signed,
    whole,
)


@pytest.mark.parametrize("write", [whole, decimal, signed, percent, points])
def test_an_unknown_number_is_a_dash(write):
    assert write(None) == UNKNOWN


def test_an_interval_without_an_end_is_a_dash():
    assert interval(0.1, None) == UNKNOWN


def test_a_share_is_written_as_a_percentage():
    assert (percent(0.25), percent(0.123456, 2), percent(0.0, 2)) == ("25%", "12.35%", "0%")


@given(st.floats(0, 1), st.integers(0, 2))
@example(0.005, 0)
@example(0.995, 0)
def test_only_nothing_is_0_percent_and_only_all_is_100(share, places):
    written = percent(share, places)

    assert (written == percent(0.0, places)) == (share == 0)
    assert (written == percent(1.0, places)) == (share == 1)


def test_a_difference_is_written_in_points_with_its_sign():
    assert (points(0.1), points(-0.052)) == ("+10.0", "−5.2")


@given(st.floats(0.001, 1e9))
def test_a_scale_has_few_round_marks(high):
    ticks = round_ticks(high)

    assert 2 < len(ticks) <= 6
    assert ticks[0] == 0
    assert ticks[-1] <= high + 1e-6
