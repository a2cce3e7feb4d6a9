"""Trials of one block: who applies, who is given a unit, and what either would have caused.

A drawn trial gives units by lot, so its arms are randomised; the chance is the same for everybody.
Both potential outcomes of every applicant are truth; the history holds the one that happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from infra.sources.synthetic import columns
from infra.sources.synthetic.catalogue import (
    AWARD_AFTER,
    DELIVERY_AFTER,
    NEED_NAMES,
    OPEN_DAYS,
    Catalogue,
)
from infra.sources.synthetic.chance import DAY_SECONDS, Flags, Floats, Ints, Stream, generator
from infra.sources.synthetic.people import SEGMENTS
from quality.tables.inputs import APPLICATIONS, AWARDS

if TYPE_CHECKING:
    from infra.sources.synthetic.options import SyntheticOptions
    from infra.sources.synthetic.people import People

BUYS_UNTREATED = np.array([0.02, 0.05, 0.10])
"""By segment: chance of buying the item within ``OUTCOME_DAYS`` of the award without a unit."""
UPLIFT = np.array([0.03, 0.09, 0.01])
"""By segment: what a unit adds to that chance; the average people are moved most."""
HUNTER_UPLIFT = 0.005
HUNTER_BUYS = 0.005
OUTCOME_DAYS = 30
"""Days after the award within which the outcome is bought, if it is."""

_REPORT_DELAY = (2, 18)
_HUNTER_SECONDS = 600


@dataclass(frozen=True)
class Applicants:
    """Columns of a block's applications, one entry a person and trial."""

    user: Ints
    """Place of the person in the block."""
    trial: Ints
    applied_second: Ints
    """Since the start of the first day."""
    is_drawn: Flags
    """Whether the trial has been drawn."""
    is_awarded: Flags
    buys_untreated: Flags
    buys_treated: Flags
    outcome_day: Ints
    """The day on which the item is bought, where it is."""
    report_day: Ints
    """-1 where no report comes."""

    @property
    def bought(self) -> Ints:
        """Places of the entries whose purchase happened."""
        happened = np.where(self.is_awarded, self.buys_treated, self.buys_untreated)
        return np.flatnonzero(self.is_drawn & happened)


def draw_applicants(
    people: People, catalogue: Catalogue, options: SyntheticOptions, block: int
) -> Applicants:
    """Draw a block's applications and their consequences."""
    rng = generator(options.seed, Stream.TRIALS, block)
    size = (len(people.number), len(catalogue.trial_opens))
    chance = np.where(people.is_hunter, 1.0, options.apply_share)[:, None]
    applies = (rng.random(size) < chance) & (
        people.joined_day[:, None] < catalogue.trial_opens[None, :]
    )
    window = np.where(people.is_hunter, _HUNTER_SECONDS, OPEN_DAYS * DAY_SECONDS)[:, None]
    delay = np.floor(rng.random(size) * window).astype(np.int64)
    lot, temper, reports = rng.random(size), rng.random(size), rng.random(size)
    outcome_delay = rng.integers(1, OUTCOME_DAYS + 1, size)
    report_delay = rng.integers(*_REPORT_DELAY, size)

    user, trial = np.nonzero(applies)
    opens = catalogue.trial_opens[trial]
    untreated, uplift = _chances(people, user)
    is_drawn = trial < len(catalogue.trial_opens) - 1
    is_awarded = is_drawn & (lot[applies] < options.award_share)
    report_day = opens + DELIVERY_AFTER + report_delay[applies]
    has_report = (
        is_awarded & (reports[applies] < people.completion[user]) & (report_day < options.days)
    )
    return Applicants(
        user=user,
        trial=trial,
        applied_second=opens * DAY_SECONDS + delay[applies],
        is_drawn=is_drawn,
        is_awarded=is_awarded,
        buys_untreated=temper[applies] < untreated,
        buys_treated=temper[applies] < untreated + uplift,
        outcome_day=opens + AWARD_AFTER + outcome_delay[applies],
        report_day=np.where(has_report, report_day, -1),
    )


def applicant_tables(
    applicants: Applicants, people: People, catalogue: Catalogue, options: SyntheticOptions
) -> dict[str, pa.Table]:
    """Return ``applications``, ``awards`` and the truth ``truth/outcomes``."""
    user_id = columns.user_ids(people.number[applicants.user])
    trial_id = columns.trial_ids(applicants.trial)
    applications = columns.table(
        APPLICATIONS,
        application_id=pc.binary_join_element_wise(trial_id, user_id, "-"),
        trial_id=trial_id,
        user_id=user_id,
        applied_at=columns.times(applicants.applied_second, options),
        source=columns.named(("app", "deal-site"), people.is_hunter[applicants.user] * 1),
        statement=_statements(applicants, people, catalogue),
    )
    awarded = np.flatnonzero(applicants.is_awarded)
    opens = catalogue.trial_opens[applicants.trial[awarded]]
    delivered = opens + DELIVERY_AFTER
    has_arrived = delivered < options.days
    awards = columns.table(
        AWARDS,
        trial_id=trial_id.take(pa.array(awarded)),
        user_id=user_id.take(pa.array(awarded)),
        awarded_at=columns.times((opens + AWARD_AFTER) * DAY_SECONDS, options),
        delivered_on=pc.if_else(pa.array(has_arrived), columns.dates(delivered, options), None),
    )
    outcomes = pa.table(
        {
            "trial_id": trial_id,
            "user_id": user_id,
            "segment": columns.named(SEGMENTS, people.segment[applicants.user]),
            "is_awarded": columns.optional(applicants.is_awarded, applicants.is_drawn),
            "buys_untreated": applicants.buys_untreated,
            "buys_treated": applicants.buys_treated,
            "outcome_on": columns.dates(applicants.outcome_day, options),
        }
    )
    return {"applications": applications, "awards": awards, "truth/outcomes": outcomes}


def _chances(people: People, user: Ints) -> tuple[Floats, Floats]:
    is_hunter, segment = people.is_hunter[user], people.segment[user]
    return (
        np.where(is_hunter, HUNTER_BUYS, BUYS_UNTREATED[segment]),
        np.where(is_hunter, HUNTER_UPLIFT, UPLIFT[segment]),
    )


def _statements(applicants: Applicants, people: People, catalogue: Catalogue) -> pa.Array:
    """Let hunters copy one sentence; the others name what they buy and how often."""
    item = catalogue.trial_item[applicants.trial]
    weeks = people.number[applicants.user] * 7 % 11 + 1
    own = pc.binary_join_element_wise(
        "I buy",
        columns.named(NEED_NAMES, item // catalogue.variants),
        "every",
        pc.cast(pa.array(weeks), pa.string()),
        "weeks and would like to compare.",
        " ",
    )
    copied = "I love free samples and will write a great review, please pick me."
    return pc.if_else(pa.array(people.is_hunter[applicants.user]), copied, own)
