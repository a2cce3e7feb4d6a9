"""The aspects of each category, and where a clause speaks of them; kept in YAML, not in code."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, NamedTuple

import yaml

from trials.reports.language import language_of
from trials.reports.matching import Match, TermMatcher
from trials.reports.opinion_words import opinion_sign

Language = Literal["zh", "en"]

OVERALL = "overall"
_CORE = "core"
_CATEGORIES = ("electronics", "food", "cosmetics", "baby", "home", "apparel", "health")


class Sense(NamedTuple):
    """What a term means."""

    aspect: str
    """Empty when it means none here."""
    is_safety: bool
    """Whether it is a danger."""
    is_hint: bool = False
    """Whether it counts only where nothing more definite is named: a box may be just a box."""


@dataclass(frozen=True)
class Mention:
    """An aspect a clause speaks of."""

    aspect: str
    is_safety: bool


@dataclass(frozen=True)
class Ontology:
    """The aspects of one category."""

    name: str
    names: Mapping[str, Mapping[Language, str]]
    """Aspect id to its display names."""
    matcher: TermMatcher[Sense]

    def mentions(self, clause: str) -> list[Mention]:
        """Return the aspects a normalised clause speaks of, each once, in reading order.

        Hints count only where nothing definite is named, general praise or blame (``overall``)
        only where there is no hint either. A clause that names nothing at all and yet praises or
        blames speaks of the whole.
        """
        found = [match for match in self.matcher.find(clause) if match.meaning.aspect]
        named = [match for match in found if match.meaning.aspect != OVERALL]
        definite = [match for match in named if not match.meaning.is_hint]
        heard = _mentions(definite or named or found)
        if not heard and opinion_sign(clause, language_of(clause)):
            return [Mention(OVERALL, is_safety=False)]
        return heard


def _mentions(matches: list[Match[Sense]]) -> list[Mention]:
    is_safety: dict[str, bool] = {}
    for match in matches:
        aspect = match.meaning.aspect
        is_safety[aspect] = match.meaning.is_safety or is_safety.get(aspect, False)
    return [Mention(aspect, danger) for aspect, danger in is_safety.items()]


def ontology_for(category: str) -> Ontology:
    """Return the ontology of a category such as ``electronics/laptop`` or ``食品/茶叶``.

    The category's levels are tried from the first on, case-blind, against the files' names and
    aliases; a category no file knows gets the common core.
    """
    aliases = _aliases()
    for level in category.casefold().split("/"):
        if level.strip() in aliases:
            return _load(aliases[level.strip()])
    return _load(_CORE)


def aspect_name(aspect: str, language: Language) -> str:
    """Return the display name of an aspect id, in Chinese or English; an unknown id as it is."""
    return _all_names().get(aspect, {}).get(language, aspect)


def aspect_names() -> dict[str, tuple[str, str]]:
    """Return every aspect id with its display names, Chinese then English."""
    return {aspect: (names["zh"], names["en"]) for aspect, names in _all_names().items()}


@cache
def _document(name: str) -> dict[str, Any]:
    file = resources.files(__package__) / "ontologies" / f"{name}.yaml"
    document: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return document


@cache
def _aliases() -> dict[str, str]:
    return {alias.casefold(): name for name in _CATEGORIES for alias in _document(name)["aliases"]}


@cache
def _all_names() -> dict[str, dict[Language, str]]:
    names: dict[str, dict[Language, str]] = {}
    for name in (*_CATEGORIES, _CORE):
        for aspect, body in _document(name)["aspects"].items():
            if "zh" in body:
                names[aspect] = {"zh": body["zh"], "en": body["en"]}
    return names


@cache
def _load(name: str) -> Ontology:
    core = _document(_CORE)
    own = _document(name)
    renamed: dict[str, str] = own.get("core") or {aspect: aspect for aspect in core["aspects"]}
    terms: dict[str, Sense] = {}
    for aspect, body in core["aspects"].items():
        if aspect in renamed:
            terms |= _terms(renamed[aspect], body)
    if name != _CORE:
        for aspect, body in own["aspects"].items():
            terms |= _terms(aspect, body)
    dangers = [*core["safety"], *(own["safety"] if name != _CORE else [])]
    for term in dangers:
        terms[term] = Sense(_aspect_of(term, terms) or renamed["quality"], is_safety=True)
    terms |= {term: Sense("", is_safety=False) for term in core["safety_not"]}
    aspects = dict.fromkeys(sense.aspect for sense in terms.values() if sense.aspect)
    names = {aspect: _all_names()[aspect] for aspect in aspects}
    return Ontology(name, names, TermMatcher(terms))


def _aspect_of(danger: str, terms: Mapping[str, Sense]) -> str:
    """The aspect that a danger, or a longer form of its stem, is already a term of; else empty."""
    if danger in terms or not danger.endswith("*"):
        return terms[danger].aspect if danger in terms else ""
    stem = danger.removesuffix("*")
    return next((sense.aspect for term, sense in terms.items() if term.startswith(stem)), "")


def _terms(aspect: str, body: dict[str, list[str]]) -> dict[str, Sense]:
    meanings = {
        "terms": Sense(aspect, is_safety=False),
        "cues": Sense(aspect, is_safety=False),
        "hints": Sense(aspect, is_safety=False, is_hint=True),
        "not": Sense("", is_safety=False),
    }
    return {
        term.casefold(): meaning for key, meaning in meanings.items() for term in body.get(key, ())
    }
