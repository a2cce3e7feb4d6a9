"""The page of ``shike evaluate``: how shike stands against the baselines, and what it owes to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from infra.pages.blocks import (
    Badge,
    Block,
    Cell,
    DataTable,
    Day,
    Fact,
    Facts,
    Figures,
    Notes,
    Section,
    Small,
    columns,
)
from infra.pages.document import document
from infra.pages.evaluation_figures import (
    curve_figure,
    lead_figure,
    model_name,
    reliability_figure,
)
from infra.pages.facts import EvaluationFacts
from infra.pages.figures import UNKNOWN, decimal, whole
from infra.pages.tallies import records
from infra.pages.words import Text, Words, day_words, listed, name_of, same, say

Row = Mapping[str, Any]
Tables = Mapping[str, pa.Table]

_PLACES = 4
_MARK_TONES = {"hit": "good", "annoying": "bad"}


def render_evaluation(tables: Tables, facts: EvaluationFacts) -> bytes:
    """Render the evaluation as one page.

    Args:
        tables: ``figures``, ``leads``, ``errors``, ``reliability``, ``timing`` and ``slots``, as
            ``recommender.evaluation.report_tables`` declares them; a section without rows is left
            out.
        facts: What was measured on what.
    """
    cuts: tuple[Text, ...] = tuple(day_words(cut) for cut in facts.cuts)
    sections = [
        _models(tables),
        *_rivals(tables),
        *_ablations(tables),
        *_calibration(tables),
        *_timing(tables),
        *_slots(tables, facts),
    ]
    if facts.disclaimers:
        sections.append(Section("about", say("page.about_data"), (Notes(facts.disclaimers),)))
    subject = next((row for row in records(tables["figures"]) if row["role"] == "subject"), None)
    return document(
        say("evaluation.title"),
        sections,
        language=facts.language,
        opening=_opening(tables),
        kicker=model_name(subject) if subject else None,
        lead=say("evaluation.lead", cuts=listed(cuts), days=facts.horizon_days),
    )


def _opening(tables: Tables) -> tuple[Block, ...]:
    facts = [
        Fact(name_of("metric", row["metric"]), decimal(row["value"], _PLACES), _interval(row))
        for row in records(tables["figures"])
        if row["role"] == "subject"
    ]
    errors = [row["error"] for row in records(tables["errors"])]
    if errors:
        fact = Fact(say("evaluation.error"), decimal(max(errors), _PLACES), say("evaluation.worst"))
        facts.append(fact)
    return (Facts(tuple(facts)),) if facts else ()


def _models(tables: Tables) -> Section:
    metrics = list(dict.fromkeys(tables["figures"]["metric"].to_pylist()))
    head = (*columns("model"), *(name_of("metric", metric) for metric in metrics))
    by_model: dict[tuple[str, str], list[Cell]] = {}
    for row in records(tables["figures"]):
        cells = by_model.setdefault((row["model"], row["variant"]), [model_name(row)])
        cells.append(_with_interval(row))
    table = DataTable(
        say("evaluation.caption"),
        head,
        tuple(map(tuple, by_model.values())),
        frozenset(range(1, len(head))),
    )
    notes = (
        say("evaluation.explain_ndcg"),
        say("evaluation.explain_annoying"),
        say("evaluation.explain_timing"),
        say("evaluation.explain_variants"),
    )
    return Section("models", say("evaluation.table"), (table, Notes(notes)))


def _rivals(tables: Tables) -> Iterator[Section]:
    leads = [row for row in records(tables["leads"]) if row["role"] == "rival"]
    if leads:
        blocks = (Figures(tuple(lead_figure(*group) for group in _by_metric(leads))),)
        yield Section("rivals", say("evaluation.rivals"), blocks, say("evaluation.rivals_lead"))


def _ablations(tables: Tables) -> Iterator[Section]:
    losses = [row for row in records(tables["leads"]) if row["role"] == "ablation"]
    if losses:
        blocks = (Figures(tuple(lead_figure(*group) for group in _by_metric(losses))),)
        lead = say("evaluation.ablations_lead")
        yield Section("ablations", say("evaluation.ablations"), blocks, lead)


def _calibration(tables: Tables) -> Iterator[Section]:
    errors = records(tables["errors"])
    if errors:
        head = columns("cut", "pairs", "error", "error_equal_mass", "error_equal_width")
        rows = tuple(
            (
                Day(row["cut"]),
                whole(row["pairs"]),
                decimal(row["error"], _PLACES),
                decimal(row["error_equal_mass"], _PLACES),
                decimal(row["error_equal_width"], _PLACES),
            )
            for row in errors
        )
        table = DataTable(say("evaluation.errors"), head, rows, frozenset(range(1, len(head))))
        blocks = (reliability_figure(records(tables["reliability"])), table)
        lead = say("evaluation.calibration_lead")
        yield Section("calibration", say("evaluation.calibration"), blocks, lead)


def _timing(tables: Tables) -> Iterator[Section]:
    steps = records(tables["timing"])
    if steps:
        kinds = (
            (say("evaluation.satiating"), [step for step in steps if step["is_satiating"]]),
            (say("evaluation.other"), [step for step in steps if not step["is_satiating"]]),
        )
        drawn = tuple(curve_figure(caption, kind) for caption, kind in kinds if kind)
        lead = say("evaluation.timing_lead")
        yield Section("timing", say("evaluation.timing"), (Figures(drawn),), lead)


def _slots(tables: Tables, facts: EvaluationFacts) -> Iterator[Section]:
    slots = records(tables["slots"])
    if slots:
        rows = tuple(
            (
                _shown(slot["rank"], slot["before"], slot["before_mark"]),
                _shown(slot["rank"], slot["after"], slot["after_mark"]),
            )
            for slot in slots
        )
        caption = say("evaluation.slots_caption", user=same(slots[0]["user_id"]))
        head = columns("slots_before", "slots_after")
        lead = say("evaluation.slots_lead", day=max(facts.cuts))
        yield Section("slots", say("evaluation.slots"), (DataTable(caption, head, rows),), lead)


def _by_metric(rows: list[dict[str, Any]]) -> Iterator[tuple[Words, list[dict[str, Any]]]]:
    for metric in dict.fromkeys(row["metric"] for row in rows):
        yield name_of("metric", metric), [row for row in rows if row["metric"] == metric]


def _with_interval(row: Row) -> Cell:
    value = decimal(row["value"], _PLACES)
    return value if row["low"] is None else Small(value, _interval(row) or "")


def _interval(row: Row) -> str | None:
    if row["low"] is None:
        return None
    return f"{decimal(row['low'], _PLACES)} – {decimal(row['high'], _PLACES)}"


def _shown(rank: int, thing: str | None, mark: str | None) -> Cell:
    if thing is None or mark is None:
        return UNKNOWN
    numbered = f"{rank}. {thing}"
    if mark == "none":
        return numbered
    return Small(numbered, Badge(name_of("slot_mark", mark), _MARK_TONES[mark]))
