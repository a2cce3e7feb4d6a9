"""Replay a published draw and say what differs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from quality.tables.outputs import ARMS
from trials.arrays import numbers, texts
from trials.certificate import WINNERS, canonical, input_hash
from trials.draw import ALGORITHM, KNOWN_ALGORITHMS, by_way_drawn, commit, draw, lot_order
from trials.plan import NOT_DRAWN, Stratum

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from trials.arrays import Texts

    Array = NDArray[Any]

_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One way in which a published draw is not what its certificate says."""

    code: str
    sentence_en: str
    sentence_zh: str


def verify_draw(certificate: Mapping[str, Any], selection: pa.Table) -> tuple[Finding, ...]:
    """Replay a draw from what was published of it.

    Args:
        certificate: A row of ``draw_certificate``; JSON columns as text or already read.
        selection: Rows of ``selection`` with real user ids; those of other trials are ignored.

    Returns:
        What differs; empty if the draw is what its certificate says.
    """
    trial_id = certificate["trial_id"]
    rows = selection.filter(pc.equal(selection["trial_id"], trial_id)).sort_by("user_id")
    if certificate["algorithm"] not in KNOWN_ALGORITHMS:
        found = certificate["algorithm"]
        return (_finding("algorithm", f"{ALGORITHM} is known, found {found}", "算法"),)
    return (*_sealed(certificate, rows), *_replayed(certificate, rows))


def _sealed(certificate: Mapping[str, Any], rows: pa.Table) -> Iterator[Finding]:
    """Check the seals: the seed's commitment, the hash of the options and that of the input."""
    if commit(certificate["seed"]) != certificate["seed_commitment"]:
        yield _finding(
            "commitment", "the seed's SHA-256 is not the commitment", "种子的 SHA-256 与承诺值"
        )
    found = sha256(canonical(_json(certificate["options"])).encode()).hexdigest()
    if found != certificate["config_hash"]:
        yield _finding(
            "options",
            f"the options hash to {found}, the certificate says {certificate['config_hash']}",
            "抽签选项",
        )
    found = input_hash(rows)
    if found != certificate["input_hash"]:
        yield _finding(
            "input",
            f"the applicants hash to {found}, the certificate says {certificate['input_hash']}",
            "申请人及得分",
        )


def _replayed(certificate: Mapping[str, Any], rows: pa.Table) -> Iterator[Finding]:
    """Draw again and compare arms, places on the waitlist, chances and counts."""
    trial_id, seed = certificate["trial_id"], certificate["seed"]
    stated = [
        Stratum(**one | {"splits": tuple(one.get("splits", ()))})
        for one in _json(certificate["strata"])
    ]
    strata = by_way_drawn(trial_id, seed, stated)
    if [one.seats for one in strata] != [one.seats for one in stated]:
        yield _finding(
            "seats", f"the seats drawn by are {[one.seats for one in strata]}", "各抽签层的名额"
        )
    number = {one.name: index for index, one in enumerate(strata)}
    names, arm, users = (texts(rows, name) for name in ("stratum", "arm", "user_id"))
    stratum = np.array([number.get(name, NOT_DRAWN) for name in names], dtype=np.int64)
    candidates = np.bincount(stratum[stratum != NOT_DRAWN], minlength=len(strata)).tolist()
    if candidates != [one.candidates for one in strata]:
        yield _finding(
            "stratum", f"the lotteries have {candidates} candidates", "各抽签层的候选人数"
        )

    order = lot_order(trial_id, seed, users)
    again = draw((arm == "core") & (stratum == NOT_DRAWN), stratum, strata, order)
    expected = np.where(arm == "ineligible", arm, again.arm)
    yield from _differences("arm", "抽签结果", users, expected, arm)
    places = np.nan_to_num(numbers(rows, "waitlist_position")).astype(np.int64)
    yield from _differences("waitlist", "候补名次", users, again.waitlist_position, places)
    chances = np.array([one.chance for one in strata] + [0.0])
    chance = np.where(expected == "core", 1.0, chances[stratum])
    yield from _differences(
        "chance", "入选概率", users, chance, numbers(rows, "inclusion_probability")
    )

    counts = {name: int((arm == name).sum()) for name in ARMS}
    if counts != _json(certificate["counts"]):
        yield _finding("counts", f"the arms count {counts}", "各组人数")
    given = sum(counts[name] for name in WINNERS)
    if given != certificate["units"]:
        yield _finding("units", f"{given} units were given", "份数")


def _differences(
    code: str, name_zh: str, users: Texts, expected: Array, found: Array
) -> Iterator[Finding]:
    differs = np.flatnonzero(expected != found)
    if len(differs):
        some = "; ".join(
            f"{users[row]} is {found[row]}, replayed {expected[row]}" for row in differs[:_SHOWN]
        )
        yield _finding(code, f"{len(differs)} applicants differ: {some}", name_zh)


def _finding(code: str, what: str, name_zh: str) -> Finding:
    return Finding(
        code=code,
        sentence_en=f"{code} does not agree with the certificate: {what}",
        sentence_zh=f"{name_zh}与凭证不符：{what}",
    )


def _json(value: Any) -> Any:
    """Read a JSON column, unless the file it came from already did."""
    return json.loads(value) if isinstance(value, str) else value
