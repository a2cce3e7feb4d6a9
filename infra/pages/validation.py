"""The validation report for QA: the verdict first, then what failed, who answers for it, and proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from infra.pages.blocks import Block, Cards, Link, Section
from infra.pages.document import document
from infra.pages.facts import DayFacts
from infra.pages.rows import rows_section
from infra.pages.shared_blocks import downloads_table
from infra.pages.validation_blast import blast_section
from infra.pages.validation_catalogue import catalogue_section
from infra.pages.validation_columns import columns_section
from infra.pages.validation_days import days_section
from infra.pages.validation_failures import (
    failures_section,
    pareto,
    rule_tables,
    rules_section,
)
from infra.pages.validation_rules import Rule, failing, most_failed, of_side, ordered_rules
from infra.pages.validation_samples import quarantine_section, samples_section
from infra.pages.validation_sources import sources_section
from infra.pages.validation_verdict import verdict_facts, verdict_words
from infra.pages.validation_waivers import waivers_section
from infra.pages.words import say

_FINDINGS = (
    "validation_report",
    "quarantine",
    "source_scorecard",
    "column_profile",
    "daily_rows",
    "lineage",
)
"""The tables that this page is about, for its downloads."""


def render_validation(tables: Mapping[str, pa.Table], facts: DayFacts) -> bytes:
    """Render the validation report.

    Args:
        tables: ``validation_report``, ``quarantine``, ``source_scorecard``, ``column_profile``,
            ``daily_rows`` and ``lineage``; a section whose table is absent is left out.
        facts: The rest.
    """
    rules = ordered_rules(tables.get("validation_report"))
    inputs = of_side(rules, "input")
    sections = [
        rows_section(facts),
        failures_section(inputs),
        rules_section(inputs),
        waivers_section(rules, facts.as_of),
        sources_section(tables),
        days_section(tables, facts),
        columns_section(tables),
        samples_section(rules),
        quarantine_section(tables),
        blast_section(tables),
        _outputs(of_side(rules, "output")),
        catalogue_section(rules),
        _files(facts),
    ]
    trail = [Link(facts.home_href, say("page.home"))] if facts.home_href else []
    return document(
        say("validation.title"),
        [section for section in sections if section],
        language=facts.language,
        trail=[*trail, Link("index.html", say("day.title"))],
        opening=(verdict_facts(rules, facts),),
        lead=verdict_words(rules, facts),
        kicker=say("day.kicker", day=facts.as_of),
    )


def _outputs(rules: Sequence[Rule]) -> Section | None:
    """Show the checks of what we publish ourselves: a failure there is our fault."""
    if not rules:
        return None
    counted, failed = most_failed(rules), failing(rules)
    passed = [rule for rule in rules if rule not in failed]
    figures = (pareto(counted),) if counted else ()
    blocks: tuple[Block, ...] = (*figures, *rule_tables(failed, passed))
    return Section("outputs", say("outputs.title"), blocks, say("outputs.lead"))


def _files(facts: DayFacts) -> Section | None:
    kept = [file for file in facts.downloads if file.href.partition(".")[0] in _FINDINGS]
    blocks: list[Block] = []
    if facts.data_docs_href:
        docs = Link(facts.data_docs_href, say("data_docs.title"))
        blocks.append(Cards(((docs, (say("data_docs.lead"),)),)))
    if kept:
        blocks.append(downloads_table(kept))
    if not blocks:
        return None
    return Section("files", say("downloads.title"), tuple(blocks), say("downloads.internal_lead"))
