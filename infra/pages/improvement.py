"""What customers say of one item, and what to mend first: the item's summary page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from infra.pages.aspects import (
    aspect_name,
    aspects_of,
    blamed_by,
    customer_quote,
    findings_section,
    liked_most,
    overview_section,
    said,
    to_mend,
)
from infra.pages.blocks import (
    Badge,
    Fact,
    Facts,
    Finding,
    Link,
    Notes,
    Section,
    chart_table,
    columns,
)
from infra.pages.document import document
from infra.pages.facts import MerchantFacts
from infra.pages.figures import decimal, percent, points, whole
from infra.pages.words import Words, name_of, say

ENOUGH = "enough evidence"

Row = Mapping[str, Any]


def render_improvement(summary: Row, facts: MerchantFacts) -> bytes:
    """Render the page of one row of ``improvement_summary``."""
    title = say("improvement.title", item=summary["item_name"])
    opening = Facts((*_opening(summary), *_headline(summary, facts)))
    sections = _sections(summary, facts) if summary["verdict"] == ENOUGH else _too_few(summary)
    trail = [Link(facts.home_href, say("page.home"))] if facts.home_href else []
    return document(
        title,
        sections,
        language=facts.language,
        trail=[*trail, Link("index.html", facts.name)],
        opening=(opening,),
        kicker=say("improvement.kicker", merchant=facts.name, day=facts.as_of),
    )


def first_to_mend(summary: Row, facts: MerchantFacts) -> Words | None:
    """Return the name of what to mend first; None when nobody complains."""
    return next((aspect_name(it, facts) for it in to_mend(aspects_of(summary))), None)


def _headline(summary: Row, facts: MerchantFacts) -> tuple[Fact, ...]:
    """Say in two words what is liked most and what to mend first."""
    if summary["verdict"] != ENOUGH:
        return ()
    aspects = aspects_of(summary)
    liked, mend = liked_most(aspects), to_mend(aspects)
    return (
        *(Fact(say("fact.liked"), aspect_name(it, facts), said(it)) for it in liked[:1]),
        *(Fact(say("fact.mend"), aspect_name(it, facts), blamed_by(it)) for it in mend[:1]),
    )


def _opening(summary: Row) -> tuple[Fact, ...]:
    enough = summary["verdict"] == ENOUGH
    code, tone = ("enough", "good") if enough else ("not_enough", "quiet")
    return (
        Fact(say("fact.evidence"), Badge(name_of("evidence", code), tone)),
        Fact(say("fact.reports"), whole(summary["reports"])),
        Fact(say("fact.rating_raw"), decimal(summary["rating_raw"]), say("fact.rating_raw_note")),
        Fact(
            say("fact.rating_weighted"),
            decimal(summary["rating_weighted"]),
            say("fact.rating_weighted_note"),
        ),
    )


def _sections(summary: Row, facts: MerchantFacts) -> list[Section]:
    aspects = aspects_of(summary)
    mend, liked = to_mend(aspects), liked_most(aspects)
    sections = [
        overview_section(aspects, facts),
        findings_section("mend", mend, facts, polarity=-1),
        findings_section("liked", liked, facts, polarity=1),
        _suggestions(json.loads(summary["suggestions"]) or [], facts),
        _changes(json.loads(summary["changes"] or "null"), facts),
        Section("limits", say("improvement.limits"), (Notes((say("improvement.cannot_say"),)),)),
    ]
    return [section for section in sections if section]


def _too_few(summary: Row) -> list[Section]:
    sentence = say("improvement.too_few", n=summary["reports"])
    return [Section("limits", say("improvement.too_few_title"), (Notes((sentence,)),))]


def _suggestions(suggestions: Sequence[Row], facts: MerchantFacts) -> Section | None:
    findings = tuple(
        Finding(
            aspect_name(it, facts),
            (),
            (say("suggestions.counted", n=it["reports"]),),
            tuple(customer_quote(quote) for quote in it["quotes"]),
        )
        for it in suggestions
    )
    if not findings:
        return None
    return Section("suggestions", say("suggestions.title"), findings, say("suggestions.lead"))


def _changes(changes: Mapping[str, Row] | None, facts: MerchantFacts) -> Section | None:
    if not changes:
        return None
    rows = [
        (
            aspect_name({"aspect": aspect}, facts),
            percent(change["share_before"]),
            percent(change["share_now"]),
            _difference(change),
        )
        for aspect, change in sorted(changes.items())
    ]
    head = columns("aspect", "before", "now", "difference")
    table = chart_table(say("changes.caption"), head, rows)
    return Section("changes", say("changes.title"), (table,), say("changes.lead"))


def _difference(change: Row) -> str:
    return points(change["share_now"] - change["share_before"])
