"""What is said of each aspect of an item: the findings, and the customers' words behind them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from infra.pages.blocks import Badge, Finding, Quote, Section, Statement
from infra.pages.facts import MerchantFacts
from infra.pages.figures import percent
from infra.pages.words import Words, name_of, same, say

Row = Mapping[str, Any]
Said = Mapping[tuple[str, int], str]
"""Report id and sentence to the customer's words."""

SHOWN = 5
OVERALL = "overall"
_ALMOST_SURE = 0.95
_POLARITY_TONES = {-1: "bad", 0: "quiet", 1: "good"}
_SOURCES_SHOWN = 40
_OPENING = ("danger", "headline", "satisfied", "mended", "worse", "new")
_WISHES = 2
_CHANGE_TONES = {"better": "good", "worse": "bad"}
_KANO_TONES = {"must_be": "bad", "performance": "main", "attractive": "good"}


def aspect_name(it: Row, facts: MerchantFacts) -> Words:
    """Return an aspect's display name, or its id where it has none."""
    named = facts.aspects.get(it["aspect"])
    return Words(*named) if named else same(it["aspect"])


def aspects_of(summary: Row) -> list[Row]:
    """Return the aspects in order: safety matters, then what enough speak of, by priority."""
    return sorted(
        json.loads(summary["aspects"]) or [],
        key=lambda it: (
            not it["is_safety"],
            it["is_early_signal"],
            -it["priority"],
            it["aspect"],
        ),
    )


def changes_of(summary: Row) -> Mapping[str, Row]:
    """Return what became of each aspect; a summary of an older version has no verdicts."""
    changes = json.loads(summary["changes"] or "null") or {}
    return {aspect: it for aspect, it in changes.items() if "verdict" in it}


def to_mend(summary: Row) -> list[Row]:
    """Return the first few definite aspects that enough customers blame, or that are dangerous.

    What has been mended since is not among them.
    """
    changes = changes_of(summary)
    return [
        it
        for it in _blamed(aspects_of(summary))
        if (it["is_safety"] or not it["is_early_signal"])
        and changes.get(it["aspect"], {}).get("verdict") != "mended"
    ][:SHOWN]


def early_signals(aspects: Sequence[Row]) -> list[Row]:
    """Return the first few definite aspects that are blamed, but by too few to be ranked."""
    return [it for it in _blamed(aspects) if not it["is_safety"] and it["is_early_signal"]][:SHOWN]


def liked_most(aspects: Sequence[Row]) -> list[Row]:
    """Return the few definite aspects with the most praise over blame."""
    liked = [it for it in aspects if it["net_sentiment"] > 0 and it["aspect"] != OVERALL]
    order = sorted(liked, key=lambda it: (it["blame_share"] - it["praise_share"], it["aspect"]))
    return order[:SHOWN]


def findings_section(
    kind: str, aspects: Sequence[Row], summary: Row, facts: MerchantFacts, said: Said
) -> Section | None:
    """Show aspects one by one; ``kind`` is mend, early or liked. None without aspects."""
    findings = tuple(_finding(kind, it, summary, facts, said) for it in aspects)
    if not findings:
        return None
    lead = say(f"improvement.{kind}_lead")
    return Section(kind, say(f"improvement.{kind}"), findings, lead)


def statements(summary: Row, said: Said) -> tuple[Statement, ...]:
    """Return the sentences the page opens with."""
    return tuple(
        Statement(Words(it["zh"], it["en"]), _sources(it, said, _polarity_of(it["part"])))
        for it in _sentences(summary)
        if it["part"] in _OPENING
    )


def customer_quote(quote: Row) -> Quote:
    """Return a customer's words with their source and their colour."""
    source = say("quote.source", report=str(quote["report_id"]), sentence=str(quote["sentence_id"]))
    return Quote(quote["quote"], source, _POLARITY_TONES.get(quote.get("polarity", 0), "quiet"))


def praised_by(it: Row) -> Words:
    """Say how many praise it."""
    return say("aspects.praised_by", n=it["praise_reports"], share=percent(it["praise_share"]))


def blamed_by(it: Row) -> Words:
    """Say how many blame it."""
    return say("aspects.blamed_by", n=it["blame_reports"], share=percent(it["blame_share"]))


def _blamed(aspects: Sequence[Row]) -> list[Row]:
    return [it for it in aspects if it["blame_reports"] and it["aspect"] != OVERALL]


def _finding(kind: str, it: Row, summary: Row, facts: MerchantFacts, said: Said) -> Finding:
    polarity = 1 if kind == "liked" else -1
    parts = ("liked",) if kind == "liked" else ("danger", "mend", "early")
    told = [
        one for one in _sentences(summary) if one["aspect"] == it["aspect"] and one["part"] in parts
    ]
    quotes = [customer_quote(quote) for quote in it["quotes"] if quote["polarity"] == polarity]
    wishes = _wishes(it["aspect"], summary) if kind == "mend" else ()
    return Finding(
        aspect_name(it, facts),
        _badges(kind, it, summary),
        tuple(Words(one["zh"], one["en"]) for one in told),
        (*quotes, *wishes),
        tuple(source for one in told[-1:] for source in _sources(one, said, polarity)),
    )


def _badges(kind: str, it: Row, summary: Row) -> tuple[Badge, ...]:
    badges = []
    if it["is_safety"] and kind != "liked":
        badges.append(Badge(say("aspects.safety"), "bad"))
    if kind == "mend" and it["first_three_chance"] >= _ALMOST_SURE and not it["is_early_signal"]:
        badges.append(Badge(say("aspects.sure"), "main"))
    verdict = changes_of(summary).get(it["aspect"], {}).get("verdict")
    if kind != "liked" and verdict in _CHANGE_TONES:
        badges.append(Badge(name_of("change", verdict), _CHANGE_TONES[verdict]))
    if it["is_early_signal"]:
        badges.append(Badge(say("aspects.early"), "second"))
    if it["kano"] in _KANO_TONES:
        badges.append(Badge(name_of("kano", it["kano"]), "quiet"))
    return tuple(badges)


def _wishes(aspect: str, summary: Row) -> tuple[Quote, ...]:
    """Return the first few requests for a change of an aspect."""
    return tuple(
        Quote(
            quote["quote"],
            say("quote.wish", report=quote["report_id"], sentence=str(quote["sentence_id"])),
            "main",
        )
        for it in json.loads(summary["suggestions"])
        if it["aspect"] == aspect
        for quote in it["quotes"][:_WISHES]
    )


def _sentences(summary: Row) -> list[Row]:
    """Return the summary's sentences; a summary of an older version has none."""
    return json.loads(summary.get("sentences") or "[]")  # type: ignore[no-any-return]


def _sources(it: Row, said: Said, polarity: int) -> tuple[Quote, ...]:
    """Return the words that a sentence rests on, as far as they are at hand."""
    places = [(at["report_id"], at["sentence_id"]) for at in it["sources"]]
    return tuple(
        customer_quote(
            {
                "report_id": place[0],
                "sentence_id": place[1],
                "quote": said[place],
                "polarity": polarity,
            }
        )
        for place in places[:_SOURCES_SHOWN]
        if place in said
    )


def _polarity_of(part: str) -> int:
    return 1 if part == "satisfied" else -1
