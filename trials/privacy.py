"""How few people a figure may stand for before it speaks of somebody."""

from typing import Final

SMALLEST_CELL: Final = 5
"""Fewest people that a figure about the public may stand for, unless the shop says otherwise."""
