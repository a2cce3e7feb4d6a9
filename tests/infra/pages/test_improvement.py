from dataclasses import replace

import pytest

from infra.pages import render_merchant, summary_page


@pytest.fixture(scope="module")
def rendered(tables, merchant_facts):
    return render_merchant("m1", tables, merchant_facts)


@pytest.fixture(scope="module")
def page(rendered):
    return rendered[summary_page("i5")]


def test_both_ratings_stand_at_the_top(page, read):
    said = read(page)

    assert "Mean rating 4.31" in said
    assert "Weighted rating 4.02" in said


def test_safety_comes_first_then_priority(page, section_of):
    mend = section_of(page, "mend")

    assert mend.index("safety") < mend.index("heat and noise") < mend.index("build")
    assert "early signal" in mend


def test_what_is_liked_is_ordered_by_praise(page, section_of):
    liked = section_of(page, "liked")

    assert liked.index("appearance") < liked.index("price")
    assert "heat and noise" not in liked


def test_complaints_and_praise_are_quoted_where_they_belong(page, section_of):
    assert "风扇声音太大，半夜像拖拉机" in section_of(page, "mend")
    assert "颜色很正，摆在厨房里好看 😍" in section_of(page, "liked")
    assert "颜色很正" not in section_of(page, "mend")


def test_a_quote_carries_its_source(page, section_of):
    assert "report r17, clause 2" in section_of(page, "mend")


def test_aspects_are_named_in_the_readers_language(page, section_of):
    assert "散热与噪音" in section_of(page, "mend", "zh")
    assert "散热与噪音" not in section_of(page, "mend", "en")


def test_a_change_is_written_in_points(page, section_of):
    assert "heat and noise 45% 37% −8.0" in section_of(page, "changes")


def test_suggestions_are_counted_and_quoted(page, section_of):
    suggestions = section_of(page, "suggestions")

    assert "Customers who ask for it: 6." in suggestions
    assert "希望能加一个静音模式" in suggestions


def test_too_few_reports_are_said_to_be_too_few(rendered, read):
    said = read(rendered[summary_page("i/2")])

    assert "Reports that can be used: 3. That is too few for conclusions" in said
    assert "Mend first" not in said


def test_an_aspect_without_a_name_is_shown_by_its_id(tables, merchant_facts, section_of):
    bare = replace(merchant_facts, aspects={})

    page = render_merchant("m1", tables, bare)[summary_page("i5")]

    assert "heat_noise" in section_of(page, "mend")
