"""What is said of each aspect of an item: how many blame it, the mood, the customers' words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from infra.pages.blocks import Badge, Figure, Figures, Finding, Quote, Section, chart_table, columns
from infra.pages.charts import Bar, Span, bars, spans
from infra.pages.facts import MerchantFacts
from infra.pages.figures import decimal, interval, percent, round_ticks, signed, whole
from infra.pages.words import Words, same, say

Row = Mapping[str, Any]

_ASPECTS_DRAWN = 12
_SHOWN = 5
_POLARITY_TONES = {-1: "bad", 0: "quiet", 1: "good"}


def aspect_name(it: Row, facts: MerchantFacts) -> Words:
    """Return an aspect's display name, or its id where it has none."""
    named = facts.aspects.get(it["aspect"])
    return Words(*named) if named else same(it["aspect"])


def overview_section(aspects: Sequence[Row], facts: MerchantFacts) -> Section | None:
    """Draw how many blame each aspect and the mood about it; None without aspects."""
    if not aspects:
        return None
    named = [(aspect_name(it, facts), it) for it in aspects[:_ASPECTS_DRAWN]]
    figures = Figures((_blame_figure(named), _mood_figure(named)))
    return Section("overview", say("aspects.title"), (figures,), say("aspects.lead"))


def findings_section(
    kind: str, aspects: Sequence[Row], facts: MerchantFacts, *, polarity: int
) -> Section | None:
    """Show aspects one by one with quotes of one polarity; ``kind`` is mend or liked."""
    findings = tuple(_finding(it, facts, polarity) for it in aspects)
    if not findings:
        return None
    lead = say(f"improvement.{kind}_lead")
    return Section(kind, say(f"improvement.{kind}"), findings, lead)


def customer_quote(quote: Row | str) -> Quote:
    """Return a customer's words with their source and their colour."""
    if isinstance(quote, str):
        return Quote(quote, say("quote.no_source"))
    source = say("quote.source", report=str(quote["report_id"]), sentence=str(quote["sentence_id"]))
    return Quote(quote["quote"], source, _POLARITY_TONES.get(quote.get("polarity", 0), "quiet"))


def said(it: Row) -> Words:
    """Say how many speak of it."""
    return say("aspects.said", n=it["reports"], share=percent(it["share"]))


def blamed_by(it: Row) -> Words:
    """Say how many blame it."""
    return say("aspects.blamed_by", n=it["blame_reports"], share=percent(it["blame_share"]))


def to_mend(aspects: Sequence[Row]) -> list[Row]:
    """Return the first few aspects that anybody blames, of aspects in order of priority."""
    return [it for it in aspects if it["blame_share"] or it["is_safety"]][:_SHOWN]


def liked_most(aspects: Sequence[Row]) -> list[Row]:
    """Return the few aspects with the most praise over blame."""
    liked = [it for it in aspects if it["net_sentiment"] > 0]
    return sorted(liked, key=lambda it: (-it["net_sentiment"] * it["reports"], it["aspect"]))[
        :_SHOWN
    ]


def aspects_of(summary: Row) -> list[Row]:
    """Return the aspects, safety matters first, then by priority."""
    return sorted(
        json.loads(summary["aspects"]) or [],
        key=lambda it: (not it["is_safety"], -it["priority"], it["aspect"]),
    )


def _blame_figure(named: Sequence[tuple[Words, Row]]) -> Figure:
    drawn = [
        Span(
            name,
            it["blame_low"],
            it["blame_high"],
            ((_dot_tone(it), it["blame_share"]),),
            f"{percent(it['blame_share'])} ({_blame_interval(it)})",
        )
        for name, it in named
    ]
    rows = [
        (
            name,
            whole(it["blame_reports"]),
            percent(it["blame_share"]),
            _blame_interval(it),
            decimal(it["impact"]),
            decimal(it["priority"], 3),
        )
        for name, it in named
    ]
    top = min(1.0, max(0.05, *(span.high for span in drawn)) * 1.05)
    head = columns("aspect", "blamers", "share", "interval", "impact", "priority")
    return Figure(
        say("aspects.blame"),
        spans(drawn, domain=(0, top), ticks=round_ticks(top), form="~%"),
        chart_table(say("aspects.blame"), head, rows),
        note=say("aspects.blame_note"),
    )


def _mood_figure(named: Sequence[tuple[Words, Row]]) -> Figure:
    drawn = [
        Bar(name, it["net_sentiment"], signed(it["net_sentiment"]), _mood_tone(it))
        for name, it in named
    ]
    rows = [
        (
            name,
            whole(it["reports"]),
            percent(it["share"]),
            interval(it["low"], it["high"]),
            signed(it["net_sentiment"]),
        )
        for name, it in named
    ]
    head = columns("aspect", "speakers", "share", "interval", "net")
    return Figure(
        say("aspects.mood"),
        bars(drawn, domain=(-1, 1)),
        chart_table(say("aspects.mood"), head, rows),
        note=say("aspects.mood_note"),
    )


def _blame_interval(it: Row) -> str:
    return interval(it["blame_low"], it["blame_high"])


def _blamed(it: Row) -> Words:
    return say(
        "aspects.blamed",
        n=it["blame_reports"],
        share=percent(it["blame_share"]),
        interval=_blame_interval(it),
        impact=decimal(it["impact"]),
        priority=decimal(it["priority"], 3),
    )


def _dot_tone(it: Row) -> str:
    if it["is_safety"]:
        return "bad"
    return "second" if it["is_early_signal"] else "main"


def _mood_tone(it: Row) -> str:
    return "bad" if it["net_sentiment"] < 0 else "good"


def _finding(it: Row, facts: MerchantFacts, polarity: int) -> Finding:
    badges = []
    if it["is_safety"] and polarity < 0:
        badges.append(Badge(say("aspects.safety"), "bad"))
    if it["is_early_signal"]:
        badges.append(Badge(say("aspects.early"), "second"))
    sentences = [
        say(
            "aspects.mentioned",
            n=it["reports"],
            share=percent(it["share"]),
            interval=interval(it["low"], it["high"]),
        )
    ]
    if polarity < 0:
        sentences.append(_blamed(it))
    quotes = tuple(customer_quote(quote) for quote in it["quotes"] if quote["polarity"] == polarity)
    return Finding(aspect_name(it, facts), tuple(badges), tuple(sentences), quotes)
