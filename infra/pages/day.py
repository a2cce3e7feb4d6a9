"""The shop's day for those who run it: what came in, what went out, what was held back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from infra.pages.blocks import (
    Block,
    Cards,
    DataTable,
    Fact,
    Facts,
    Figures,
    Link,
    Notes,
    Section,
    columns,
    verdict_badge,
)
from infra.pages.document import document
from infra.pages.draw_figures import counted_arms
from infra.pages.facts import DayFacts
from infra.pages.figures import percent, whole
from infra.pages.index import merchant_cards
from infra.pages.pooled_effects import pooled_table
from infra.pages.rows import rows_section
from infra.pages.shared_blocks import calendar_table, counts_figure, day_facts, downloads_table
from infra.pages.tallies import (
    RETURN_PERIODS,
    count_by,
    people_in,
    records,
    rows_a_person,
    with_return_period,
)
from infra.pages.trial_audit import audit_section
from infra.pages.words import Words, name_of, say
from quality.tables import OUTPUTS

PAGE = "index.html"
VALIDATION_PAGE = "validation_report.html"
_NEEDS_SHOWN = 12
_FILLS = (1.0, 0.75, 0.5, 0.0)
"""Lower ends of the classes of list fill, as shares of the full length."""


def render_day(tables: Mapping[str, pa.Table], facts: DayFacts) -> bytes:
    """Render the day's page from the whole tables of the run.

    Args:
        tables: Outputs by name, and ``items`` and ``trials`` of the inputs for their names; a
            section whose table is absent is left out.
        facts: The rest.
    """
    sections = [
        rows_section(facts),
        _lists(tables, facts),
        _withheld(tables, facts.as_of),
        _calendar(tables),
        _trials(tables),
        audit_section(tables.get("selection_audit")),
        _stages(tables),
        _merchants(facts),
        _files(facts),
        _about(facts),
    ]
    trail = [Link(facts.home_href, say("page.home"))] if facts.home_href else []
    return document(
        say("day.title"),
        [section for section in sections if section],
        language=facts.language,
        trail=trail,
        opening=(_opening(facts), _onward()),
        kicker=say("day.kicker", day=facts.as_of),
    )


def _opening(facts: DayFacts) -> Facts:
    read = sum(count.read for count in facts.counts)
    return Facts(
        day_facts(
            facts.as_of,
            facts.run_id,
            Fact(say("fact.verdict"), verdict_badge(facts.verdict)),
            Fact(say("fact.rows_read"), whole(read)),
            Fact(say("fact.quarantined"), whole(sum(count.quarantined for count in facts.counts))),
        )
    )


def _onward() -> Cards:
    validation = Link(VALIDATION_PAGE, say("validation.title"))
    return Cards(((validation, (say("index.validation_lead"),)),))


def _lists(tables: Mapping[str, pa.Table], facts: DayFacts) -> Section | None:
    rows = tables.get("recommendations")
    if rows is None:
        return None
    lengths = rows_a_person(rows)
    people = sum(lengths.values())
    full = lengths.get(facts.list_length, 0)
    opening = Facts(
        (
            Fact(say("fact.people"), whole(people)),
            Fact(say("fact.places"), whole(len(rows))),
            Fact(say("fact.full_lists"), percent(full / people, 1) if people else "–"),
            Fact(say("fact.items_shown"), whole(len(count_by(rows, "item_id")))),
        )
    )
    figures = Figures(
        (
            counts_figure(say("slots.caption"), "slot", count_by(rows, "slot"), column="places"),
            counts_figure(
                say("list_fill.caption", k=facts.list_length),
                "fill",
                _fill(lengths, facts.list_length),
            ),
        )
    )
    return Section("lists", say("lists.title"), (opening, figures), say("lists.lead"))


def _fill(lengths: Mapping[int, int], full: int) -> dict[str, int]:
    """Count people by class of list fill, named by the class's lower end in percent."""
    counts: Counter[str] = Counter()
    for length, people in sorted(lengths.items(), reverse=True):
        share = next(share for share in _FILLS if length >= share * full)
        counts[f"{share:.0%}".rstrip("%")] += people
    return counts


def _withheld(tables: Mapping[str, pa.Table], as_of: date) -> Section | None:
    rows = tables.get("do_not_recommend")
    if rows is None:
        return None
    periods = count_by(with_return_period(rows, as_of), "period")
    ordered = {
        name: periods[name]
        for name in (*(name for name, _ in RETURN_PERIODS), "later", "never")
        if name in periods
    }
    opening = Facts(
        (
            Fact(say("fact.withheld"), whole(len(rows))),
            Fact(say("fact.withheld_people"), whole(people_in(rows))),
        )
    )
    figures = Figures(
        (
            counts_figure(
                say("withheld.reasons"), "withheld", count_by(rows, "reason_code"), column="cases"
            ),
            counts_figure(say("withheld.returns"), "return", ordered, column="cases"),
        )
    )
    return Section("withheld", say("withheld.title"), (opening, figures), say("withheld.lead"))


def _calendar(tables: Mapping[str, pa.Table]) -> Section | None:
    calendar = tables.get("replenishment_calendar")
    if calendar is None or not len(calendar):
        return None
    table = calendar_table(calendar, _NEEDS_SHOWN)
    return Section("calendar", say("calendar.title"), (table,), say("calendar.lead"))


def _trials(tables: Mapping[str, pa.Table]) -> Section | None:
    if "draw_certificate" not in tables:
        return None
    draws = records(tables["draw_certificate"])
    arms = ("core", "band", "open", "holdout", "waitlist", "not_selected", "ineligible")
    head = (
        *columns("trial", "merchant", "units", "applicants"),
        *(name_of("arm_short", arm) for arm in arms),
        say("column.sde"),
    )
    rows = tuple((*_draw(draw, arms), _sde(draw)) for draw in draws)
    table = DataTable(say("trials.caption"), head, rows, frozenset(range(2, len(head))))
    together = pooled_table(tables.get("pooled_effect"))
    blocks = (table, together) if together else (table,)
    return Section("trials", say("trials.title"), blocks, say("trials.lead"))


def _draw(draw: Mapping[str, Any], arms: tuple[str, ...]) -> tuple[str, ...]:
    counts = counted_arms(draw)
    counted = [whole(counts.get(arm, 0)) for arm in arms]
    applicants = whole(sum(counts.values()))
    return (draw["trial_id"], draw["merchant_id"], whole(draw["units"]), applicants, *counted)


def _sde(draw: Mapping[str, Any]) -> str:
    return percent(draw["smallest_detectable_effect"], 1)


def _stages(tables: Mapping[str, pa.Table]) -> Section:
    made = [(declared, tables[name]) for name, declared in OUTPUTS.items() if name in tables]
    rows = tuple(
        (declared.name, Words(declared.zh, declared.en), whole(len(rows)))
        for declared, rows in made
    )
    table = DataTable(
        say("stages.caption"), columns("table", "meaning", "rows"), rows, frozenset({2})
    )
    return Section("stages", say("stages.title"), (table,))


def _merchants(facts: DayFacts) -> Section | None:
    if not facts.merchants:
        return None
    return Section("merchants", say("index.merchants"), (merchant_cards(facts.merchants),))


def _files(facts: DayFacts) -> Section | None:
    if not facts.downloads:
        return None
    blocks: tuple[Block, ...] = (downloads_table(facts.downloads),)
    return Section("files", say("downloads.title"), blocks, say("downloads.internal_lead"))


def _about(facts: DayFacts) -> Section | None:
    if not facts.disclaimers:
        return None
    return Section("about", say("page.about_data"), (Notes(facts.disclaimers),))
