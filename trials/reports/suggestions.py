"""Tell a request to the merchant from advice to other buyers and from everything else."""

import re
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml


def is_suggestion(sentence: str, language: Literal["zh", "en"]) -> bool:
    """Whether a normalised sentence asks the merchant or maker for an improvement.

    Patterns are directed: "希望能降价", "they should", "I wish it came in" ask the merchant;
    "建议大家", "if you", "I recommend" speak to other buyers and are not suggestions.
    """
    asks, looks_like_it = _patterns()[language]
    return bool(asks.search(sentence)) and not looks_like_it.search(sentence)


@cache
def _patterns() -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    file = resources.files(__package__) / "suggestions.yaml"
    document: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {
        language: (
            _any_of([ask.replace("{others}", body["others"]) for ask in body["asks"]]),
            _any_of(body["not"]),
        )
        for language, body in document.items()
    }


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
