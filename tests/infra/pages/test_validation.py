from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from infra.pages import render_internal

NAME = "validation_report.html"


@pytest.fixture(scope="module")
def page(tables, day_facts):
    return render_internal(tables, day_facts)[NAME]


def test_the_verdict_is_read_first(page, read):
    said = read(page)

    assert "Some rules are over their warning threshold." in said
    assert said.index("Verdict warn") < said.index("Where to look first")


@pytest.mark.parametrize(
    ("verdict", "sentence"), [("pass", "within its threshold"), ("block", "Only these findings")]
)
def test_each_verdict_has_its_sentence(tables, day_facts, read, verdict, sentence):
    facts = replace(day_facts, verdict=verdict)

    assert sentence in read(render_internal(tables, facts)[NAME])


def test_failures_are_ranked_with_their_cumulative_share(page, section_of):
    failures = section_of(page, "failures")

    # 2,204 of 2,529 failures are one rule's.
    assert "events · price_not_negative 2,204 87%" in failures
    assert failures.index("price_not_negative") < failures.index("item_is_known")


def test_rules_that_failed_stand_before_those_that_passed(page, section_of):
    rules = section_of(page, "rules")

    assert rules.index("price_not_negative") < rules.index("key_is_unique")
    assert "门店数据组" in rules


def test_a_trend_is_drawn_only_where_there_is_one(page):
    rows = page.decode().partition('<section id="rules"')[2].partition("</section>")[0]

    assert rows.count("<svg") == 3


def test_samples_are_shown_with_what_was_found(page, section_of):
    samples = section_of(page, "samples")

    assert "2,204 prices are below 0; ask the tills' team." in samples
    assert "e17 u*** -3.5 1" in samples


def test_a_long_cell_of_a_sample_is_cut(tables, day_facts, section_of):
    report = tables["validation_report"]
    long = pa.array([f'[{{"text": "{"x" * 5000}"}}]'] * len(report))
    place = report.column_names.index("sample")
    spoilt = report.set_column(place, report.schema.field("sample"), long)

    page = render_internal({"validation_report": spoilt}, day_facts)[NAME]

    assert "x" * 120 + "…" in section_of(page, "samples")
    assert len(page) < 60_000


def test_quarantine_is_counted_by_file_and_by_rule(page, section_of):
    quarantine = section_of(page, "quarantine")

    assert "events-0.csv events 10" in quarantine
    assert "price_not_negative 20" in quarantine
    assert "item_is_known 7" in quarantine


def test_a_clean_day_says_so(tables, day_facts, section_of):
    report = tables["validation_report"]
    clean = {"validation_report": report.filter(pc.equal(report["rows_failed"], 0))}

    page = render_internal(clean, day_facts)[NAME]

    assert "Not a single row failed." in section_of(page, "failures")
    assert "Quarantine is empty." in section_of(page, "quarantine")
