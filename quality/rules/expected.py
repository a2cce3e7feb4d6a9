"""What the published tables are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from quality.rules.options import ValidationOptions


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a day promised of its outputs."""

    options: ValidationOptions
    as_of: date
    list_length: int
    """Slots of a list."""
    slots_per_need: int
    """Slots of a list that one need group may take."""
    may_be_short: bool
    """Whether a list may stay short though more could be shown: a shop whose lists are frugal."""
    present: frozenset[str]
    """What can be compared with, each as a view ``made_<name>``: published tables, ``items`` (with
    need_group and is_available as of the day) and ``units`` (trial_id, units)."""

    def has(self, *names: str) -> bool:
        """Whether all of these can be compared with."""
        return self.present.issuperset(names)
