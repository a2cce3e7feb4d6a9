"""The aspects of each category, and where a clause speaks of them; kept in YAML, not in code."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, NamedTuple

import yaml

from trials.reports.matching import Match, TermMatcher

Language = Literal["zh", "en"]

OVERALL = "overall"
_CORE = "core"
_CATEGORIES = ("electronics", "food")


class Sense(NamedTuple):
    """What a term means: an aspect (empty when it means none here), and whether it is a danger."""

    aspect: str
    is_safety: bool


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

        General praise or blame counts as ``overall`` only where nothing more definite is named.
        """
        found = self.matcher.find(clause)
        definite = [match for match in found if match.meaning.aspect not in ("", OVERALL)]
        general = [match for match in found if match.meaning.aspect == OVERALL]
        return _mentions(definite or general)


def _mentions(matches: list[Match[Sense]]) -> list[Mention]:
    is_safety: dict[str, bool] = {}
    for match in matches:
        aspect, danger = match.meaning
        is_safety[aspect] = danger or is_safety.get(aspect, False)
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
        known = terms.get(term, Sense(renamed["quality"], is_safety=True))
        terms[term] = Sense(known.aspect, is_safety=True)
    terms |= {term: Sense("", is_safety=False) for term in core["safety_not"]}
    aspects = dict.fromkeys(sense.aspect for sense in terms.values() if sense.aspect)
    names = {aspect: _all_names()[aspect] for aspect in aspects}
    return Ontology(name, names, TermMatcher(terms))


def _terms(aspect: str, body: dict[str, list[str]]) -> dict[str, Sense]:
    named = {
        str(term).casefold(): Sense(aspect, is_safety=False)
        for term in (*body.get("terms", ()), *body.get("cues", ()))
    }
    return named | {
        str(term).casefold(): Sense("", is_safety=False) for term in body.get("not", ())
    }
