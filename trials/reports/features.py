"""The features of a text on which polarity is learned: characters and words, marked by negation."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise
from typing import Final

import rjieba

from trials.reports.opinion_words import english_valences

_ENGLISH_TOKEN = re.compile(r"[\w']+|[.!?,;]")
_NEGATIONS_EN = frozenset(
    ("not", "no", "never", "cannot", "cant", "dont", "doesnt", "didnt", "wont", "wouldnt")
)
_ABSENCES_EN = frozenset(
    ("hardly", "barely", "without", "nor", "neither", "nothing", "none", "lack", "lacks", "lacked")
)
_NEGATION_REACH_EN = 4
_NEGATION_REACH_ZH = 3
_STRONG_VALENCE = 0.6
_SPACES = re.compile(r"\s+")
_NOT_A_WORD = re.compile(r"[\W_]+")
_LONGEST_GRAM = 3
_MARKS = {"zh": ("w:", "w:不_"), "en": ("", "not_")}


def chinese_features(text: str) -> list[str]:
    """Return characters 1-3 and words 1-2 of a normalised text, words after 不, 没 … marked."""
    return _character_grams(text) + _chinese_words(text)


def english_features(text: str) -> list[str]:
    """Return words 1-2 of a normalised text, marked after a negation, and lexicon signs.

    The lexicon signs let a small training set profit from words it has never seen.
    """
    words: list[str] = []
    signs: list[str] = []
    reach = 0
    for word in _ENGLISH_TOKEN.findall(text):
        if word in ".!?,;":
            reach = 0
            if word in "!?":
                words.append(word)
            continue
        words.append(f"not_{word}" if reach else word)
        valence = _valences().get(word, 0.0)
        if valence:
            sign = "+" if (valence > 0) != (reach > 0) else "-"
            signs.append(sign * (2 if abs(valence) >= _STRONG_VALENCE else 1))
        is_negation = word in _NEGATIONS_EN or word in _ABSENCES_EN or word.endswith("n't")
        reach = _NEGATION_REACH_EN if is_negation else max(reach - 1, 0)
    return words + _pairs(words) + signs


def word_feature(word: str, language: str, *, is_negated: bool) -> str:
    """Return the feature that a word is counted under, plain or after a negation."""
    return _MARKS[language][is_negated] + word


def _character_grams(text: str) -> list[str]:
    spaced = _SPACES.sub(" ", text)
    return [
        spaced[start : start + length]
        for length in range(1, _LONGEST_GRAM + 1)
        for start in range(len(spaced) - length + 1)
    ]


def _chinese_words(text: str) -> list[str]:
    words: list[str] = []
    reach = 0
    for word in rjieba.cut(text):
        if _NOT_A_WORD.fullmatch(word):
            reach = 0
            continue
        words.append(f"w:不_{word}" if reach else f"w:{word}")
        reach = _NEGATION_REACH_ZH if word[0] in "不没无未" else max(reach - 1, 0)
    return words + _pairs(words)


def _pairs(words: list[str]) -> list[str]:
    return [f"{first} {second}" for first, second in pairwise(words)]


@cache
def _valences() -> dict[str, float]:
    return english_valences()


FEATURES: Final[Mapping[str, Callable[[str], list[str]]]] = {
    "zh": chinese_features,
    "en": english_features,
}
"""The features of a normalised text, by language."""
