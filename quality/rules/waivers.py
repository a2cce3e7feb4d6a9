"""Waivers: who lets a rule pass for a while, why, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """Somebody's word that a rule need not stop the day, up to a day.

    While it holds, a block is a warning and a warning passes; refused rows stay refused.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    rule: str
    """The rule, such as ``events.quantity.bounds``."""
    person: str
    """Who answers for it."""
    reason: str
    """Why the rule may be broken for now."""
    until: date
    """The last as-of day on which it holds."""

    def __post_init__(self) -> None:
        """Refuse a waiver that nobody answers for.

        Raises:
            ValueError: If the person or the reason is blank.
        """
        for name in ("person", "reason"):
            if not getattr(self, name).strip():
                raise ValueError(f"the waiver of {self.rule} must have a {name}, found none")

    def holds_on(self, as_of: date) -> bool:
        """Whether the waiver holds for the data of a day."""
        return as_of <= self.until
