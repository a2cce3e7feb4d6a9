"""The page of ``shike evaluate``: every model's figures, and the ones that matter as bars."""

from __future__ import annotations

import pyarrow as pa

from infra.pages.blocks import DataTable, Figure, Figures, Notes, Section, chart_table
from infra.pages.charts import Bar, bars
from infra.pages.document import document
from infra.pages.facts import EvaluationFacts
from infra.pages.figures import decimal
from infra.pages.tallies import records
from infra.pages.words import Text, day_words, listed, same, say

_PLACES = 4


def render_evaluation(metrics: pa.Table, facts: EvaluationFacts) -> bytes:
    """Render ``evaluation.html``.

    Args:
        metrics: One row a model: ``model``, then one number column a metric, null where a model
            has no such figure. Rows and columns are shown in their order.
        facts: What was measured on what, and which columns are drawn.

    Raises:
        ValueError: If a headline is not a column.
    """
    for headline in facts.headline:
        if headline not in metrics.column_names:
            found = ", ".join(metrics.column_names)
            raise ValueError(f"a headline must be a metric, got {headline!r} of {found}")
    drawn = Figures(tuple(_figure(metrics, headline, facts.own) for headline in facts.headline))
    cuts: tuple[Text, ...] = tuple(day_words(cut) for cut in facts.cuts)
    lead = say("evaluation.lead", cuts=listed(cuts), days=facts.horizon_days)
    sections = [
        Section("bars", say("evaluation.bars"), (drawn,), lead),
        Section("table", say("evaluation.table"), (_table(metrics),)),
    ]
    if facts.disclaimers:
        sections.append(Section("about", say("page.about_data"), (Notes(facts.disclaimers),)))
    return document(say("evaluation.title"), sections, language=facts.language)


def _figure(metrics: pa.Table, metric: str, own: str) -> Figure:
    rows = [(row["model"], row[metric]) for row in records(metrics)]
    drawn = [
        Bar(model, value, decimal(value, _PLACES), "main" if model == own else "quiet")
        for model, value in rows
        if value is not None
    ]
    table = chart_table(
        same(metric),
        (say("column.model"), same(metric)),
        [(model, decimal(value, _PLACES)) for model, value in rows],
    )
    return Figure(same(metric), bars(drawn), table)


def _table(metrics: pa.Table) -> DataTable:
    names = metrics.column_names[1:]
    head = (say("column.model"), *(same(name) for name in names))
    rows = tuple(
        (row["model"], *(decimal(row[name], _PLACES) for name in names)) for row in records(metrics)
    )
    return DataTable(say("evaluation.caption"), head, rows, frozenset(range(1, len(head))))
