"""What became of the units of a trial: the states of the awards, who waits, who was replaced."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from infra.pages.blocks import Block, DataTable, Figure, Notes, columns
from infra.pages.figures import UNKNOWN, decimal, percent, whole
from infra.pages.privacy import count_or_hidden, hide_small
from infra.pages.shared_blocks import counts_figure
from infra.pages.tallies import records, sorted_by
from infra.pages.words import Words, say
from quality.tables.outputs.recruiting import AWARD_STATE_NAMES

_WAITING_SHOWN = 5
_TONES = {"due": "second", "late": "bad", "submitted": "soft", "disclosed": "good"}


def awards_figure(states: pa.Table | None, floor: int) -> Figure | None:
    """Draw how far the awards have come; None where nothing was given yet."""
    counted = Counter(row["state"] for row in records(states))
    if not counted:
        return None
    names = [state for state in AWARD_STATE_NAMES if counted[state]]
    shown = hide_small([counted[state] for state in names], floor)
    return counts_figure(
        say("awards.caption"),
        "award",
        dict(zip(names, shown, strict=True)),
        tones=_TONES,
    )


def after_blocks(
    selection: pa.Table | None, states: pa.Table | None, replaced: pa.Table | None, floor: int
) -> tuple[Block, ...]:
    """Tell who waits next, how many are reminded, and how many units went on to others.

    Args:
        selection: The trial's rows of ``selection``.
        states: Its rows of ``award_states``.
        replaced: Its rows of ``replacements``.
        floor: Numbers of fewer people are not written out.
    """
    owed = Counter(row["state"] for row in records(states))
    notes = []
    if owed["due"] + owed["late"]:
        due, late = (count_or_hidden(owed[state], floor) for state in ("due", "late"))
        notes.append(say("awards.reminded", due=due, late=late))
    if replaced is not None and len(replaced):
        found = len(replaced) - replaced["replacement_user_id"].null_count
        notes.append(say("awards.replaced", n=whole(len(replaced)), found=whole(found)))
    waiting = _waiting(selection)
    return tuple(block for block in (waiting, Notes(tuple(notes)) if notes else None) if block)


def _waiting(selection: pa.Table | None) -> DataTable | None:
    if selection is None:
        return None
    waiting = selection.filter(pc.is_valid(selection["waitlist_position"]))
    if not len(waiting):
        return None
    first = sorted_by(waiting, [("waitlist_position", "ascending")], _WAITING_SHOWN)
    rows = tuple(
        (
            row["user_id"],
            whole(row["waitlist_position"]),
            decimal(row["score"], 3),
            percent(row["inclusion_probability"], 1) if row["inclusion_probability"] else UNKNOWN,
            Words(row["reason_zh"], row["reason_en"]),
        )
        for row in records(first)
    )
    head = columns("person", "waiting_place", "score", "chance", "reason")
    return DataTable(say("waiting.caption", n=_WAITING_SHOWN), head, rows, frozenset({1, 2, 3}))
