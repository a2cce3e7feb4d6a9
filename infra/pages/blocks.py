"""What a page is made of: facts, tables, charts, quotes, links, in sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Protocol

from markupsafe import Markup

from infra.pages.charts import TONES
from infra.pages.figures import UNKNOWN
from infra.pages.words import Text, Words, name_of, say

VERDICT_TONES = {"pass": "good", "warn": "second", "block": "bad"}


class Html(Protocol):
    """Anything that knows its own HTML."""

    def __html__(self) -> str:
        """Return it escaped."""


Cell = str | Html


@dataclass(frozen=True)
class Link:
    """A link to a page or a file."""

    href: str
    text: Text

    def __html__(self) -> str:
        """Return the anchor."""
        return Markup('<a href="{}">{}</a>').format(self.href, self.text)


@dataclass(frozen=True)
class Badge:
    """A word on a coloured ground; the word says what the colour says."""

    text: Text
    tone: str = "quiet"

    def __html__(self) -> str:
        """Return the badge."""
        return Markup('<span class="badge {}">{}</span>').format(self.tone, self.text)


@dataclass(frozen=True)
class Small:
    """A main value with a lesser one below it."""

    text: Cell
    below: Cell

    def __html__(self) -> str:
        """Return both."""
        return Markup("{}<small>{}</small>").format(self.text, self.below)


@dataclass(frozen=True)
class Code:
    """Something to copy, such as an id or a digest."""

    text: str

    def __html__(self) -> str:
        """Return it in a type of even width."""
        return Markup("<code>{}</code>").format(self.text)


@dataclass(frozen=True)
class Day:
    """A calendar day in figures, never broken at its hyphens; None is written as a dash."""

    day: date | None

    def __html__(self) -> str:
        """Return the day."""
        return UNKNOWN if self.day is None else Markup("<time>{}</time>").format(self.day)


@dataclass(frozen=True)
class Heat:
    """A table cell whose ground shows how large its number is, from 0 (none) to 5."""

    text: Cell
    below: Cell
    level: int


@dataclass(frozen=True)
class Fact:
    """One figure with its name."""

    label: Words
    value: Cell
    note: Text | None = None


@dataclass(frozen=True)
class Facts:
    """The figures a section begins with."""

    kind: ClassVar[str] = "facts"
    items: tuple[Fact, ...]


@dataclass(frozen=True)
class DataTable:
    """A table with a caption."""

    kind: ClassVar[str] = "table"
    caption: Words
    head: tuple[Words, ...]
    rows: tuple[tuple[Cell | Heat, ...], ...]
    numbers: frozenset[int] = frozenset()
    """Columns set flush right."""
    is_folded: bool = False
    """Whether it opens on a click."""


@dataclass(frozen=True)
class Figure:
    """A chart with its caption, its legend and the table it was drawn from."""

    kind: ClassVar[str] = "figure"
    caption: Words
    svg: Markup
    table: DataTable | None = None
    legend: tuple[tuple[str, Words], ...] = ()
    note: Words | None = None


@dataclass(frozen=True)
class Figures:
    """Charts side by side where there is room."""

    kind: ClassVar[str] = "figures"
    items: tuple[Figure, ...]


@dataclass(frozen=True)
class Notes:
    """Sentences that need no figure."""

    kind: ClassVar[str] = "notes"
    items: tuple[Words, ...]


@dataclass(frozen=True)
class Cards:
    """Links with a sentence each."""

    kind: ClassVar[str] = "cards"
    items: tuple[tuple[Link, tuple[Cell, ...]], ...]


@dataclass(frozen=True)
class Quote:
    """What a customer wrote, verbatim, and where."""

    text: str
    source: Words
    tone: str = "quiet"


@dataclass(frozen=True)
class Finding:
    """A heading, what is said about it, and the customers' own words."""

    kind: ClassVar[str] = "finding"
    title: Words
    badges: tuple[Badge, ...]
    sentences: tuple[Words, ...]
    quotes: tuple[Quote, ...]
    sources: tuple[Quote, ...] = ()
    """Everything that it rests on, shown on a click."""


@dataclass(frozen=True)
class Statement:
    """A sentence that stands by itself, with what it rests on behind a click."""

    kind: ClassVar[str] = "statement"
    sentence: Words
    sources: tuple[Quote, ...]


Block = Facts | DataTable | Figure | Figures | Notes | Cards | Finding | Statement


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it."""

    anchor: str
    title: Words
    blocks: tuple[Block, ...]
    lead: Words | None = None


def verdict_badge(verdict: str) -> Badge:
    """Return the verdict as a word on its colour."""
    return Badge(name_of("verdict", verdict), VERDICT_TONES.get(verdict, "quiet"))


def columns(*keys: str) -> tuple[Words, ...]:
    """Return column headings by their keys in the message table."""
    return tuple(say(f"column.{key}") for key in keys)


def legend(*items: tuple[str, Words]) -> tuple[tuple[str, Words], ...]:
    """Return a legend: colours, not their names, beside their words."""
    return tuple((TONES[tone], word) for tone, word in items)


def chart_table(
    caption: Words, head: tuple[Words, ...], rows: Sequence[tuple[Cell, ...]]
) -> DataTable:
    """Return the table behind a chart: names first, numbers after."""
    return DataTable(caption, head, tuple(rows), numbers=frozenset(range(1, len(head))))
