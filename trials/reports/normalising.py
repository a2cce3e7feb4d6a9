"""Bring report texts into one form without losing where each character came from."""

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

import opencc

_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]{0,200}>|&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_BREAKS = re.compile(r"</?\s*(?:br|p|div|li|ul|ol|tr|h[1-6])\b", re.IGNORECASE)
_IDEOGRAPHS = (*range(0x3400, 0xA000), *range(0xF900, 0xFB00))
_LATIN = tuple(range(0x300))
_WIDE = tuple(range(0xFF00, 0xFFF0))
_SYMBOLS = (*range(0x2010, 0x2028), *range(0x2600, 0x3100))
_EMOJI = tuple(range(0x1F300, 0x1FB00))
_KEPT_CONTROLS = "\n\t\r"


@dataclass(frozen=True)
class Normal:
    """A text in normal form, each character traced to the original.

    Normal form: compatibility characters folded one by one (NFKC), lower case, traditional
    Chinese in simplified characters, markup and invisible characters taken out, emoji kept.
    """

    text: str
    starts: "range | tuple[int, ...]"
    """Per normal character, where its source begins in the original."""
    ends: "range | tuple[int, ...]"
    """Per normal character, one past where its source ends."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original's [start, end) for the normal text's [start, end), not empty."""
        return self.starts[start], self.ends[end - 1]


def normalise(original: str) -> Normal:
    """Return the normal form of any text; the empty text stays empty."""
    if original.isascii() and not _MARKUP.search(original) and original.isprintable():
        return Normal(original.lower(), range(len(original)), range(1, len(original) + 1))
    if _is_plain(original) and not _MARKUP.search(original):
        folded = original.translate(_one_to_one())
        return Normal(folded, range(len(original)), range(1, len(original) + 1))
    return _slowly(original)


def _is_plain(original: str) -> bool:
    return _plain().issuperset(original)


def _slowly(original: str) -> Normal:
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def keep(folded: str, start: int, end: int) -> None:
        pieces.append(folded)
        starts.extend([start] * len(folded))
        ends.extend([end] * len(folded))

    def keep_stretch(start: int, end: int) -> None:
        stretch = original[start:end]
        if _is_plain(stretch):
            pieces.append(stretch.translate(_one_to_one()))
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            for index, character in enumerate(stretch, start):
                keep(_fold(character), index, index + 1)

    at = 0
    for found in _MARKUP.finditer(original):
        keep_stretch(at, found.start())
        keep(_without_markup(found.group()), found.start(), found.end())
        at = found.end()
    keep_stretch(at, len(original))
    return Normal("".join(pieces), tuple(starts), tuple(ends))


def _without_markup(markup: str) -> str:
    if markup.startswith("<"):
        return "\n" if _BREAKS.match(markup) else " "
    return "".join(_fold(character) for character in html.unescape(markup))


@cache
def _one_to_one() -> dict[int, str]:
    """Characters of common scripts that fold to exactly one character, for ``str.translate``."""
    common = (*_LATIN, *_SYMBOLS, *_IDEOGRAPHS, *_WIDE, *_EMOJI)
    folded = {code: _fold(chr(code)) for code in common}
    return {code: text for code, text in folded.items() if len(text) == 1}


@cache
def _plain() -> frozenset[str]:
    return frozenset(map(chr, _one_to_one()))


@cache
def _simplified() -> dict[str, str]:
    traditional = "\n".join(map(chr, _IDEOGRAPHS))
    simplified = opencc.OpenCC("t2s").convert(traditional)
    return dict(zip(traditional[::2], simplified[::2], strict=True))


@lru_cache(maxsize=65_536)
def _fold(character: str) -> str:
    """Fold one character to none, one or several."""
    if character in _KEPT_CONTROLS:
        return character
    if unicodedata.category(character) in {"Cf", "Cc", "Cs", "Co"} and character != "\u200d":
        return ""
    folded = unicodedata.normalize("NFKC", character).lower()
    return "".join(_simplified().get(part, part) for part in folded)
