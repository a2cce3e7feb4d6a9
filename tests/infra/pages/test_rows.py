from dataclasses import dataclass, replace

import pytest

from infra.pages import render_internal


@dataclass(frozen=True)
class Placed:
    table: str = "events"
    read: int = 100
    accepted: int = 90
    quarantined: int = 4
    duplicates: int = 3
    after_as_of: int = 0
    replaced: int = 2
    erased: int = 1


@pytest.fixture
def rows_on(day_facts, section_of):
    """What the validation page says of these counts."""

    def rendering(*counts):
        facts = replace(day_facts, counts=counts)
        return section_of(render_internal({}, facts)["validation_report.html"], "rows")

    return rendering


def test_every_row_read_has_its_place(rows_on):
    assert "events 100 90 4 3 0 2 1 adds up" in rows_on(Placed())


def test_a_sum_that_does_not_come_out_is_shown(rows_on):
    assert "does not add up" in rows_on(Placed(accepted=89))


def test_rare_fates_are_columns_only_on_days_that_have_them(rows_on):
    assert "Erased on request" in rows_on(Placed())
    assert "Erased on request" not in rows_on(Placed(accepted=93, replaced=0, erased=0))


def test_notes_are_kept_when_nothing_could_be_read(rows_on):
    assert "Unknown column left out." in rows_on()
