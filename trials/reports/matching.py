"""Find many terms in a text at once, the longest wherever several overlap."""

from collections.abc import Mapping
from string import ascii_letters, digits
from typing import Any, Generic, NamedTuple, TypeVar

import ahocorasick

Meaning = TypeVar("Meaning")

_LATIN = frozenset(ascii_letters + digits)


class Match(NamedTuple, Generic[Meaning]):
    """A term found in a text: [start, end) and what the term means."""

    start: int
    end: int
    meaning: Meaning


class _Term(NamedTuple):
    """A term as the automaton holds it."""

    length: int
    begins_latin: bool
    ends_latin: bool
    has_ending: bool
    meaning: Any


class TermMatcher(Generic[Meaning]):
    """One Aho-Corasick automaton over all terms (Aho and Corasick, CACM 1975).

    A Latin term matches whole words only; ending in ``*`` it matches any ending of its word.
    Chinese terms match anywhere.
    """

    def __init__(self, terms: Mapping[str, Meaning]) -> None:
        self._automaton = ahocorasick.Automaton()
        for term, meaning in terms.items():
            stem = term.removesuffix("*")
            self._automaton.add_word(stem, _term(stem, meaning, has_ending=stem != term))
        if terms:
            self._automaton.make_automaton()

    def find(self, text: str) -> list[Match[Meaning]]:
        """Return the matches in reading order; of overlapping ones the longest, then the first."""
        if not len(self._automaton):
            return []
        candidates: list[Match[Meaning]] = []
        for last, (length, begins_latin, ends_latin, has_ending, meaning) in self._automaton.iter(
            text
        ):
            start, end = last + 1 - length, last + 1
            if begins_latin and start and text[start - 1] in _LATIN:
                continue
            if has_ending:
                while text[end : end + 1] in _LATIN:
                    end += 1
            elif ends_latin and text[end : end + 1] in _LATIN:
                continue
            candidates.append(Match(start, end, meaning))
        return _longest(candidates)


def _term(stem: str, meaning: Any, *, has_ending: bool) -> _Term:
    return _Term(len(stem), stem[0] in _LATIN, stem[-1] in _LATIN, has_ending, meaning)


def _longest(candidates: list[Match[Meaning]]) -> list[Match[Meaning]]:
    reached = 0
    for match in candidates:
        if match.start < reached:
            break
        reached = match.end
    else:
        return candidates
    is_taken = bytearray(max(match.end for match in candidates))
    kept: list[Match[Meaning]] = []
    for match in sorted(candidates, key=lambda found: (found.start - found.end, found.start)):
        if not any(is_taken[match.start : match.end]):
            kept.append(match)
            is_taken[match.start : match.end] = b"\x01" * (match.end - match.start)
    return sorted(kept, key=lambda found: found.start)
