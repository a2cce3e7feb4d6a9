import re
from datetime import date
from itertools import pairwise

import pytest

from infra.pages import vega
from infra.pages.charts import (
    TONES,
    Bar,
    Span,
    Stack,
    Strip,
    bars,
    scatter,
    spans,
    spark,
    stacks,
    strips,
)
from infra.pages.day_charts import DayBar, daily
from infra.pages.words import Words


def _all():
    return {
        "bars": bars([Bar("a", 3, "3"), Bar(Words("乙", "b"), 1, "1", "bad")]),
        "diverging": bars([Bar("a", -0.5, "−0.5"), Bar("b", 1, "1")], domain=(-1, 1)),
        "stacks": stacks([Stack("a", (("main", 3.0), ("bad", 1.0)), "75%")]),
        "spans": spans([Span("a", 0.1, 0.4, (("main", 0.2),), "20%")], domain=(0, 1), ticks=(0, 0.5), form="~%"),
        "scatter": scatter([(1, 0.5, "main")], across=(0, 2), up=(0, 1), ticks=((0, 1), (0, 1))),
        "spark": spark([1, 2, 3]),
        "strips": strips([Strip("a", (None, 0, 5), "3")]),
        "daily": daily([DayBar(date(2017, 12, 3), 7, 2, 9)], first=date(2017, 11, 1), last=date(2017, 12, 3)),
    }  # fmt: skip


def test_a_chart_needs_no_style_no_script_and_no_id():
    for name, svg in _all().items():
        assert not re.search(r"\sstyle=|<style|<script|\son\w+=|\sid=|href=|url\(", svg), name


def test_the_same_rows_give_the_same_bytes():
    first = _all()
    vega._rendered.cache_clear()

    assert _all() == first


def test_bars_are_as_long_as_their_numbers():
    svg = bars([Bar("a", 30, "30"), Bar("b", 10, "10")])
    lengths = [float(n) for n in re.findall(r'd="M0,[\d.]+h([\d.]+)v', svg) if float(n) < 398]

    assert lengths[0] == pytest.approx(3 * lengths[1])


def test_rows_stand_in_the_order_given():
    svg = bars([Bar(label, 1, "") for label in ("z", "m", "a")])
    heights = [float(n) for n in re.findall(r"translate\(0,([\d.]+)\)[^>]*>[zma]<", svg)]

    assert all(upper < lower for upper, lower in pairwise(heights))
    assert re.findall(r">([zma])<", svg) == ["z", "m", "a"]


def test_a_label_in_two_languages_becomes_two_texts():
    svg = bars([Bar(Words("洗衣液", "detergent"), 1, "1")])

    assert re.search(r'<text class="zh" lang="zh-CN"[^>]*>洗衣液</text>', svg)
    assert re.search(r'<text class="en" lang="en"[^>]*>detergent</text>', svg)


@pytest.mark.parametrize("hostile", ["</text><script>alert(1)</script>", '"><img src=x>', "a␟b␟c"])
def test_a_hostile_label_is_only_text(hostile):
    svg = bars([Bar(hostile, 1, "1")])

    assert "<script" not in svg
    assert "<img" not in svg
    assert "␟" not in svg


def test_marks_that_turn_text_around_are_left_out():
    svg = bars([Bar("left\u202eright\x00", 1, "1")])

    assert "leftright" in svg


def test_a_long_label_is_cut_to_the_line():
    svg = bars([Bar("洗" * 100, 1, "1")])

    assert re.search(r">洗{27}…<", svg)


def test_nothing_but_zero_can_be_drawn():
    assert "<svg" in bars([Bar("a", 0, "0")])


def test_a_strip_has_a_square_a_value_and_a_gap_for_none():
    svg = strips([Strip("a", (0, None, 5, 5), "3")])

    squares = [svg.count(f'fill="{TONES[f"heat-{heat}"]}"') for heat in (0, 5)]
    assert squares == [1, 2]


def test_a_fall_shows_once_the_bottom_is_raised():
    def drop(svg):
        return float(re.search(r'd="M0,0L90,([\d.]+)"', svg)[1])

    assert drop(spark([97, 81])) < 3
    assert drop(spark([97, 81], low=70)) > 10
