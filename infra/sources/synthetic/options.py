"""What a made-up shop is made from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date


@dataclass(frozen=True, kw_only=True)
class SyntheticOptions:
    """Size, seed and habits of a made-up shop; equal options give equal bytes."""

    users: int = 2_000
    """People. A person's history depends on the seed and their number, not on how many there are."""
    days: int = 365
    """Days of history."""
    seed: int = 0
    """Where all chance comes from."""
    first_day: str = "2017-01-01"
    """First day of the history, ISO 8601."""
    items: int = 2_400
    """Items in the catalogue, rounded down to a multiple of the needs."""
    needs_per_user: float = 3.0
    """Mean number of consumable needs an average person has."""
    gamma_shape: float = 6.0
    """Shape of the gaps between purchases of a consumable; 1 is memoryless, higher is more even."""
    stock_up_share: float = 0.15
    """Share of consumable purchases of two or three units, after which the gap is as much longer."""
    lapse_share: float = 0.1
    """Share of consumable needs that end for good at some day of the history."""
    return_share: float = 0.04
    """Share of durables and accessories that are returned within a fortnight."""
    trial_every_days: int = 60
    """Days between trials; the last one closes on the last day but one and is not drawn."""
    apply_share: float = 0.05
    """Chance that a person applies for a trial."""
    hunter_share: float = 0.02
    """Share of people who apply for everything and hardly buy."""
    award_share: float = 0.4
    """Chance of an applicant of a drawn trial to be given a unit, whoever they are."""
    goods_review_share: float = 0.1
    """Share of durables and accessories that their buyers review."""
    consumables_review_share: float = 0.005
    """Share of consumables that their buyers review."""
    fault_rate: float = 0.35
    """Share of a faulty item's reports that complain about the fault."""

    def __post_init__(self) -> None:
        """Refuse what no shop can be made from.

        Raises:
            ValueError: If a number is out of its range or the first day is no date.
        """
        for name in ("users", "days", "items", "trial_every_days", "needs_per_user", "gamma_shape"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be above 0, got {getattr(self, name)}")
        for name in (
            field.name for field in fields(self) if field.name.endswith(("_share", "_rate"))
        ):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie in [0, 1], got {getattr(self, name)}")
        if self.seed < 0:
            raise ValueError(f"seed must not be negative, got {self.seed}")
        try:
            date.fromisoformat(self.first_day)
        except ValueError as error:
            raise ValueError(
                f"first_day must be a date such as 2017-01-01, got {self.first_day!r}"
            ) from error

    @property
    def epoch_day(self) -> int:
        """The first day, counted from 1970-01-01."""
        return (date.fromisoformat(self.first_day) - date(1970, 1, 1)).days
