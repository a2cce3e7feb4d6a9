"""What is raised when no selection can meet what the trials ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Shortfall:
    """One quota that cannot be met, and by how much."""

    trial_id: str
    quota: str
    """The group, written ``attribute=value``."""
    asked: int
    """The minimum that the trial asks for."""
    reachable: int
    """The most that can be selected of the group when every other minimum stands or falls short
    by as little as possible."""
    eligible: int
    """Eligible applicants of the group."""
    units: int
    """Units the trial has to give."""

    @property
    def missing(self) -> int:
        """How many people are missing."""
        return self.asked - self.reachable

    @property
    def sentence_en(self) -> str:
        """The shortfall as an English sentence."""
        return (
            f"trial {self.trial_id}: quota {self.quota} asks for at least {self.asked}, but at "
            f"most {self.reachable} can be selected ({self.missing} short; {self.eligible} "
            f"eligible applicants in the group, {self.units} units); lower its minimum to "
            f"{self.reachable} or find more applicants"
        )

    @property
    def sentence_zh(self) -> str:
        """The shortfall as a Chinese sentence."""
        return (
            f"试用 {self.trial_id}：配额 {self.quota} 至少要 {self.asked} 人，最多只能选出 "
            f"{self.reachable} 人（缺 {self.missing} 人；该组合格申请人 {self.eligible} 人，"
            f"共 {self.units} 份）；请将下限降至 {self.reachable} 或增加申请人"
        )


class InfeasibleError(Exception):
    """No selection meets the quotas; nothing was relaxed."""

    def __init__(self, shortfalls: tuple[Shortfall, ...]) -> None:
        self.shortfalls = shortfalls
        super().__init__(
            "no selection meets the quotas: "
            + "; ".join(shortfall.sentence_en for shortfall in shortfalls)
        )
