"""What a page says, in both languages at once; every fixed word comes from ``messages.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from markupsafe import Markup, escape

_EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Words:
    """One thing said in Chinese and in English."""

    zh: str
    en: str

    def __html__(self) -> str:
        """Both languages as HTML, escaped; the page's ``lang`` decides which one is seen."""
        if self.zh == self.en:
            return str(escape(self.en))
        return Markup(
            '<span class="zh" lang="zh-CN">{}</span><span class="en" lang="en">{}</span>'
        ).format(self.zh, self.en)


Text = str | Words
"""A name that is the same in both languages, or words."""
Value = Text | int | date


def same(name: str) -> Words:
    """Return a name that needs no translation, such as a product's."""
    return Words(name, name)


def words(text: Text) -> Words:
    """Return a text as words."""
    return same(text) if isinstance(text, str) else text


def say(key: str, **values: Value) -> Words:
    """Return a sentence of the message table with its blanks filled.

    Args:
        key: ``section.name`` in ``messages.toml``.
        values: The blanks: whole numbers get thousands separators, days are written out, words
            are put in the sentence's own language.

    Raises:
        KeyError: If there is no such message, or a blank is left empty.
    """
    message = messages()[key]
    zh = {name: _spoken(value).zh for name, value in values.items()}
    en = {name: _spoken(value).en for name, value in values.items()}
    return Words(message.zh.format_map(zh), message.en.format_map(en))


def name_of(section: str, code: str) -> Words:
    """Return the display name of a coded value; an unknown code stands for itself."""
    return messages().get(f"{section}.{code}", same(code))


def day_words(day: date) -> Words:
    """Return a calendar day written out."""
    return Words(
        f"{day.year}年{day.month}月{day.day}日", f"{day.day} {_EN_MONTHS[day.month - 1]} {day.year}"
    )


def listed(parts: tuple[Text, ...]) -> Words:
    """Join names as each language joins them."""
    spoken = [words(part) for part in parts]
    return Words("、".join(part.zh for part in spoken), ", ".join(part.en for part in spoken))


@cache
def messages() -> Mapping[str, Words]:
    """Return the message table: ``section.name`` to words."""
    source = files("infra.pages").joinpath("messages.toml").read_text(encoding="utf-8")
    return {
        f"{section}.{name}": Words(**both)
        for section, named in tomllib.loads(source).items()
        for name, both in named.items()
    }


def _spoken(value: Value) -> Words:
    if isinstance(value, date):
        return day_words(value)
    return same(f"{value:,}") if isinstance(value, int) else words(value)
