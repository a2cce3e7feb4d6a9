"""What was learned of needs as text, and back to the same bits."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from recommender.boosting import trees_of
from recommender.catalogue import code_of
from recommender.chance import Chance, Design
from recommender.complements import Complements
from recommender.followups import FollowUps
from recommender.hazard import HazardTable
from recommender.interactions import Texts
from recommender.lessons import Lessons


def lessons_text(lessons: Lessons) -> str:
    """Write lessons of needs as JSON; Python's digits of a float read back to the same float."""
    return json.dumps(
        {
            "hazard": {
                "horizon_days": lessons.hazard.horizon_days,
                "excess": lessons.hazard.excess.tolist(),
            },
            "repeat": _fields(lessons.repeat),
            "novel": _fields(lessons.novel),
            "weeks": [_fields(week) for week in lessons.weeks],
            "without": sorted(lessons.without),
        }
    )


def read_lessons(text: str) -> Lessons:
    """Read what ``lessons_text`` wrote."""
    fields = json.loads(text)
    hazard = fields["hazard"]
    return Lessons(
        hazard=HazardTable(hazard["horizon_days"], np.array(hazard["excess"])),
        repeat=_chance(fields["repeat"]),
        novel=_chance(fields["novel"]),
        weeks=tuple(_chance(week) for week in fields["weeks"]),
        without=frozenset(fields["without"]),
    )


def chance_text(chance: Chance | None) -> str:
    """Write one chance as JSON, ``null`` if there was too little to learn it from."""
    return json.dumps(_fields(chance))


def read_chance(text: str) -> Chance | None:
    """Read what ``chance_text`` wrote."""
    return _chance(json.loads(text))


def rules_text(rules: Complements, need_ids: Texts) -> str:
    """Write rules as JSON, needs by their ids."""
    return json.dumps(
        {
            "before": need_ids[rules.before].tolist(),
            "after": need_ids[rules.after].tolist(),
            "lifts": rules.lifts.tolist(),
            "followers": rules.followers.tolist(),
            "is_ordered": rules.is_ordered.tolist(),
            "lags": rules.lags.tolist(),
            "quartiles": rules.timing.quartiles.tolist(),
            "risk": rules.timing.risk.tolist(),
        }
    )


def read_rules(text: str, need_ids: Texts) -> Complements:
    """Read what ``rules_text`` wrote; rules about needs that are no longer sold are left out."""
    fields = json.loads(text)
    ends = [code_of(need_ids, np.array(fields[end], dtype=object)) for end in ("before", "after")]
    # Vocabularies are sorted, so that rules sorted by one are sorted by any other.
    kept = np.flatnonzero((ends[0] >= 0) & (ends[1] >= 0))
    n_rules = len(ends[0])
    return Complements(
        before=ends[0][kept],
        after=ends[1][kept],
        lifts=np.array(fields["lifts"], np.float64)[kept],
        followers=np.array(fields["followers"], np.int64)[kept],
        is_ordered=np.array(fields["is_ordered"], np.bool_)[kept],
        lags=np.array(fields["lags"], np.int64)[kept],
        timing=FollowUps(
            np.array(fields["quartiles"], np.float64).reshape(n_rules, 3)[kept],
            np.array(fields["risk"], np.float64).reshape(n_rules, -1)[kept]
            if n_rules
            else np.zeros((0, 1)),
        ),
    )


def _fields(chance: Chance | None) -> dict[str, Any] | None:
    if chance is None:
        return None
    return {
        "linear": chance.design.linear,
        "crossed": chance.design.crossed,
        "means": chance.means.tolist(),
        "deviations": chance.deviations.tolist(),
        "weights": chance.weights.tolist(),
        "intercept": chance.intercept,
        "trees": None if chance.trees is None else chance.trees.text,
    }


def _chance(fields: dict[str, Any] | None) -> Chance | None:
    if fields is None:
        return None
    return Chance(
        design=Design(tuple(fields["linear"]), tuple(fields["crossed"])),
        means=np.array(fields["means"], np.float32),
        deviations=np.array(fields["deviations"], np.float32),
        weights=np.array(fields["weights"], np.float32),
        intercept=fields["intercept"],
        trees=None if fields["trees"] is None else trees_of(fields["trees"]),
    )
