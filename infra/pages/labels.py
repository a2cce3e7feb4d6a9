"""Labels inside charts: cut to their line, and in two languages until the page decides on one."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from itertools import accumulate

from infra.pages.words import Text, Words, words

_BETWEEN = "␟"
_SPOKEN_TWICE = re.compile(rf"<text ([^>]*)>([^<]*){_BETWEEN}([^<]*)</text>")
_TWO_TEXTS = r'<text class="zh" lang="zh-CN" \1>\2</text><text class="en" lang="en" \1>\3</text>'


def one_label(text: Text, cells: int) -> str:
    """Return a text as one label for the renderer, cut to so many cells in each language."""
    both = words(text)
    cut = Words(_cut(both.zh, cells), _cut(both.en, cells))
    return cut.en if cut.zh == cut.en else f"{cut.zh}{_BETWEEN}{cut.en}"


def two_texts(svg: str) -> str:
    """Return a drawing in which each label of two languages is two ``<text>`` elements."""
    return _SPOKEN_TWICE.sub(_TWO_TEXTS, svg)


def cells_of(text: Text) -> int:
    """Count the cells of a text in its longer language; a Chinese character takes two."""
    both = words(text)
    return max(sum(map(_cells, both.zh)), sum(map(_cells, both.en)))


def _cells(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _cut(label: str, cells: int) -> str:
    """Return a label that fits and has nothing in it that is not to be seen."""
    seen = "".join(c for c in label if unicodedata.category(c)[0] != "C" and c != _BETWEEN)
    ends = list(accumulate(map(_cells, seen)))
    if not ends or ends[-1] <= cells:
        return seen
    return seen[: bisect_right(ends, cells - 1)] + "…"
