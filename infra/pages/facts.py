"""What the pages need to know beside the tables; whoever publishes fills these in.

Addresses are relative to the page that carries them, so that a store works from a folder, from
``http://`` and from S3 alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from infra.pages.words import Words

Languages = Mapping[str, tuple[str, str]]
"""Code to its display name in Chinese and in English."""


class RowCount(Protocol):
    """Where the rows of one table went; every row read is in exactly one place."""

    @property
    def table(self) -> str:
        """Name of the table."""

    @property
    def read(self) -> int:
        """Rows read."""

    @property
    def accepted(self) -> int:
        """Rows that go on."""

    @property
    def quarantined(self) -> int:
        """Rows refused."""

    @property
    def duplicates(self) -> int:
        """Rows that were there before."""

    @property
    def after_as_of(self) -> int:
        """Rows of the as-of day or later, left out."""

    @property
    def replaced(self) -> int:
        """Rows in whose place a mended one was replayed."""

    @property
    def erased(self) -> int:
        """Rows of people who asked to be erased."""


@dataclass(frozen=True, kw_only=True)
class MerchantLink:
    """A merchant's entry on the shop's pages."""

    merchant_id: str
    name: str
    href: str
    people: int | None = None
    """People to whom something of theirs is recommended."""
    trials: int = 0
    """Trials that have applicants."""
    summaries: int = 0
    """Items with a summary of reports."""


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file that lies beside the page."""

    href: str
    rows: int | None = None


@dataclass(frozen=True, kw_only=True)
class DayFacts:
    """Facts of the shop's day, for ``index.html`` and ``validation_report.html`` in ``internal/``."""

    as_of: date
    run_id: str
    verdict: str
    """pass, warn or block."""
    counts: tuple[RowCount, ...] = ()
    notes: tuple[Words, ...] = ()
    """What validation has to say beside its rules."""
    disclaimers: tuple[Words, ...] = ()
    """What the data is not, such as the demo's stand-ins."""
    merchants: tuple[MerchantLink, ...] = ()
    downloads: tuple[Download, ...] = ()
    list_length: int = 20
    data_docs_href: str | None = None
    """Where Great Expectations' Data Docs are; None if there are none."""
    home_href: str | None = None
    language: str = "zh-CN"
    """What the page speaks first: zh-CN or en."""


@dataclass(frozen=True, kw_only=True)
class MerchantFacts:
    """Facts of one merchant's pages: ``index.html`` and one page an item summary."""

    as_of: date
    run_id: str
    name: str
    disclaimers: tuple[Words, ...] = ()
    downloads: tuple[Download, ...] = ()
    aspects: Languages = field(default_factory=dict)
    """Display names of the aspects; one without a name is shown by its id."""
    smallest_cell: int = 5
    """Numbers of fewer people are merged or hidden."""
    home_href: str | None = None
    language: str = "zh-CN"
    """What the pages speak first: zh-CN or en."""


@dataclass(frozen=True, kw_only=True)
class IndexFacts:
    """Facts of the page that a person opens first."""

    shop: str
    as_of: date
    run_id: str
    verdict: str
    day_href: str
    validation_href: str
    operations_href: str | None = None
    merchants: tuple[MerchantLink, ...] = ()
    disclaimers: tuple[Words, ...] = ()
    language: str = "zh-CN"


@dataclass(frozen=True, kw_only=True)
class EvaluationFacts:
    """Facts of an evaluation: what was measured on what."""

    cuts: tuple[date, ...]
    horizon_days: int
    disclaimers: tuple[Words, ...] = ()
    language: str = "zh-CN"
