"""Cut a report into clauses: the smallest stretch that says one thing."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from trials.reports.normalising import Normal

IDEOGRAPH = r"[\u3400-\u9fff\uf900-\ufaff]"
_CONTRAST_ZH = r"(?:但|(?<!再好)(?<!最好)不过|可是|(?<!不)只是|然而|可惜|却)"
_CONTRAST_EN = r"(?:but|however|although|though|unfortunately)\b"
_STARTS_CONTRAST = re.compile(rf"{_CONTRAST_ZH}|{_CONTRAST_EN}")
_ABBREVIATED = r"(?<!\bmr)(?<!\bmrs)(?<!\bdr)(?<!\boz)(?<!\bvs)(?<!\bst)"
# Runs of dots and spaces are entered at their start only, or a megabyte of them takes hours.
_SEPARATOR = re.compile(
    rf"""
    (?=[。!?.;,但不可只然却]|\s)                           # most characters go no further than this
    (?:(?P<closing>[。!?]+["'”’)\]】》]*                      # ends a sentence, belongs to it
      |{_ABBREVIATED}(?<!\.)\.+["'”’)]*(?=\s|$|{IDEOGRAPH})|(?<={IDEOGRAPH})\.+)
    |[;\n\r\t]+|,(?=\s*{IDEOGRAPH})|(?<={IDEOGRAPH}),|(?<={IDEOGRAPH})\ +(?={IDEOGRAPH})
    |(?<={IDEOGRAPH})(?<![不非])(?={_CONTRAST_ZH})         # a contrast starts a clause of its own
    |(?:,\s*|(?<!\s)\s+)(?={_CONTRAST_EN}))
    """,
    re.VERBOSE,
)
_TRIMMED = " \t\n\r,、;:"
_SAYS_SOMETHING = re.compile(r"\w|[\u2600-\u27bf\U0001f300-\U0001faff]")
_LONGEST = 400


@dataclass(frozen=True)
class Clause:
    """One clause of a report."""

    sentence_id: int
    """Place within the report, from 0."""
    text: str
    """Its normal form."""
    start: int
    """First character in the original report."""
    end: int
    """One past its last character in the original report."""


class _Piece(NamedTuple):
    start: int
    end: int


def split_clauses(normal: Normal) -> list[Clause]:
    """Return the clauses of a normalised report in reading order; none for an empty one.

    Chinese is cut at every comma and stop, English at stops and before words of contrast, where
    the labelled clauses of both languages are cut too. A clause over 400 characters is cut there.
    """
    pieces = [piece for rough in _pieces(normal.text) for piece in _shortened(normal.text, rough)]
    return [
        Clause(
            sentence_id=index,
            text=normal.text[piece.start : piece.end],
            start=normal.span(*piece)[0],
            end=normal.span(*piece)[1],
        )
        for index, piece in enumerate(pieces)
    ]


def contrasts(clause: str) -> bool:
    """Whether a normalised clause begins by turning against what was said: 但, 不过, but, however."""
    return bool(_STARTS_CONTRAST.match(clause))


def _pieces(text: str) -> list[_Piece]:
    cuts: list[_Piece] = []
    at = 0
    for found in _SEPARATOR.finditer(text):
        left_end = found.end() if found["closing"] else found.start()
        cuts.append(_Piece(at, left_end))
        at = found.end()
    cuts.append(_Piece(at, len(text)))
    return cuts


def _shortened(text: str, piece: _Piece) -> list[_Piece]:
    starts = range(piece.start, piece.end, _LONGEST)
    parts = [_trimmed(text, start, min(start + _LONGEST, piece.end)) for start in starts]
    return [part for part in parts if _SAYS_SOMETHING.search(text, *part)]


def _trimmed(text: str, start: int, end: int) -> _Piece:
    begun = text[start:end].lstrip(_TRIMMED)
    start = end - len(begun)
    return _Piece(start, start + len(begun.rstrip(_TRIMMED)))
