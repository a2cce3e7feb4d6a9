"""What is raised when no selection can meet what the trials ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Shortfall:
    """One limit of a quota that cannot be kept, and the nearest that could be."""

    trial_id: str
    quota: str
    """The group, written ``attribute=value``."""
    bound: str
    """``min`` or ``max``: the limit that stands in the way."""
    asked: int
    """The limit that the trial asks for."""
    reachable: int
    """The limit that could be kept, all changes being made together."""
    eligible: int
    """Eligible applicants of the group."""
    units: int
    """Units the trial has to give."""

    @property
    def missing(self) -> int:
        """By how many people the limit would have to change."""
        return abs(self.asked - self.reachable)

    @property
    def sentence_en(self) -> str:
        """The shortfall as an English sentence."""
        known = f"{self.eligible} eligible applicants in the group, {self.units} units"
        if self.bound == "min":
            return (
                f"trial {self.trial_id}: quota {self.quota} asks for at least {self.asked}, but at "
                f"most {self.reachable} can be selected ({self.missing} short; {known}); lower its "
                f"minimum from {self.asked} to {self.reachable} or find more applicants"
            )
        return (
            f"trial {self.trial_id}: quota {self.quota} allows at most {self.asked}, but other "
            f"minimums need {self.reachable} ({self.missing} more; {known}); raise its maximum "
            f"from {self.asked} to {self.reachable} or lower those minimums"
        )

    @property
    def sentence_zh(self) -> str:
        """The shortfall as a Chinese sentence."""
        known = f"该组合格申请人 {self.eligible} 人，共 {self.units} 份"
        if self.bound == "min":
            return (
                f"试用 {self.trial_id}：配额 {self.quota} 至少要 {self.asked} 人，最多只能选出 "
                f"{self.reachable} 人（缺 {self.missing} 人；{known}）；"
                f"请将下限由 {self.asked} 降至 {self.reachable} 或增加申请人"
            )
        return (
            f"试用 {self.trial_id}：配额 {self.quota} 至多 {self.asked} 人，而其他下限需要 "
            f"{self.reachable} 人（多出 {self.missing} 人；{known}）；"
            f"请将上限由 {self.asked} 升至 {self.reachable} 或降低其他下限"
        )


class InfeasibleError(Exception):
    """No selection meets the quotas; nothing was relaxed."""

    def __init__(self, shortfalls: tuple[Shortfall, ...], *, is_least: bool = True) -> None:
        self.shortfalls = shortfalls
        total = sum(shortfall.missing for shortfall in shortfalls)
        super().__init__(
            "no selection meets the quotas: "
            + "; ".join(shortfall.sentence_en for shortfall in shortfalls)
            + (
                f"; no smaller change than these {total} people in all would do"
                if is_least
                else f"; these {total} people in all would do, and perhaps fewer"
            )
        )
