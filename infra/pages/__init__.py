"""The pages that people read: one self-contained file each, in Chinese and English.

| file | in | shows |
|---|---|---|
| ``index.html`` | the store's root | the day's verdict and where to read on |
| ``index.html`` | ``internal/runs/{run_id}/`` | the shop's day |
| ``validation_report.html`` | ``internal/runs/{run_id}/`` | what validation found |
| ``index.html`` | ``merchants/{merchant_id}/runs/{run_id}/`` | one merchant's recommendations and trials |
| ``improvement_summary-{item}.html`` | the same | what customers say of one item |
| ``index.html`` | ``operations/`` | how the last attempts at a day went |
| any | the file named by ``shike evaluate --page`` | the models compared |
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from infra.pages.day import PAGE as DAY_PAGE
from infra.pages.day import VALIDATION_PAGE, render_day
from infra.pages.evaluation import render_evaluation
from infra.pages.facts import (
    DayFacts,
    Download,
    EvaluationFacts,
    IndexFacts,
    MerchantFacts,
    MerchantLink,
)
from infra.pages.improvement import render_improvement, said_of
from infra.pages.index import merchant_link, render_index
from infra.pages.merchant import PAGE as MERCHANT_PAGE
from infra.pages.merchant import render_merchant_page
from infra.pages.operations import render_operations
from infra.pages.tallies import records
from infra.pages.validation import render_validation
from infra.pages.words import Words
from infra.store.keys import encode_id

__all__ = [
    "DAY_PAGE",
    "MERCHANT_PAGE",
    "VALIDATION_PAGE",
    "DayFacts",
    "Download",
    "EvaluationFacts",
    "IndexFacts",
    "MerchantFacts",
    "MerchantLink",
    "Words",
    "merchant_link",
    "render_evaluation",
    "render_index",
    "render_internal",
    "render_merchant",
    "render_operations",
    "summary_page",
]


def render_internal(tables: Mapping[str, pa.Table], facts: DayFacts) -> dict[str, bytes]:
    """Render the pages of ``internal/``: the day and the validation report.

    Args:
        tables: The run's outputs by name, whole and with real ids; what is absent is left out.
        facts: The rest.

    Returns:
        File name to its bytes; the pages link to each other by these names.
    """
    return {
        DAY_PAGE: render_day(tables, facts),
        VALIDATION_PAGE: render_validation(tables, facts),
    }


def render_merchant(
    merchant_id: str, tables: Mapping[str, pa.Table], facts: MerchantFacts
) -> dict[str, bytes]:
    """Render one merchant's pages: its day, and a page an item with a summary of reports.

    Args:
        merchant_id: The merchant.
        tables: The merchant's copies by name, filtered and pseudonymous; ``items`` and ``trials``
            of the inputs may be among them for their names.
        facts: The rest.

    Returns:
        File name to its bytes; the pages link to each other by these names.
    """
    summaries = records(tables.get("improvement_summary"))
    pages = {summary["item_id"]: summary_page(summary["item_id"]) for summary in summaries}
    main = render_merchant_page(merchant_id, tables, facts, pages)
    rendered = {
        pages[it["item_id"]]: render_improvement(it, facts, said_of(tables, it["item_id"]))
        for it in summaries
    }
    return {MERCHANT_PAGE: main, **rendered}


def summary_page(item_id: str) -> str:
    """Return the file name of an item's summary page."""
    return f"improvement_summary-{encode_id(item_id)}.html"
