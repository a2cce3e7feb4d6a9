"""What is published of a draw so that anybody can replay it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from math import inf
from typing import TYPE_CHECKING, Any

from quality.tables.outputs import ARMS
from trials.arrays import texts
from trials.draw import ALGORITHM
from trials.plan import Stratum
from trials.score import PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from trials.draw import Seed

HASHED = ("user_id", "standing", "rank", *PARTS, "score", "stratum")
"""What the input hash covers of each applicant: all that was fixed before the seed was opened."""
WINNERS = ("core", "band", "open")
"""Arms that get a unit."""
_HIDDEN = ("draw_secret", "overrides")
"""Options that a certificate does not show: a secret, and names of people."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """What a certificate states of one trial besides its applicants."""

    seed: Seed
    strata: tuple[Stratum, ...]
    quotas: list[dict[str, Any]]
    """Attribute, value, min, max of each quota, and what it got."""
    not_applicable: tuple[str, ...]
    """Eligibility rules the data could not answer."""
    objective: float
    bound: float
    smallest_detectable_effect: float | None


def certify(
    trial: Mapping[str, Any], rows: pa.Table, account: Account, options: Mapping[str, Any]
) -> dict[str, Any]:
    """Write a trial's certificate.

    Args:
        trial: Its row of ``trials``.
        rows: Its rows of ``selection``.
        account: What else is stated.
        options: The options of the draw; the secret and the overrides are left out, and no
            limit is null.

    Returns:
        A row of ``DRAW_CERTIFICATE``.
    """
    shown = {
        name: None if value == inf else value
        for name, value in options.items()
        if name not in _HIDDEN
    }
    arms = rows["arm"].to_pylist()
    refused = [
        code
        for code, arm in zip(rows["reason_code"].to_pylist(), arms, strict=True)
        if arm == "ineligible"
    ]
    return {
        "trial_id": trial["trial_id"],
        "merchant_id": trial["merchant_id"],
        "seed_commitment": account.seed.commitment,
        "is_precommitted": account.seed.is_precommitted,
        "seed": account.seed.seed,
        "algorithm": ALGORITHM,
        "config_hash": sha256(canonical(shown).encode()).hexdigest(),
        "input_hash": input_hash(rows),
        "units": sum(arms.count(arm) for arm in WINNERS),
        "counts": canonical({arm: arms.count(arm) for arm in ARMS}),
        "quotas": canonical(account.quotas),
        "strata": canonical([asdict(stratum) for stratum in account.strata]),
        "eligibility": canonical(
            {
                "refused": {code: refused.count(code) for code in sorted(set(refused))},
                "not_applicable": list(account.not_applicable),
            }
        ),
        "objective": account.objective,
        "bound": account.bound,
        "smallest_detectable_effect": account.smallest_detectable_effect,
        "options": canonical(shown),
    }


def input_hash(rows: pa.Table) -> str:
    """Hash what a draw started from: SHA-256 of a JSON list of lists, sorted by user.

    ``standing`` is the arm of who was in no lottery, else null; numbers are written as Python
    writes them, shortest first; there is no white space.

    Args:
        rows: A trial's rows of ``selection``.
    """
    standing = [
        arm if stratum is None else None
        for arm, stratum in zip(texts(rows, "arm"), texts(rows, "stratum"), strict=True)
    ]
    columns = [standing if name == "standing" else rows[name].to_pylist() for name in HASHED]
    return sha256(canonical(sorted(zip(*columns, strict=True))).encode()).hexdigest()


def canonical(value: Any) -> str:
    """Write JSON in the one way that is hashed and published."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
