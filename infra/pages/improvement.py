"""What customers say of one item, and what to mend first: the item's summary page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from infra.pages.aspect_figures import overview_section
from infra.pages.aspects import (
    Said,
    aspect_name,
    aspects_of,
    blamed_by,
    changes_of,
    customer_quote,
    early_signals,
    findings_section,
    liked_most,
    praised_by,
    statements,
    to_mend,
)
from infra.pages.blocks import Badge, Block, Fact, Facts, Finding, Link, Notes, Section
from infra.pages.changes import changes_section
from infra.pages.document import document
from infra.pages.facts import MerchantFacts
from infra.pages.figures import whole
from infra.pages.item_rating import rating_facts, rating_section, segments_section
from infra.pages.tallies import records, rows_of
from infra.pages.words import Words, name_of, say

ENOUGH = "enough evidence"

Row = Mapping[str, Any]

_SUGGESTIONS = 6
"""Aspects whose suggestions are shown; all are in the summary's JSON."""


def render_improvement(summary: Row, facts: MerchantFacts, said: Said) -> bytes:
    """Render the page of one row of ``improvement_summary``; ``said`` is the item's opinions."""
    title = say("improvement.title", item=summary["item_name"])
    is_enough = summary["verdict"] == ENOUGH
    opening: tuple[Block, ...] = (
        *statements(summary, said),
        Facts((*_opening(summary), *(_headline(summary, facts) if is_enough else ()))),
    )
    sections = _sections(summary, facts, said) if is_enough else _too_few(summary, facts, said)
    trail = [Link(facts.home_href, say("page.home"))] if facts.home_href else []
    return document(
        title,
        sections,
        language=facts.language,
        trail=[*trail, Link("index.html", facts.name)],
        opening=opening,
        kicker=say("improvement.kicker", merchant=facts.name, day=facts.as_of),
    )


def said_of(tables: Mapping[str, pa.Table], item_id: str) -> Said:
    """Return what customers said of an item, by report and sentence; nothing without opinions."""
    own = rows_of(tables, "opinions", item_id=item_id)
    return {(row["report_id"], row["sentence_id"]): row["quote"] for row in records(own)}


def first_to_mend(summary: Row, facts: MerchantFacts) -> Words | None:
    """Return the name of what to mend first; None when not enough blame anything."""
    return next((aspect_name(it, facts) for it in to_mend(summary)), None)


def _headline(summary: Row, facts: MerchantFacts) -> tuple[Fact, ...]:
    """Say in two words what is liked most and what to mend first."""
    aspects = aspects_of(summary)
    liked, mend = liked_most(aspects), to_mend(summary)
    mend.sort(key=lambda it: -it["priority"])
    return (
        *(Fact(say("fact.mend"), aspect_name(it, facts), blamed_by(it)) for it in mend[:1]),
        *(Fact(say("fact.liked"), aspect_name(it, facts), praised_by(it)) for it in liked[:1]),
    )


def _opening(summary: Row) -> tuple[Fact, ...]:
    code, tone = ("enough", "good") if summary["verdict"] == ENOUGH else ("not_enough", "quiet")
    return (
        Fact(say("fact.evidence"), Badge(name_of("evidence", code), tone)),
        Fact(say("fact.reports"), whole(summary["reports"])),
        *rating_facts(summary),
    )


def _sections(summary: Row, facts: MerchantFacts, said: Said) -> list[Section]:
    aspects = aspects_of(summary)
    sections = [
        findings_section("mend", to_mend(summary), summary, facts, said),
        findings_section("early", early_signals(aspects), summary, facts, said),
        findings_section("liked", liked_most(aspects), summary, facts, said),
        changes_section(changes_of(summary), facts),
        overview_section(aspects, facts),
        _suggestions(json.loads(summary["suggestions"]) or [], facts),
        rating_section(summary),
        segments_section(json.loads(summary.get("segments") or "[]")),
        _limits(),
    ]
    return [section for section in sections if section]


def _limits() -> Section:
    notes = tuple(
        say(f"limits.{name}") for name in ("cause", "silent", "gifts", "intervals", "reading")
    )
    return Section("limits", say("improvement.limits"), (Notes(notes),))


def _too_few(summary: Row, facts: MerchantFacts, said: Said) -> list[Section]:
    sentence = say("improvement.too_few", n=summary["reports"])
    dangers = findings_section("mend", to_mend(summary), summary, facts, said)
    few = Section("limits", say("improvement.too_few_title"), (Notes((sentence,)),))
    return [dangers, few] if dangers else [few]


def _suggestions(suggestions: Sequence[Row], facts: MerchantFacts) -> Section | None:
    findings = tuple(
        Finding(
            aspect_name(it, facts),
            (),
            (say("suggestions.counted", n=it["reports"]),),
            tuple(customer_quote(quote) for quote in it["quotes"]),
        )
        for it in suggestions[:_SUGGESTIONS]
    )
    if not findings:
        return None
    return Section("suggestions", say("suggestions.title"), findings, say("suggestions.lead"))
