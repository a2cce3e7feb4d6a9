"""What QA reads of the draws on the internal page."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from infra.pages import render_internal


@pytest.fixture(scope="module")
def page(pages):
    return next(body for name, body in pages.items() if name.startswith("internal/") and name.endswith("/index.html"))  # fmt: skip


@pytest.fixture(scope="module")
def audit(page, section_of):
    return section_of(page, "audit")


def test_the_audit_of_a_draw_is_one_line(audit):
    assert "t1 equal not read 1 31.0% 35.0% 0.820 61.0% 0.31" in audit


def test_differences_are_drawn_from_the_largest_and_what_cannot_be_compared_is_left_out(audit):
    plot = audit.partition("Balance: standardised differences")[2]

    assert "+0.31 −0.20 −0.12 +0.04 +0.00" in plot
    assert "newcomer, yes −0.20 age band, 35-44 −0.12" in plot
    assert "score" not in plot


def test_a_draw_that_does_not_replay_is_called_so_in_both_languages(tables, day_facts, section_of):
    audit = tables["selection_audit"]
    is_replay = pc.equal(audit["measure"], "replay_differences")
    place = audit.column_names.index("is_passed")
    broken = pc.if_else(is_replay, pa.scalar(value=False), audit["is_passed"])
    audit = audit.set_column(place, audit.schema.field("is_passed"), broken)

    page = render_internal(tables | {"selection_audit": audit}, day_facts)["index.html"]

    assert "t1 not equal" in section_of(page, "audit", "en")
    assert "t1 不一致" in section_of(page, "audit", "zh")


def test_without_a_draw_there_is_no_audit(tables, day_facts):
    none = tables["selection_audit"].slice(0, 0)

    page = render_internal(tables | {"selection_audit": none}, day_facts)["index.html"]

    assert b'id="audit"' not in page
