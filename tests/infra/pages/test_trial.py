"""A trial's page before the draw and after it."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from infra.pages import render_merchant


@pytest.fixture(scope="module")
def page(pages):
    return next(body for name, body in pages.items() if name.startswith("merchants/m1/runs/") and name.endswith("/index.html"))  # fmt: skip


@pytest.fixture(scope="module")
def still_open(page, section_of):
    return section_of(page, "trial-2")


@pytest.fixture(scope="module")
def drawn(page, section_of):
    return section_of(page, "trial-1")


def test_an_open_trial_says_what_a_draw_could_show_so_far(still_open):
    assert "Applicants so far 44" in still_open
    assert "Smallest detectable effect 23.0" in still_open
    assert "Seed" not in still_open


def test_an_open_trial_names_the_quotas_that_are_short(still_open):
    told = still_open.partition("applicants enough so far")[2]

    assert "12, short of 20 31, at least 5 ∗, short of 6" in told
    assert "region, 北京 ∗ 6 9" in told


def test_applicants_are_drawn_by_day_and_those_of_few_days_told_of(drawn):
    assert "2017-11-23 376 47 · 12.5%" in drawn
    assert "Another 7 applied on days of few people" in drawn


def test_applicants_are_drawn_by_source_with_the_merged_last(drawn):
    assert "首页 search other 90 · 60.0% 53 · 35.3% 7 · 4.7%" in drawn
    assert "search 12 · 22.6% 53" in drawn


def test_ages_are_a_pyramid_with_the_interval_of_the_index(drawn):
    pyramid = drawn.partition("Ages: applicants against buyers of the category")[2]

    assert "45-54 35-44 25-34 other" in pyramid
    # 61 of 150 applicants over 30 % of buyers; the fixture's interval is ×0.8 and ×1.25.
    assert "index 136 (108–169)" in pyramid


def test_the_states_of_awards_are_counted_and_few_are_hidden(drawn):
    assert "Awarded, not delivered 8" in drawn
    # Two are late: hidden, together with the next smallest state.
    assert "Report late ∗" in drawn
    assert "Delivered ∗" in drawn
    assert "due soon 7, late <5" in drawn


def test_who_waits_next_and_what_came_back_is_told(drawn):
    assert "a046 1" in drawn
    assert "a050 5" in drawn
    assert "a051 6" not in drawn
    assert "Units that came back: 2; passed on to the waitlist: 1." in drawn


def test_a_trial_without_parts_has_no_charts_of_them(tables, merchant_facts, section_of):
    few = tables["trial_funnel_parts"].filter(
        pc.is_in(tables["trial_funnel_parts"]["value"], pa.array(["2017-11-20", "search"]))
    )

    page = render_merchant("m1", tables | {"trial_funnel_parts": few}, merchant_facts)["index.html"]

    shown = section_of(page, "trial-1")
    assert "Applicants by day" not in shown
    assert "Where applicants came from" not in shown
