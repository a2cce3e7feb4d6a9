"""Which language a text is in, by its letters."""

import re
from typing import Literal

from trials.reports.clauses import IDEOGRAPH

_IDEOGRAPHS = re.compile(IDEOGRAPH)
_LATIN = re.compile(r"[a-z]+", re.IGNORECASE)
_CHINESE_SHARE = 0.3


def language_of(text: str) -> Literal["zh", "en"]:
    """Return zh if at least 30 % of the words are Chinese characters, else en.

    A run of Latin letters counts as one word, as one Chinese character does: laptop reviews are
    full of model names.
    """
    if text.isascii():
        return "en"
    chinese = len(_IDEOGRAPHS.findall(text))
    latin = len(_LATIN.findall(text))
    return "zh" if chinese and chinese >= _CHINESE_SHARE * (chinese + latin) else "en"
