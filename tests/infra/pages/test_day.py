import pytest

from infra.pages import render_internal


@pytest.fixture(scope="module")
def page(tables, day_facts):
    return render_internal(tables, day_facts)["index.html"]


def test_the_sum_of_the_rows_is_shown_to_add_up(page, section_of):
    assert "events 1,443,021 1,440,207 2,514 300 0 adds up" in section_of(page, "rows")


def test_a_table_that_is_nearly_whole_is_not_called_whole(page, section_of):
    # events, items, reports
    assert "99.8% 100% 98.3%" in section_of(page, "rows")


def test_places_are_counted_by_kind(page, section_of, tables):
    due = tables["recommendations"]["slot"].to_pylist().count("due")

    assert f"Due: time to buy again {due}" in section_of(page, "lists")


def test_lists_are_counted_by_how_full_they_are(page, section_of):
    # The longest list of the fixture has six of twenty places.
    assert "less than half 60 100%" in section_of(page, "lists")


def test_withheld_needs_are_counted_by_reason_and_return(page, section_of):
    withheld = section_of(page, "withheld")

    assert "Just bought, still satisfied 24 50.0%" in withheld
    assert "never 12 25.0%" in withheld
    assert "within 7 days 2" in withheld


def test_the_holdout_is_shown_inside(page, section_of):
    trials = section_of(page, "trials")

    assert "Holdout" in trials
    assert "t1 m1 32 150 12 16 4 14 10 74 20 18.2%" in trials


def test_every_table_of_the_run_is_described(page, section_of):
    stages = section_of(page, "stages")

    assert "do_not_recommend What is withheld from whom, why, and until when. 48" in stages


def test_pages_and_files_are_linked(page):
    text = page.decode()

    for href in ("validation_report.html", "../../../index.html", "recommendations.parquet"):
        assert f'<a href="{href}">' in text


def test_notes_and_disclaimers_are_said_in_both_languages(page, section_of):
    assert "Unknown column left out." in section_of(page, "rows", "en")
    assert "未知列" in section_of(page, "rows", "zh")
    assert "coupon mailings stand in for trial applications" in section_of(page, "about", "en")
