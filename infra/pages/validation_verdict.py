"""May the day's data be used, and why: what QA reads first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from infra.pages.blocks import Fact, Facts, verdict_badge
from infra.pages.charts import spark
from infra.pages.facts import DayFacts
from infra.pages.figures import UNKNOWN, percent, whole
from infra.pages.shared_blocks import day_facts
from infra.pages.validation_rules import Rule, failed_share, found, sentence, trend, usual
from infra.pages.words import Words, say


def verdict_words(rules: Sequence[Rule], facts: DayFacts) -> Words:
    """Say what the verdict means for the day, and which rule decided it."""
    meaning = say(f"validation.{facts.verdict}")
    reason = _reason(rules, facts)
    return Words(f"{meaning.zh}{reason.zh}", f"{meaning.en} {reason.en}".strip())


def verdict_facts(rules: Sequence[Rule], facts: DayFacts) -> Facts:
    """Return the figures beside the verdict, with the failures of the last runs."""
    verdicts = [rule["verdict"] for rule in rules]
    refused = sum(count.quarantined for count in facts.counts)
    return Facts(
        day_facts(
            facts.as_of,
            facts.run_id,
            Fact(say("fact.verdict"), verdict_badge(facts.verdict)),
            Fact(say("fact.rules"), whole(len(rules))),
            Fact(say("fact.rules_warn"), whole(verdicts.count("warn"))),
            Fact(say("fact.rules_block"), whole(verdicts.count("block"))),
            Fact(say("fact.quarantined"), whole(refused), _read(facts)),
            *_getting_worse(rules),
        )
    )


def _reason(rules: Sequence[Rule], facts: DayFacts) -> Words:
    deciding = [rule for rule in rules if rule["verdict"] == facts.verdict != "pass"]
    if not deciding:
        return Words("", "")
    first = max(deciding, key=lambda rule: (rule["scope"] == "row", failed_share(rule) or 0.0))
    owner = first["owner"] or UNKNOWN
    if first["scope"] == "table":
        return say("why.table", table=first["table"], found=found(first), owner=owner)
    return say(
        "why.rule",
        table=first["table"],
        sentence=_clause(sentence(first)),
        n=first["rows_failed"],
        share=percent(failed_share(first), 2),
        owner=owner,
    )


def _clause(said: Words) -> Words:
    return Words(said.zh.rstrip("。"), said.en.rstrip("."))


def _read(facts: DayFacts) -> Words | None:
    read = sum(count.read for count in facts.counts)
    return say("why.of_read", n=read) if read else None


def _getting_worse(rules: Sequence[Rule]) -> list[Fact]:
    """Return the failures of all rules run by run, beside what is usual."""
    newest_first = [trend(rule)[::-1] for rule in rules]
    by_run = list(zip_longest(*newest_first, fillvalue=0))[::-1]
    totals = [sum(failed or 0 for failed in run) for run in by_run]
    if len(totals) <= 1:
        return []
    before = sum(usual(rule) or 0 for rule in rules)
    note = say("why.trend", now=whole(totals[-1]), usual=whole(before))
    return [Fact(say("fact.trend"), spark(totals), note)]
