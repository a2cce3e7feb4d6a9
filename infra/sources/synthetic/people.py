"""The people of one block: who they are, and what only the truth knows about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from infra.sources.synthetic import columns
from infra.sources.synthetic.chance import Flags, Floats, Ints, Stream, generator
from quality.tables.inputs import IDENTITIES, USERS

if TYPE_CHECKING:
    from infra.sources.synthetic.options import SyntheticOptions

BLOCK_USERS = 2_048
"""People drawn together; the last block is drawn whole and then cut."""

SEGMENTS = ("light", "average", "heavy")
ACTIVITY = np.array([0.5, 1.0, 1.8])
"""How many times as many needs a segment has as the average one."""
LANGUAGES = ("zh", "en")

_SEGMENT_SHARES = (0.4, 0.4, 0.2)
_REGIONS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "centre")
_AGE_BANDS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
_BAND_STARTS = (25, 35, 45, 55, 65)
_HUNTER_ACTIVITY = 0.1


@dataclass(frozen=True)
class People:
    """Columns of a whole block, one entry a person."""

    number: Ints
    """The person's number in the shop, from 0."""
    segment: Ints
    is_hunter: Flags
    joined_day: Ints
    """From the first day of the history; negative for those who were there before."""
    birth_year: Ints
    region: Ints
    household: Ints
    has_marketing: Flags
    has_profiling: Flags
    language: Ints
    completion: Floats
    """Chance of handing a trial report in."""

    @property
    def activity(self) -> Floats:
        """How many times as many needs a person has as the average one."""
        return ACTIVITY[self.segment] * np.where(self.is_hunter, _HUNTER_ACTIVITY, 1.0)

    @property
    def first_active(self) -> Ints:
        """First day of the history on which the person may act."""
        return np.maximum(self.joined_day, 0)


def draw_people(options: SyntheticOptions, block: int) -> People:
    """Draw one block of people."""
    rng = generator(options.seed, Stream.PEOPLE, block)
    size = BLOCK_USERS
    number = np.arange(size, dtype=np.int64) + block * size
    is_hunter = rng.random(size) < options.hunter_share
    is_new = rng.random(size) < 0.2  # noqa: PLR2004 - a fifth joins during the history
    joined = np.where(is_new, rng.integers(0, options.days, size), -rng.integers(1, 730, size))
    shares_home = rng.random(size // 2) < 0.3  # noqa: PLR2004 - of neighbouring pairs
    household = np.where(np.repeat(shares_home, 2), number // 2 * 2, number)
    region = rng.integers(0, len(_REGIONS), size)
    return People(
        number=number,
        segment=rng.choice(len(SEGMENTS), size, p=_SEGMENT_SHARES),
        is_hunter=is_hunter,
        joined_day=joined,
        birth_year=rng.integers(1940, 2000, size),
        region=region[household % size],
        household=household,
        has_marketing=rng.random(size) < 0.9,  # noqa: PLR2004 - nine in ten agree
        has_profiling=rng.random(size) < 0.95,  # noqa: PLR2004 - nearly all agree
        language=rng.integers(0, len(LANGUAGES), size),
        completion=np.where(is_hunter, 0.4, rng.beta(8, 2, size)),
    )


def people_tables(people: People, options: SyntheticOptions) -> dict[str, pa.Table]:
    """Return ``users`` and ``identities``, and the truth ``truth/people``."""
    user_id = columns.user_ids(people.number)
    year = date.fromisoformat(options.first_day).year
    band = np.searchsorted(_BAND_STARTS, year - people.birth_year, side="right")
    users = columns.table(
        USERS,
        user_id=user_id,
        birth_year=people.birth_year,
        age_band=columns.named(_AGE_BANDS, band),
        region=columns.named(_REGIONS, people.region),
        household_id=columns.numbered("h", people.household),
        joined_on=columns.dates(people.joined_day, options),
        has_marketing_consent=people.has_marketing,
        has_profiling_consent=people.has_profiling,
    )
    truth = pa.table(
        {
            "user_id": user_id,
            "segment": columns.named(SEGMENTS, people.segment),
            "is_freebie_hunter": people.is_hunter,
            "language": columns.named(LANGUAGES, people.language),
            "completion_share": people.completion,
        }
    )
    return {"users": users, "identities": _identities(people), "truth/people": truth}


def _identities(people: People) -> pa.Table:
    number = people.number
    has_card = number % 5 < 2  # noqa: PLR2004 - two in five carry a card
    raw = pa.concat_arrays(
        [columns.numbered("card-", number[has_card]), columns.numbered("device-", number)]
    )
    owners = columns.user_ids(np.concatenate([number[has_card], number]))
    return columns.table(IDENTITIES, raw_id=raw, user_id=owners)
