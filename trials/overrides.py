"""Where people decide instead of the draw: who, for whom, why, and until when; few, and all shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import pyarrow as pa

from quality.database import query
from quality.errors import ContractError
from quality.tables.outputs import REPLACEMENTS
from trials.arrays import texts

if TYPE_CHECKING:
    from trials.arrays import Bools

_REPLACEMENTS = """
with left_over as (
    select trial_id, user_id, row_number() over (partition by trial_id order by place) as turn
    from leaving l join selection s using (trial_id, user_id)
    where s.arm in ('core', 'band', 'open')
),
queue as (
    select s.trial_id, s.user_id, s.waitlist_position,
           row_number() over (partition by s.trial_id order by s.waitlist_position) as turn
    from selection s anti join leaving l using (trial_id, user_id) where s.arm = 'waitlist'
)
select o.trial_id, o.user_id, q.user_id as replacement_user_id, q.waitlist_position
from left_over o left join queue q using (trial_id, turn) order by o.trial_id, o.user_id
"""


@dataclass(frozen=True, kw_only=True)
class Override:
    """Somebody's word on one applicant of one trial."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    trial: str
    """The trial."""
    user: str
    """The applicant."""
    action: Literal["give", "deny", "declined"]
    """``give`` a unit or ``deny`` one before the draw; ``declined``: a winner's unit came back."""
    person: str
    """Who answers for it."""
    reason: str
    """Why the draw does not decide."""
    until: date
    """The last as-of day on which it holds."""

    def __post_init__(self) -> None:
        """Refuse an override that nobody answers for.

        Raises:
            ValueError: If the person or the reason is blank.
        """
        for name in ("person", "reason"):
            if not getattr(self, name).strip():
                raise ValueError(
                    f"the override of {self.user} in trial {self.trial} must have a {name}, found none"
                )


@dataclass(frozen=True, kw_only=True)
class OverrideOptions:
    """The overrides, and how many a trial may have."""

    overrides: tuple[Override, ...] = ()
    """Who decided on whom: trial, user, action (give, deny, declined), person, reason, until."""
    overrides_per_trial: int = 2
    """Most applicants of a trial on whom people may decide instead of the draw."""

    def __post_init__(self) -> None:
        """Refuse more overrides than a trial may have, and two of one applicant.

        Raises:
            ValueError: If there are, naming the trial.
        """
        decided = [(one.trial, one.user) for one in self.overrides]
        for trial, user in decided:
            if decided.count((trial, user)) > 1:
                raise ValueError(f"trial {trial} must have one override of {user}, found several")
        chosen = [one.trial for one in self.overrides if one.action != "declined"]
        for trial in chosen:
            if chosen.count(trial) > self.overrides_per_trial:
                raise ValueError(
                    f"trial {trial} must have at most {self.overrides_per_trial} overrides, "
                    f"found {chosen.count(trial)}"
                )


@dataclass(frozen=True, kw_only=True)
class Decided:
    """On which rows of the facts people decided, each of shape (n,)."""

    is_given: Bools
    is_denied: Bools


def decided_on(facts: pa.Table, options: OverrideOptions, as_of: date) -> Decided:
    """Find the applicants on whom people decided before the draw.

    Args:
        facts: What is known of each applicant, n rows.
        options: The overrides.
        as_of: The day.

    Raises:
        ContractError: If a unit is to be given to somebody who did not apply.
    """
    pairs = list(zip(texts(facts, "trial_id"), texts(facts, "user_id"), strict=True))
    row_of = {pair: row for row, pair in enumerate(pairs)}
    marked = {action: np.zeros(len(pairs), dtype=np.bool_) for action in ("give", "deny")}
    drawn = {trial for trial, _ in pairs}
    for one in options.overrides:
        if one.action == "declined" or one.until < as_of or one.trial not in drawn:
            continue
        row = row_of.get((one.trial, one.user))
        if row is not None:
            marked[one.action][row] = True
        elif one.action == "give":
            raise ContractError(
                f"recruit.overrides must name applicants, but {one.user} did not apply for trial "
                f"{one.trial}; take the override out"
            )
    return Decided(is_given=marked["give"], is_denied=marked["deny"])


def name_replacements(selection: pa.Table, options: OverrideOptions, as_of: date) -> pa.Table:
    """Name who gets each unit that came back: the first of the waitlist for the first that came.

    Units never go to the holdout or to who was not drawn: the comparison would be spoilt.

    Args:
        selection: Selections of all draws so far.
        options: The overrides; ``declined`` ones, in the order in which they stand.
        as_of: The day.

    Returns:
        ``REPLACEMENTS`` rows; nobody where the waitlist has come to its end.
    """
    leaving = [
        {"trial_id": one.trial, "user_id": one.user, "place": place}
        for place, one in enumerate(options.overrides)
        if one.action == "declined" and one.until >= as_of
    ]
    if not leaving:
        return REPLACEMENTS.empty()
    schema = pa.schema([("trial_id", pa.string()), ("user_id", pa.string()), ("place", pa.int64())])
    sources = {"leaving": pa.Table.from_pylist(leaving, schema), "selection": selection}
    return REPLACEMENTS.conform(query(_REPLACEMENTS, sources))
