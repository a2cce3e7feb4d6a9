"""The sign of a clause by its words alone: praise, blame, and what turns them round."""

from functools import cache, lru_cache
from importlib import resources
from typing import Any

import yaml

from trials.reports.matching import Match, TermMatcher

_NEUTRAL = 0.0
_MOST_TURNS = 4
"""Negators looked back upon; more than that within reach of one word is no language."""
_NEGATOR = "negator"
_STRONGEST = 4.0
"""VADER's valences run from -4 to 4."""


@lru_cache(maxsize=1 << 13)  # a clause is asked about up to four times while a batch is read
def opinion_sign(clause: str, language: str) -> float:
    """Return the balance of praise and blame in a normalised clause, in [-1, 1]; 0 when neither.

    A word counts by its valence, turned round by every negator shortly before it, so that two
    negators leave it as it was: "not without problems" blames.

    Source:
        English valences: Hutto and Gilbert, "VADER", ICWSM 2014; the Chinese list is ours.
    """
    reach = _words()[language]["reach"]
    negator_ends: list[int] = []
    praise = blame = 0.0
    for match in _matcher(language).find(clause):
        if match.meaning == _NEGATOR:
            negator_ends.append(match.end)
            continue
        valence = _turned(match, negator_ends, reach)
        praise += max(valence, 0.0)
        blame += max(-valence, 0.0)
    return (praise - blame) / (praise + blame) if praise + blame else _NEUTRAL


def english_valences() -> dict[str, float]:
    """Return single English words with their valence in [-1, 1], VADER's unless we list them."""
    words = {word: value / _STRONGEST for word, value in _vader().items()}
    return {**words, **_listed("en")}


def _turned(match: Match[Any], negator_ends: list[int], reach: int) -> float:
    turns = sum(0 <= match.start - end <= reach for end in negator_ends[-_MOST_TURNS:])
    valence = float(match.meaning)
    return -valence if turns % 2 else valence


@cache
def _words() -> dict[str, Any]:
    file = resources.files(__package__) / "opinion_words.yaml"
    words: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return words


@cache
def _vader() -> dict[str, float]:
    lines = (resources.files("vaderSentiment") / "vader_lexicon.txt").read_text(encoding="utf-8")
    fields = (line.split("\t") for line in lines.splitlines() if line.strip())
    return {word: float(valence) for word, valence, *_ in fields}


def _listed(language: str) -> dict[str, float]:
    words = _words()[language]
    return {
        **dict.fromkeys(words["positive"], 1.0),
        **dict.fromkeys(words["negative"], -1.0),
        **dict.fromkeys(words["not_opinions"], _NEUTRAL),
        **{word: float(sign) for word, sign in words["mend"].items()},
    }


@cache
def _matcher(language: str) -> TermMatcher[Any]:
    words = english_valences() if language == "en" else _listed("zh")
    negators = dict.fromkeys(_words()[language]["negators"], _NEGATOR)
    return TermMatcher({**words, **negators})
