from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from infra.pages import Download, render_internal
from quality.tables import OUTPUTS

NAME = "validation_report.html"


@pytest.fixture(scope="module")
def page(tables, day_facts):
    return render_internal(tables, day_facts)[NAME]


def _having(tables, name, **values):
    """The tables with one column of one of them set to one value throughout."""
    table = tables[name]
    for column, value in values.items():
        place = table.column_names.index(column)
        field = table.schema.field(place)
        table = table.set_column(place, field, pa.array([value] * len(table), field.type))
    return tables | {name: table}


def test_the_verdict_is_read_first(page, read):
    said = read(page)

    assert "The data may be used, with care." in said
    assert said.index("with care") < said.index("Verdict warn")
    assert said.index("Verdict warn") < said.index("Where to look first")


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [("pass", "The data may be used. Every rule"), ("block", "The data must not be used.")],
)
def test_each_verdict_has_its_sentence(tables, day_facts, read, verdict, sentence):
    facts = replace(day_facts, verdict=verdict)

    assert sentence in read(render_internal(tables, facts)[NAME])


def test_the_rule_that_decided_is_named_with_its_owner(tables, day_facts, read):
    report = tables["validation_report"]
    inputs = tables | {"validation_report": report.filter(pc.equal(report["side"], "input"))}

    page = render_internal(inputs, day_facts)[NAME]

    # 2,204 of 1,440,207 rows; it is over its limit by more than return_after_purchase.
    assert (
        "Chiefly events: “unit_price must be 0 or more”; rows that fail: 2,204 (0.15%)."
        " Owner: 门店数据组." in read(page)
    )
    assert "最主要：events 的“unit_price 必须不小于 0”，2,204 行不合格" in read(page, "zh")


def test_a_fault_of_a_whole_table_is_told_in_its_own_words(tables, day_facts, read, section_of):
    found = {"found_en": "2017-11-29: 352 events.", "found_zh": "2017-11-29：352 条。"}
    spoilt = _having(tables, "validation_report", scope="table", **found)

    page = render_internal(spoilt, day_facts)[NAME]

    assert "2017-11-29: 352 events. Owner:" in read(page)
    # Faults of a table are no rows, so that they have no place among the rows that failed.
    assert "Not a single row failed." in section_of(page, "failures")


def test_a_day_that_passes_names_no_rule(tables, day_facts, read):
    facts = replace(day_facts, verdict="pass")

    assert "Chiefly" not in read(render_internal(tables, facts)[NAME])


def test_the_failures_of_this_run_stand_beside_the_usual(page, read):
    # Now: all failures. Usually: medians of the earlier runs, 20 + 310.5 + 0 + 11.5, not rounded.
    assert "4,419 now, usually 339" in read(page)


def test_failures_are_ranked_with_their_cumulative_share(page, section_of):
    failures = section_of(page, "failures")

    # 2,204 of 4,422 failures of input rows are one rule's.
    assert "events · price_not_negative 2,204 50%" in failures
    assert failures.index("price_not_negative") < failures.index("item_is_known")


def test_runs_without_a_check_are_gaps_in_the_heat_map(page, section_of):
    failures = section_of(page, "failures")

    assert "events · item_is_known 300 320 290 310 305 – 311 299" in failures
    assert "reports · rating_in_range – – – – – – – – – 11 13 9 12 12" in failures


def test_a_rule_that_failed_before_is_in_the_heat_map_of_a_clean_day(tables, day_facts, section_of):
    clean = _having(tables, "validation_report", rows_failed=0, trend="[3, 0]")

    failures = section_of(render_internal(clean, day_facts)[NAME], "failures")

    assert "Not a single row failed." in failures
    assert "failed rows in the last 2 runs" in failures


def test_a_first_run_has_no_heat_map(tables, day_facts, section_of):
    first = _having(tables, "validation_report", trend="[3]")

    page = render_internal(first, day_facts)[NAME]

    assert "Is it getting worse" not in section_of(page, "failures")


def test_rules_that_failed_stand_before_those_that_passed(page, section_of):
    rules = section_of(page, "rules")

    assert rules.index("price_not_negative") < rules.index("key_is_unique")
    assert "门店数据组" in rules


def test_a_trend_is_drawn_only_where_there_is_one(page):
    rows = page.decode().partition('<section id="rules"')[2].partition("</section>")[0]

    assert rows.count("<svg") == 5


def test_both_limits_of_a_blocking_rule_are_given(page, section_of):
    rules = section_of(page, "rules")

    assert "> 0.10% warns above it > 5.00% blocks above it" in rules


def test_our_own_outputs_are_judged_apart(page, section_of):
    assert "selection · recipients_within_units 1 100%" in section_of(page, "outputs")
    assert "rank_is_unique" in section_of(page, "outputs")
    assert "recipients_within_units" not in section_of(page, "failures")
    assert "recipients_within_units" not in section_of(page, "rules")


def test_waivers_say_who_vouches_and_whether_they_still_hold(page, section_of):
    waivers = section_of(page, "waivers")

    assert "expired 2017-11-30 12 试用运营 旧版表单" in waivers
    assert "in force 2017-12-20 1,893" in waivers
    assert waivers.index("expired") < waivers.index("in force")


def test_a_waiver_holds_on_its_last_day(tables, day_facts, section_of):
    last = _having(tables, "validation_report", waived_until=date(2017, 12, 4))

    waivers = section_of(render_internal(last, day_facts)[NAME], "waivers")

    assert "expired" not in waivers


def test_the_worst_source_comes_first_with_its_owner(page, section_of):
    sources = section_of(page, "sources")

    assert "pos-legacy events · 门店数据组 81.4" in sources
    assert "whole table items 97.5" in sources
    assert sources.index("pos-legacy") < sources.index("web")
    assert "1,204 / 0" in sources


def test_a_table_that_stopped_early_stands_out(page, section_of):
    days = section_of(page, "days")

    assert "events 2017-12-03 1" in days
    assert "reports 2017-12-01 3" in days


def test_days_outside_the_usual_range_are_counted(page, section_of):
    days = section_of(page, "days")

    assert "Unusual days: 1." in days
    assert "2017-11-25 3,400 10,500–42,000" in days


def test_days_without_rows_do_not_make_a_table_fresh(tables, day_facts, section_of):
    empty = [{"table": "reports", "day": date(2017, 12, 3), "rows": 0}]
    declared = OUTPUTS["daily_rows"]
    added = pa.concat_tables([tables["daily_rows"], pa.Table.from_pylist(empty, declared.schema)])

    page = render_internal(tables | {"daily_rows": declared.conform(added)}, day_facts)[NAME]

    assert "reports 2017-12-01 3" in section_of(page, "days")


def test_a_table_without_rows_has_no_chart(tables, day_facts):
    empty = _having(tables, "daily_rows", rows=0, low=None, high=None)

    assert b'id="days"' not in render_internal(empty, day_facts)[NAME]


def test_a_table_whose_rows_are_older_than_eight_weeks_is_stale(tables, day_facts, section_of):
    old = _having(tables, "daily_rows", day=date(2017, 9, 1), low=None, high=None)

    days = section_of(render_internal(old, day_facts)[NAME], "days")

    assert "events 2017-09-01 94" in days
    assert "events: rows a day" not in days


def test_a_day_before_the_last_eight_weeks_is_not_drawn(page, section_of):
    days = section_of(page, "days")

    assert "2017-10-09" in days
    assert "2017-10-08" not in days


def test_nulls_are_measured_in_times_the_usual(page, section_of):
    content = section_of(page, "columns")

    assert "events.unit_price 2.13% 0.51% × 4.2" in content
    assert content.index("events.unit_price") < content.index("items.brand")


def test_a_drifted_column_shows_its_shares(page, section_of):
    content = section_of(page, "columns")

    assert "events.source 0.412 – 2017-10-09/2017-11-05" in content
    assert "pos-legacy 12.0% 41.0%" in content
    assert "events.quantity: shares" not in content


def test_drift_beyond_the_limit_comes_before_a_larger_one_within(tables, day_facts, section_of):
    rows = [
        {"table": "t", "column": f"c{n}", "rows": 9, "null_share": 0.0, "psi": psi, "shares": "[]"}
        | {"has_drifted": drifted}
        for n, (psi, drifted) in enumerate(((0.9, False), (0.3, True)))
    ]
    declared = OUTPUTS["column_profile"]
    profile = declared.conform(pa.Table.from_pylist(rows, declared.schema))

    page = render_internal(tables | {"column_profile": profile}, day_facts)[NAME]

    content = section_of(page, "columns")
    assert content.index("t.c1") < content.index("t.c0")


@pytest.mark.parametrize(
    ("shares", "shown"),
    [
        ('[{"hour": 7, "share": 1.0, "usual": null}]', "07:00 100% –"),
        ('[{"to": 2.5, "share": 0.5, "usual": 0.25}]', "≤ 2.5 50.0% 25.0%"),
        ('[{"to": null, "share": 0.5, "usual": 0.25}]', "above 50.0% 25.0%"),
    ],
)
def test_hours_and_bins_are_written_out(tables, day_facts, section_of, shares, shown):
    binned = _having(tables, "column_profile", shares=shares, psi=0.5, has_drifted=True)

    page = render_internal(binned, day_facts)[NAME]

    assert shown in section_of(page, "columns")


def test_samples_are_shown_with_what_was_found(page, section_of):
    samples = section_of(page, "samples")

    assert "2,204 prices are below 0; ask the tills' team." in samples
    assert "e17 u*** -3.5 1" in samples


def test_a_long_cell_of_a_sample_is_cut(tables, day_facts, section_of):
    long = _having(tables, "validation_report", sample=f'[{{"text": "{"x" * 5000}"}}]')

    page = render_internal(long, day_facts)[NAME]

    assert "x" * 120 + "…" in section_of(page, "samples")
    assert b"x" * 121 not in page


def test_quarantine_is_counted_by_file_and_by_rule(page, section_of):
    quarantine = section_of(page, "quarantine")

    assert "events-0.csv events 10" in quarantine
    assert "price_not_negative 20" in quarantine
    assert "item_is_known 7" in quarantine


def test_the_blast_radius_of_a_file_names_tables_draws_and_summaries(page, section_of):
    blast = section_of(page, "blast")

    assert "3 of 4 files" in blast
    assert "reports-2017-12.jsonl reports 5,200 12 rating_in_range" in blast
    assert "improvement_summary, opinions – i5, i/2" in blast
    # The first file feeds seven tables: six are named.
    assert "and 1 more, in the download" in blast


def test_a_rule_leads_to_its_files_and_what_they_reach(page, section_of):
    rules = section_of(page, "blast").partition("From a rule")[2]

    assert "price_not_negative events 2 events-0.csv, events-1.csv" in rules
    assert "item_is_known events 1 events-0.csv" in rules


def test_files_without_refused_rows_are_folded_away(page, section_of):
    blast = section_of(page, "blast")

    assert "Files without refused rows (1)" in blast
    assert blast.index("events-1.csv") < blast.index("items.parquet")


def test_the_catalogue_says_why_and_gives_an_example_either_way(page, section_of):
    catalogue = section_of(page, "catalogue")

    assert "A negative price turns spending around" in catalogue
    assert "unit_price = 12.5 unit_price = -3.5" in catalogue
    assert "负价格会使消费额反号" in section_of(page, "catalogue", "zh")


def test_the_catalogue_lists_every_rule_once(tables, page, section_of):
    catalogue = section_of(page, "catalogue")
    names = tables["validation_report"]["rule_id"].to_pylist()

    assert [catalogue.count(f"· {name} ") for name in names] == [1] * len(names)


def test_data_docs_and_the_findings_can_be_opened(tables, day_facts):
    downloads = (Download(href="quarantine.parquet", rows=20), Download(href="recommendations.csv"))
    facts = replace(day_facts, data_docs_href="data_docs/index.html", downloads=downloads)

    page = render_internal(tables, facts)[NAME].decode()

    assert 'href="data_docs/index.html"' in page
    assert 'href="quarantine.parquet"' in page
    assert 'href="recommendations.csv"' not in page


def test_a_clean_day_says_so(tables, day_facts, section_of):
    report = tables["validation_report"]
    clean = {"validation_report": report.filter(pc.equal(report["rows_failed"], 0))}

    page = render_internal(clean, day_facts)[NAME]

    assert "Not a single row failed." in section_of(page, "failures")
    assert "Quarantine is empty." in section_of(page, "quarantine")


def test_the_report_of_an_older_run_has_a_page_without_the_newer_parts(tables, day_facts):
    report = tables["validation_report"]
    newer = ["warn_threshold", "dimension", "side", "why_en", "why_zh", "passes", "fails"]
    older = report.drop_columns([*newer, "waived_by", "waived_reason", "waived_until"])

    page = render_internal({"validation_report": older}, day_facts)[NAME]

    assert b'id="rules"' in page
    for anchor in (b"waivers", b"catalogue", b"outputs", b"blast", b"days", b"columns", b"sources"):
        assert b'id="' + anchor + b'"' not in page
