"""A merchant's page: whom its goods are shown to, what is held back, and how its trials went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from infra.pages.blocks import (
    Badge,
    Block,
    Cards,
    Fact,
    Facts,
    Link,
    Notes,
    Section,
)
from infra.pages.document import document
from infra.pages.facts import MerchantFacts
from infra.pages.figures import decimal, whole
from infra.pages.improvement import ENOUGH, first_to_mend
from infra.pages.merchant_lists import recommended_section
from infra.pages.merchant_withheld import withheld_section
from infra.pages.privacy import count_or_hidden
from infra.pages.shared_blocks import calendar_table, day_facts, downloads_table
from infra.pages.tallies import (
    names_of,
    people_in,
    records,
)
from infra.pages.trial import trial_blocks
from infra.pages.words import listed, name_of, say

PAGE = "index.html"
_NEEDS_SHOWN = 8

Tables = Mapping[str, pa.Table]
Row = Mapping[str, Any]


def render_merchant_page(
    merchant_id: str, tables: Tables, facts: MerchantFacts, summary_pages: Mapping[str, str]
) -> bytes:
    """Render the merchant's ``index.html``.

    Args:
        merchant_id: The merchant.
        tables: The merchant's copies by name, filtered and pseudonymous, with ``items`` and
            ``trials`` of the inputs for their names; a section whose table is absent is left out.
        facts: The rest.
        summary_pages: Item id to the file of its summary page.
    """
    names = names_of(tables.get("items"))
    sections = [
        recommended_section(tables, names, facts),
        withheld_section(tables, facts),
        _calendar(tables, facts),
        _summaries(tables, facts, summary_pages),
        *_trials(tables, names, facts),
        _files(facts),
        _about(facts),
    ]
    trail = [Link(facts.home_href, say("page.home"))] if facts.home_href else []
    return document(
        say("merchant.title", merchant=facts.name),
        [section for section in sections if section],
        language=facts.language,
        trail=trail,
        opening=(_opening(tables, facts),),
        kicker=say("merchant.kicker", merchant=merchant_id, day=facts.as_of),
    )


def _opening(tables: Tables, facts: MerchantFacts) -> Facts:
    floor = facts.smallest_cell
    more = []
    recommended = tables.get("recommendations")
    if recommended is not None:
        reached = count_or_hidden(people_in(recommended), floor)
        more.append(Fact(say("fact.reached"), reached))
    draws, summaries = tables.get("draw_certificate"), tables.get("improvement_summary")
    if draws is not None:
        more.append(Fact(say("fact.trials"), whole(len(draws))))
    if summaries is not None:
        more.append(Fact(say("fact.summaries"), whole(len(summaries))))
    return Facts(day_facts(facts.as_of, facts.run_id, *more))


def _calendar(tables: Tables, facts: MerchantFacts) -> Section | None:
    calendar = tables.get("replenishment_calendar")
    if calendar is None or not len(calendar):
        return None
    table = calendar_table(calendar, _NEEDS_SHOWN, facts.smallest_cell)
    return Section("calendar", say("calendar.title"), (table,), say("calendar.lead"))


def _summaries(
    tables: Tables, facts: MerchantFacts, summary_pages: Mapping[str, str]
) -> Section | None:
    rows = sorted(records(tables.get("improvement_summary")), key=_most_told_first)
    if not rows:
        return None
    cards = Cards(
        tuple(
            (Link(summary_pages[row["item_id"]], row["item_name"]), _summary_lines(row, facts))
            for row in rows
        )
    )
    lead = say("merchant.summaries_lead")
    return Section("summaries", say("merchant.summaries"), (cards,), lead)


def _most_told_first(row: Row) -> tuple[bool, int, str]:
    return (row["verdict"] != ENOUGH, -row["reports"], row["item_id"])


def _summary_lines(row: Row, facts: MerchantFacts) -> tuple[Any, ...]:
    if row["verdict"] != ENOUGH:
        return (
            say("summary_link.too_few", n=row["reports"]),
            Badge(name_of("evidence", "not_enough")),
        )
    rated = say("summary_link.rating", n=row["reports"], rating=decimal(row["rating_weighted"]))
    first = first_to_mend(row, facts)
    return (rated, say("summary_link.first", aspect=first)) if first else (rated,)


def _trials(tables: Tables, names: Mapping[str, str], facts: MerchantFacts) -> list[Section]:
    drawn, still_open = (
        [row["trial_id"] for row in records(tables.get(name))]
        for name in ("draw_certificate", "trial_outlook")
    )
    shown = [*drawn, *(trial_id for trial_id in still_open if trial_id not in drawn)]
    trials = {row["trial_id"]: row for row in records(tables.get("trials"))}
    sections = []
    for place, trial_id in enumerate(shown, start=1):
        item = trials.get(trial_id, {}).get("item_id")
        about = (names.get(item, item),) if item else ()
        title = say("trial.title", trial=listed((*about, trial_id)))
        blocks = trial_blocks(trial_id, tables, facts.smallest_cell)
        lead = say("trial.lead" if trial_id in drawn else "trial.open_lead")
        sections.append(Section(f"trial-{place}", title, blocks, lead))
    return sections


def _files(facts: MerchantFacts) -> Section | None:
    if not facts.downloads:
        return None
    blocks: tuple[Block, ...] = (downloads_table(facts.downloads),)
    return Section("files", say("downloads.title"), blocks, say("downloads.lead"))


def _about(facts: MerchantFacts) -> Section | None:
    if not facts.disclaimers:
        return None
    return Section("about", say("page.about_data"), (Notes(facts.disclaimers),))
