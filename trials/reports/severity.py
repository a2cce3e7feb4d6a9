"""How severe a complaint is, by its own words."""

import re

SLIGHT, PLAIN, SEVERE = 0.5, 1.0, 1.5

_SEVERE = re.compile(
    r"太|非常|极其|极了|超级|特别|严重|完全|根本|彻底|死了|要命|崩溃|坏了|坏掉|报废|没法|无法|不能用"
    r"|用不了|退货|退款|垃圾|最差|烂|恶心|一塌糊涂|再也不"
    r"|\b(?:very|extremely|totally|completely|utterly|absolutely|far too|way too|much too|awful"
    r"|terribl[ey]|horribl[ey]|disgusting|worst|useless|unusable|broken?|died|refund(?:ed)?"
    r"|returned|never again|ruined|dangerous)\b",
    re.IGNORECASE,
)
_SLIGHT = re.compile(
    r"有点|有些|一点点|稍微|稍稍|稍|略|轻微|偶尔|不太|不算|不够"
    r"|\b(?:a bit|a little|slight(?:ly)?|somewhat|minor|sometimes|occasional(?:ly)?|kind of"
    r"|not (?:very|so|that|too))\b",
    re.IGNORECASE,
)


def severity_of(clause: str) -> float:
    """Return how severe a complaint is: slight .5, plain 1, severe 1.5; a softening word decides.

    The stars are not asked: they are what severity is to explain.
    """
    if _SLIGHT.search(clause):
        return SLIGHT
    return SEVERE if _SEVERE.search(clause) else PLAIN
