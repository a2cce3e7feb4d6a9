"""One real user's ten slots: those of a simple baseline beside those of the subject."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.evaluation.judge import Judged, Yardstick
from recommender.interactions import Texts

BASELINE = "personal frequency"
"""The simple baseline: what the user bought most often."""

SLOTS = 10


@dataclass(frozen=True)
class Slot:
    """What was shown, and what came of it."""

    thing: str
    need: str
    is_hit: bool
    """Bought in the window."""
    is_annoying: bool
    """Its need satiates, was still satisfied and was not bought."""


@dataclass(frozen=True)
class BeforeAfter:
    """Two lists for one user on one day; a list may be shorter than ten."""

    user_id: str
    before: tuple[Slot, ...]
    after: tuple[Slot, ...]


def compare_slots(
    yardstick: Yardstick,
    before: Judged,
    after: Judged,
    *,
    user_ids: Texts,
    thing_ids: Texts,
    need_ids: Texts,
) -> BeforeAfter:
    """Show the lists of the user whom the baseline annoys most.

    The user is chosen by the baseline's list alone: the one with the most annoying slots among
    the first ten, ties to the smallest id. How well the subject does there plays no part.
    """
    users, needs = yardstick.cut.users, yardstick.needs_of_things
    shown = before.shown[:, :SLOTS]
    shown_needs = np.where(shown < 0, -1, needs[shown])
    row = int(yardstick.annoying.contains(users[:, None], shown_needs).sum(axis=1).argmax())
    user = users[row]

    def slots(judged: Judged) -> tuple[Slot, ...]:
        things = judged.shown[row, :SLOTS]
        things = things[things >= 0]
        hits = yardstick.cut.truth.contains(user, things)
        annoys = yardstick.annoying.contains(user, needs[things])
        found = zip(thing_ids[things], need_ids[needs[things]], hits, annoys, strict=True)
        return tuple(Slot(thing, need, bool(hit), bool(bad)) for thing, need, hit, bad in found)

    return BeforeAfter(str(user_ids[user]), slots(before), slots(after))
