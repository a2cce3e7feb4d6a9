"""Find many terms in a text at once, the longest wherever several overlap."""

from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeVar

import ahocorasick

Meaning = TypeVar("Meaning")


class Match(NamedTuple, Generic[Meaning]):
    """A term found in a text: [start, end) and what the term means."""

    start: int
    end: int
    meaning: Meaning


class TermMatcher(Generic[Meaning]):
    """One Aho-Corasick automaton over all terms (Aho and Corasick, CACM 1975).

    A Latin term matches whole words only; ending in ``*`` it matches any ending of its word.
    Chinese terms match anywhere.
    """

    def __init__(self, terms: Mapping[str, Meaning]) -> None:
        self._automaton = ahocorasick.Automaton()
        for term, meaning in terms.items():
            stem = term.removesuffix("*")
            self._automaton.add_word(stem, (len(stem), term.endswith("*"), meaning))
        if terms:
            self._automaton.make_automaton()

    def find(self, text: str) -> list[Match[Meaning]]:
        """Return the matches in reading order; of overlapping ones the longest, then the first."""
        if not len(self._automaton):
            return []
        candidates: list[Match[Meaning]] = []
        for last, (length, has_ending, meaning) in self._automaton.iter(text):
            start, end = last + 1 - length, last + 1
            if has_ending:
                while end < len(text) and _is_latin(text[end]):
                    end += 1
            if _is_whole(text, start, end):
                candidates.append(Match(start, end, meaning))
        return _longest(candidates)


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _is_whole(text: str, start: int, end: int) -> bool:
    starts_inside = start > 0 and _is_latin(text[start]) and _is_latin(text[start - 1])
    ends_inside = end < len(text) and _is_latin(text[end - 1]) and _is_latin(text[end])
    return not (starts_inside or ends_inside)


def _longest(candidates: list[Match[Meaning]]) -> list[Match[Meaning]]:
    if len(candidates) < 2:  # noqa: PLR2004 - a single match overlaps nothing
        return candidates
    is_taken = bytearray(max(match.end for match in candidates))
    kept: list[Match[Meaning]] = []
    for match in sorted(candidates, key=lambda found: (found.start - found.end, found.start)):
        if not any(is_taken[match.start : match.end]):
            kept.append(match)
            is_taken[match.start : match.end] = b"\x01" * (match.end - match.start)
    return sorted(kept, key=lambda found: found.start)
