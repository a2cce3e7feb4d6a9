"""Quotas: how few and how many recipients a trial wants of a group of applicants."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from quality.errors import ContractError
from quality.tables.inputs import USERS

if TYPE_CHECKING:
    import pyarrow as pa

    from trials.arrays import Bools

_IDENTIFYING = ("user_id", "household_id")
ATTRIBUTES = (
    *(name for name in USERS.column_names if name not in _IDENTIFYING),
    "is_newcomer",
)
"""What a quota may be set on."""
_KEYS = {"attribute", "value", "min", "max"}


@dataclass(frozen=True, kw_only=True)
class Quota:
    """At least ``low`` and at most ``high`` recipients among those whose attribute has the value."""

    trial_id: str
    attribute: str
    value: str
    low: int
    high: int

    @property
    def name(self) -> str:
        """The group, written ``attribute=value``."""
        return f"{self.attribute}={self.value}"


def parse_quotas(trial_id: str, document: str | None, units: int) -> tuple[Quota, ...]:
    """Read a trial's quotas.

    Args:
        trial_id: The trial, named in errors.
        document: JSON list of {"attribute", "value", "min"?, "max"?}; None or blank means none.
        units: Units of the trial: the maximum where none is given.

    Raises:
        ContractError: If the document is not such a list, names an attribute that people do not
            have, or asks for more than it allows.
    """
    if document is None or not document.strip():
        return ()
    try:
        entries = json.loads(document)
    except ValueError as error:
        raise _broken(trial_id, f"must be JSON, but {error}") from error
    if not isinstance(entries, list):
        raise _broken(trial_id, f"must be a list, found {document[:80]}")
    quotas = tuple(_quota(trial_id, entry, units) for entry in entries)
    names = [quota.name for quota in quotas]
    for name in names:
        if names.count(name) > 1:
            raise _broken(trial_id, f"must name each group once, found {name} twice")
    return quotas


def members(applicants: pa.Table, quota: Quota) -> Bools:
    """Tell which applicants are in a quota's group; one with no value is in none.

    Args:
        applicants: Table with a column named as the quota's attribute, n rows.
        quota: The quota.

    Returns:
        Truth values, shape (n,).
    """
    values = applicants[quota.attribute].cast("string")
    inside: Bools = pc.fill_null(pc.equal(values, quota.value), fill_value=False).to_numpy()
    return np.asarray(inside, dtype=np.bool_)


def _quota(trial_id: str, entry: Any, units: int) -> Quota:
    if not isinstance(entry, dict) or not {"attribute", "value"} <= set(entry) <= _KEYS:
        raise _broken(trial_id, f"must have attribute, value, min and max only, found {entry}")
    if entry["attribute"] not in ATTRIBUTES:
        raise _broken(
            trial_id,
            f"must be set on one of {', '.join(ATTRIBUTES)}; found {entry['attribute']!r}",
        )
    low, high = entry.get("min"), entry.get("max")
    bounds = [bound for bound in (low, high) if bound is not None]
    if any(type(bound) is not int or bound < 0 for bound in bounds) or bounds != sorted(bounds):
        raise _broken(trial_id, f"must have whole numbers 0 <= min <= max, found {entry}")
    low = low or 0
    return Quota(
        trial_id=trial_id,
        attribute=entry["attribute"],
        value=_text(entry["value"]),
        low=low,
        # A minimum above the units is for the selection to tell, with what could be reached.
        high=max(units, low) if high is None else high,
    )


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _broken(trial_id: str, what: str) -> ContractError:
    return ContractError(f"trials.quotas of trial {trial_id} {what}; mend the trial's quotas")
