"""The page a person opens first: the day's verdict, where to read on, what the words mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from infra.pages.blocks import Cards, Fact, Facts, Link, Notes, Section, verdict_badge
from infra.pages.document import document
from infra.pages.facts import IndexFacts, MerchantLink
from infra.pages.figures import whole
from infra.pages.shared_blocks import day_facts
from infra.pages.tallies import people_in
from infra.pages.words import Words, say

_TERMS = ("need", "slot", "withheld", "calendar", "trial", "holdout", "certificate", "summary")


def render_index(facts: IndexFacts) -> bytes:
    """Render ``index.html`` at the root of a store.

    Args:
        facts: The day and where its pages are, relative to the root.
    """
    opening = Facts(
        day_facts(
            facts.as_of,
            facts.run_id,
            Fact(say("fact.verdict"), verdict_badge(facts.verdict)),
            Fact(say("fact.merchants"), whole(len(facts.merchants))),
        )
    )
    sections = [
        Section("start", say("index.start"), (_start(facts),)),
        Section(
            "merchants",
            say("index.merchants"),
            (merchant_cards(facts.merchants),),
            say("index.merchants_lead"),
        ),
        Section(
            "words", say("index.words"), (Notes(tuple(say(f"term.{term}") for term in _TERMS)),)
        ),
    ]
    if facts.disclaimers:
        about = Section("about", say("page.about_data"), (Notes(facts.disclaimers),))
        sections.insert(0, about)
    title = say("index.title", shop=facts.shop)
    return document(
        title, sections, language=facts.language, opening=(opening,), kicker=say("index.kicker")
    )


def merchant_link(
    merchant_id: str, tables: Mapping[str, pa.Table], *, name: str, href: str
) -> MerchantLink:
    """Return a merchant's entry on the shop's pages, counted from its tables."""
    recommended = tables.get("recommendations")
    return MerchantLink(
        merchant_id=merchant_id,
        name=name,
        href=href,
        people=None if recommended is None else people_in(recommended),
        trials=_rows_in(tables, "draw_certificate"),
        summaries=_rows_in(tables, "improvement_summary"),
    )


def merchant_cards(merchants: Sequence[MerchantLink]) -> Cards:
    """Link the merchants' pages: those with trials or summaries first, then by people reached."""
    ordered = sorted(merchants, key=_most_to_read_first)
    return Cards(tuple((Link(one.href, one.name), _lines(one)) for one in ordered))


def _most_to_read_first(merchant: MerchantLink) -> tuple[bool, int, str]:
    has_more = bool(merchant.trials or merchant.summaries)
    return (not has_more, -(merchant.people or 0), merchant.merchant_id)


def _lines(merchant: MerchantLink) -> tuple[Words, ...]:
    counts = {
        "people": merchant.people,
        "trials": merchant.trials,
        "summaries": merchant.summaries,
    }
    said = tuple(say(f"merchant_link.{what}", n=n) for what, n in counts.items() if n)
    return said or (say("merchant_link.nothing"),)


def _start(facts: IndexFacts) -> Cards:
    day = (Link(facts.day_href, say("day.title")), (say("index.day_lead"),))
    validation = Link(facts.validation_href, say("validation.title"))
    cards = [day, (validation, (say("index.validation_lead"),))]
    if facts.operations_href:
        operations = Link(facts.operations_href, say("operations.title"))
        cards.append((operations, (say("index.operations_lead"),)))
    return Cards(tuple(cards))


def _rows_in(tables: Mapping[str, pa.Table], name: str) -> int:
    table = tables.get(name)
    return 0 if table is None else len(table)
