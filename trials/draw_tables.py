"""The tables of a day's draws: who got a unit and why, and what proves it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from quality.tables.outputs import DRAW_CERTIFICATE, SELECTION
from trials.arrays import texts
from trials.certificate import certify
from trials.letter_reasons import LETTER_REASONS
from trials.score import FREEBIE_SHARES, PARTS
from trials.sentences import write_reasons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trials.certificate import Account
    from trials.lottery import Field, Outcome
    from trials.strata import DrawOptions


def selection_of(field: Field, outcome: Outcome) -> pa.Table:
    """Return ``selection``: a row an application, in the order of the facts."""
    zh, en = write_reasons(outcome.reason, outcome.detail_zh, outcome.detail_en)
    refused = outcome.arm == "ineligible"
    columns = {
        "trial_id": field.facts["trial_id"],
        "user_id": field.facts["user_id"],
        "arm": outcome.arm,
        "rank": pa.array(outcome.rank, mask=refused),
        "stratum": pa.array(outcome.stratum, pa.string()),
        "inclusion_probability": outcome.chance,
        "waitlist_position": pa.array(
            outcome.waitlist_position, mask=outcome.waitlist_position == 0
        ),
        "reason_code": outcome.reason,
        "reason_zh": zh,
        "reason_en": en,
    }
    parts = {
        name: pa.array(field.scores.part(name), mask=refused)
        for name in (*PARTS, *FREEBIE_SHARES, "score")
    }
    return SELECTION.conform(pa.table(columns | parts))


def told_reasons(field: Field, outcome: Outcome) -> pa.Table:
    """Return ``trial_id``, ``user_id``, ``told_zh``, ``told_en``: reasons as applicants read them."""
    zh, en = write_reasons(outcome.reason, outcome.detail_zh, outcome.detail_en, LETTER_REASONS)
    ids = field.facts.select(["trial_id", "user_id"])
    return ids.append_column("told_zh", pa.array(zh, pa.string())).append_column(
        "told_en", pa.array(en, pa.string())
    )


def selections_so_far(earlier: pa.Table | None, today: pa.Table) -> pa.Table:
    """Put today's selection after those of earlier days, of which some may lack later columns."""
    if earlier is None:
        return today
    return pa.concat_tables([SELECTION.conform(earlier), today])


def certificates_of(
    drawn: pa.Table, selection: pa.Table, accounts: Sequence[Account], options: DrawOptions
) -> pa.Table:
    """Return ``draw_certificate``.

    Args:
        drawn: The trials drawn.
        selection: Rows of ``selection`` of these trials.
        accounts: Of each trial, how it was drawn.
        options: Of the draws; :func:`~trials.certificate.certify` leaves the secret out.
    """
    trial_ids = texts(selection, "trial_id")
    rows: list[dict[str, Any]] = []
    for trial, account in zip(drawn.to_pylist(), accounts, strict=True):
        mine = selection.filter(pa.array(trial_ids == trial["trial_id"], pa.bool_()))
        rows.append(certify(trial, mine, account, asdict(options)))
    return DRAW_CERTIFICATE.conform(pa.Table.from_pylist(rows, DRAW_CERTIFICATE.schema))
