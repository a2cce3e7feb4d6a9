"""What a day learned, as tables that the days after it build on.

Weights are kept by the ids of needs and items, since vocabularies grow; numbers as text that reads
back to the same bits. A table of the people it was learned from stands beside them: whoever is
erased disappears from it, and what was learned with them no longer holds.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recommender.catalogue import Catalogue, code_of
from recommender.choice import LearnedChoice
from recommender.collaborative import Factors
from recommender.interactions import Ints, Texts, day_number
from recommender.lessons_text import (
    chance_text,
    lessons_text,
    read_chance,
    read_lessons,
    read_rules,
    rules_text,
)
from recommender.model import LearnedNeeds
from recommender.people import People
from recommender.snapshot import Ties

logger = logging.getLogger(__name__)

CHANCES, FACTORS, LEARNERS = "learned_chances", "learned_factors", "learned_from"
STATES = (CHANCES, FACTORS, LEARNERS)
"""The states' names."""

_PARTS = ["part", "body"]
# "element" is what Parquet calls a list's parts: so a state is the same before and after it is kept.
_FACTORS = pa.schema(
    [
        ("level", pa.string()),
        ("id", pa.string()),
        ("factors", pa.list_(pa.field("element", pa.float32()))),
    ]
)


@dataclass(frozen=True)
class Carried:
    """What is handed from day to day."""

    states: Mapping[str, pa.Table]
    """The states of earlier days by name, each row with its ``as_of``; others are ignored."""
    code: str
    """A digest of the program: what another one learned does not hold."""


NOTHING_CARRIED: Final = Carried({}, "")


@dataclass(frozen=True)
class Learned:
    """Everything that a day learned, but for which needs satiate."""

    needs: LearnedNeeds
    choice: LearnedChoice


@dataclass(frozen=True)
class Circumstances:
    """What must be the same for something learned earlier to hold."""

    made_by: str
    """The code, and the options of the stage."""
    people: People

    @classmethod
    def of(cls, code: str, options: object, people: People) -> Circumstances:
        """Name code and options, a dataclass whose text tells all of them, by one digest."""
        made_by = hashlib.sha256(f"{code}\0{options!r}".encode()).hexdigest()
        return cls(made_by, people)


def learned_tables(
    learned: Learned, users: Ints, catalogue: Catalogue, now: Circumstances
) -> dict[str, pa.Table]:
    """Write down what a day learned.

    Args:
        learned: What it was.
        users: Codes of the people it was learned from.
        catalogue: Its vocabularies.
        now: The day's circumstances.

    Returns:
        The three states by name.
    """
    parts = {
        "made": json.dumps({"made_by": now.made_by, "people": len(users)}),
        "needs": lessons_text(learned.needs.lessons),
        "rules": rules_text(learned.needs.ties.rules, catalogue.need_ids),
        "own_products": chance_text(learned.choice.own),
        "new_products": chance_text(learned.choice.new),
    }
    needs = _factor_rows("need", catalogue.need_ids, learned.needs.ties.factors)
    items = _factor_rows("item", catalogue.item_ids, learned.choice.factors)
    return {
        CHANCES: pa.table([list(parts), list(parts.values())], _PARTS),
        FACTORS: pa.concat_tables([needs, items]),
        LEARNERS: pa.table({"user_id": pa.array(now.people.user_ids[users], pa.string())}),
    }


def last_learned(
    carried: Carried,
    day: int,
    catalogue: Catalogue,
    now: Circumstances,
    relearn_days: int,
) -> Learned | None:
    """Return what the last day that learned has taught, None if it does not hold today.

    Args:
        carried: What earlier days left.
        day: Today.
        catalogue: The vocabularies to read it in; needs and items no longer sold are left out.
        now: Today's circumstances.
        relearn_days: Days for which it holds, the day it was learned on being the first.
    """
    if not set(STATES) <= carried.states.keys():
        return None
    learned_on = pc.max(carried.states[CHANCES]["as_of"])
    states = {
        name: carried.states[name].filter(pc.equal(carried.states[name]["as_of"], learned_on))
        for name in STATES
    }
    parts = dict(zip(*(states[CHANCES][column].to_pylist() for column in _PARTS), strict=True))
    since = day_number(learned_on.as_py())
    learners = states[LEARNERS]["user_id"]
    if why := _why_not(json.loads(parts["made"]), day - since, learners, now, relearn_days):
        logger.info("what was learned on %s no longer holds: %s", learned_on, why)
        return None
    logger.info("taken over from %s: what was learned of needs and products", learned_on)
    return _read(parts, states[FACTORS], since, catalogue)


def _read(parts: Mapping[str, str], factors: pa.Table, day: int, catalogue: Catalogue) -> Learned:
    ties = Ties(
        _factors(factors, "need", catalogue.need_ids),
        read_rules(parts["rules"], catalogue.need_ids),
    )
    choice = LearnedChoice(
        read_chance(parts["own_products"]),
        read_chance(parts["new_products"]),
        _factors(factors, "item", catalogue.item_ids),
    )
    return Learned(LearnedNeeds(day, read_lessons(parts["needs"]), ties), choice)


def _why_not(
    made: Mapping[str, object],
    age: int,
    learners: pa.ChunkedArray,
    now: Circumstances,
    relearn_days: int,
) -> str:
    """Say why something learned does not hold; nothing if it does."""
    if not 0 < age < relearn_days:
        return f"it is {age} days old"
    if made["made_by"] != now.made_by:
        return "code or options are others"
    if made["people"] != len(learners):
        return "somebody it was learned from was erased"
    refused = pa.array(now.people.user_ids[~now.people.may_profile], pa.string())
    if pc.any(pc.is_in(learners, refused)).as_py():
        return "somebody it was learned from may no longer be profiled"
    return ""


def _factor_rows(level: str, ids: Texts, factors: Factors) -> pa.Table:
    """Return a row for each thing that has factors."""
    known = np.flatnonzero(~np.isnan(factors[:, 0]))
    width = factors.shape[1]
    bounds = np.arange(0, (len(known) + 1) * width, width, dtype=np.int32)
    lists = pa.ListArray.from_arrays(bounds, factors[known].reshape(-1))
    return pa.table([[level] * len(known), pa.array(ids[known], pa.string()), lists], _FACTORS)


def _factors(rows: pa.Table, level: str, ids: Texts) -> Factors:
    """Return the factors of each id, NaN where there are none."""
    rows = rows.filter(pc.equal(rows["level"], level)).combine_chunks()
    values = pc.list_flatten(rows["factors"]).to_numpy()
    factors = np.full((len(ids), len(values) // max(len(rows), 1)), np.nan, dtype=np.float32)
    codes = code_of(ids, rows["id"].to_numpy().astype(object))
    factors[codes[codes >= 0]] = values.reshape(len(rows), factors.shape[1])[codes >= 0]
    return factors
