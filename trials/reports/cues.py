"""Turns of phrase that praise or blame whatever they speak of: wishes, excess, relief, trouble."""

import re
from functools import cache
from importlib import resources
from typing import Any

import yaml


def cues(clause: str, language: str) -> list[str]:
    """Return the names of the turns of phrase in a normalised clause, in the file's order."""
    return [
        name
        for name, found, unless in _patterns()[language]
        if found.search(clause) and not (unless and unless.search(clause))
    ]


def cue_names(language: str) -> tuple[str, ...]:
    """Return the names of all turns of phrase of a language, zh or en, in the file's order."""
    return tuple(name for name, _, _ in _patterns()[language])


@cache
def _patterns() -> dict[str, list[tuple[str, re.Pattern[str], re.Pattern[str] | None]]]:
    file = resources.files(__package__) / "cues.yaml"
    document: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {
        language: [
            (name, _any_of(body["any"]), _any_of(body["unless"]) if "unless" in body else None)
            for name, body in turns.items()
        ]
        for language, turns in document.items()
    }


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
