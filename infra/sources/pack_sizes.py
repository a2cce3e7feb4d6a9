"""What a pack holds, read from labels such as ``12 PK/12 OZ``."""

import math
import re

_OUNCES_OF = {
    "OZ": 1.0,
    "OZS": 1.0,
    "Z": 1.0,
    "LB": 16.0,
    "LBS": 16.0,
    "G": 1 / 28.3495,
    "GM": 1 / 28.3495,
    "PT": 16.0,
    "QT": 32.0,
    "GA": 128.0,
    "GAL": 128.0,
    "ML": 1 / 29.5735,
    "L": 1000 / 29.5735,
}
_PIECES_OF = {"CT": 1.0, "PC": 1.0, "DZ": 12.0, "DOZ": 12.0} | dict.fromkeys(
    ("LOAD", "LOADS", "LD", "LDS", "STEM", "STEMS", "ROLL", "ROLLS"), 1.0
)
_MEASURE = re.compile(
    r"(?:(?:(?P<whole>\d+)\s+)?(?P<over>\d+)/)?(?P<number>\d*\.?\d+)\s*(?:FL\s*)?(?P<unit>[A-Z]+)"
)
_DENOMINATORS = frozenset({"2", "4", "8", "16"})
_LARGEST = 1_000.0
"""Beyond this a number is a bar code in the wrong column."""


def pack_size(label: str) -> float | None:
    """Read the content of a pack: ounces (weight or fluid) where it has them, else pieces.

    ``3/4 OZ`` and ``1 1/8 OZ`` are fractions; ``6/12 OZ`` and ``4/187 ML``, which no scale shows,
    are six and four packs.

    Returns:
        The content, or None where the label names no believable number with a known unit.
    """
    ounces = pieces = packs = 0.0
    for measure in _MEASURE.finditer(label.upper()):
        count, amount = _count_and_amount(measure)
        unit = measure["unit"]
        packs = packs or count or amount * (unit in {"PK", "PKS"})
        ounces = ounces or amount * _OUNCES_OF.get(unit, 0.0)
        pieces = pieces or amount * _PIECES_OF.get(unit, 0.0)
    content = (ounces or pieces or float(packs > 0)) * (packs or 1.0)
    return content if 0 < content <= _LARGEST else None


def _count_and_amount(measure: re.Match[str]) -> tuple[float, float]:
    """Return the packs (0 where none are named) and the content of each."""
    over, number = measure["over"], measure["number"]
    if over is None:
        return 0.0, float(number)
    if (
        number in _DENOMINATORS
        and math.gcd(int(over), int(number)) == 1
        and int(over) < int(number)
    ):
        return 0.0, float(measure["whole"] or 0) + int(over) / int(number)
    return float(over), float(number)
