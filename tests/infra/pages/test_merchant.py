import pyarrow as pa
import pyarrow.compute as pc
import pytest

from infra.pages import render_merchant


@pytest.fixture(scope="module")
def page(pages):
    return next(body for name, body in pages.items() if name.startswith("merchants/m1/runs/") and name.endswith("/index.html"))  # fmt: skip


def test_people_reached_are_counted_once(page, read):
    assert "People reached 60" in read(page)


def test_reasons_come_from_the_table_in_both_languages(page, section_of):
    assert "Bought 31 days ago; usually every 28." in section_of(page, "lists", "en")
    assert "上次购买已过 31 天，通常 28 天买一次。" in section_of(page, "lists", "zh")


def test_a_reason_that_concerns_few_people_is_merged(page, section_of):
    withheld = section_of(page, "withheld")

    # One person disliked it: merged, together with the next smallest reason.
    assert "Disliked it 1" not in withheld
    assert "Others (few people, merged)" in withheld


def test_the_holdout_is_shown_as_not_selected(page, section_of):
    trial = section_of(page, "trial-1")

    # 74 not selected and 14 held out.
    assert "Not selected 88" in trial
    assert "Holdout" not in trial


def test_a_step_of_few_people_is_hidden(page, section_of):
    trial = section_of(page, "trial-1")

    assert "Shared <5" in trial
    assert "Shared 3" not in trial


def test_an_attribute_of_one_band_is_not_drawn(tables, merchant_facts, section_of):
    profile = tables["applicant_profile"]
    one = profile.filter(pc.equal(profile["value"], "上海"))

    page = render_merchant("m1", tables | {"applicant_profile": one}, merchant_facts)["index.html"]

    assert "Applicants against buyers" not in section_of(page, "trial-1")


def test_a_quota_that_few_people_met_is_hidden(page, section_of):
    trial = section_of(page, "trial-1")

    assert "newcomer, yes <5" in trial
    assert "age band, 25-34 11" in trial


def test_a_forecast_of_few_buyers_is_not_written_out(page, section_of):
    assert "KITCHEN | KETTLE <5" in section_of(page, "calendar")


def test_the_certificate_can_be_replayed_from_the_page(page, section_of):
    trial = section_of(page, "trial-1")

    assert "shike verify-draw t1" in trial
    assert "was published before applications closed" in trial


def test_summaries_with_evidence_stand_first(page, section_of):
    summaries = section_of(page, "summaries")

    assert summaries.index("Kettle") < summaries.index("not enough evidence")


def test_a_merchant_with_nothing_on_a_list_is_told_so(tables, merchant_facts, section_of):
    none = tables["recommendations"].slice(0, 0)

    page = render_merchant("m1", {"recommendations": none}, merchant_facts)["index.html"]

    assert "None of your goods is on a list today." in section_of(page, "lists")


def test_many_items_are_not_all_listed(tables, merchant_facts, section_of):
    rows = tables["recommendations"]
    spread = pa.array([f"i{place % 30}" for place in range(len(rows))])
    many = rows.set_column(2, rows.schema.field("item_id"), spread)

    page = render_merchant("m1", {"recommendations": many}, merchant_facts)["index.html"]

    assert "Items not listed: 20." in section_of(page, "lists")
