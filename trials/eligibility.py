"""Who may receive a unit at all: each refusal has a code, and a rule without data says so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from trials.arrays import numbers, texts, truths

if TYPE_CHECKING:
    import pyarrow as pa

    from trials.arrays import Bools, Floats, Texts
    from trials.overrides import Decided

RULES: dict[str, tuple[str, ...]] = {
    "outside_window": (),
    "out_of_stock": (),
    "seller": (),
    "no_consent": ("users.has_marketing_consent",),
    "age_unknown": ("users.birth_year", "users.age_band"),
    "too_young": ("users.birth_year", "users.age_band"),
    "region": ("users.region",),
    "report_overdue": ("awards.user_id", "reports.trial_id"),
    "cool_down": ("awards.user_id",),
    "yearly_cap": ("awards.user_id",),
}
"""Rules in the order in which they are asked, with the columns of which one must hold something
(for ``report_overdue``: both)."""

_BELOW = re.compile(r"以下|under|below|<", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class EligibilityOptions:
    """How long a recipient waits, and how often one may receive."""

    cool_down_days: int = 60
    """Days that must pass between two awards to one person."""
    awards_per_year: int = 4
    """Most awards to one person within 365 days."""


@dataclass(frozen=True, kw_only=True)
class Eligibility:
    """Who was refused, and why."""

    codes: Texts
    """Code of the first rule that refuses, "" if none does, shape (n_applicants,)."""
    details: Texts
    """What completes the sentence (the day from which one may be chosen again), same shape."""
    not_applicable: tuple[str, ...]
    """Rules that could not be asked, because the data holds nothing to ask about."""

    def with_decisions(self, decided: Decided) -> Eligibility:
        """Let the decisions of people stand above the rules."""
        codes = np.where(decided.is_given, "", self.codes)
        return Eligibility(
            codes=np.where(decided.is_denied, "override_denied", codes).astype(object),
            details=self.details,
            not_applicable=self.not_applicable,
        )


def judge(facts: pa.Table, known: frozenset[str], options: EligibilityOptions) -> Eligibility:
    """Ask every rule of every applicant; the first that refuses is the reason.

    Consent that is not given is refused. An unknown age is refused only where the trial sets a
    minimum; from a year of birth, the age counted is the one that is certain (birthday not yet
    reached). An unknown region is refused only where the trial names regions. A whole column
    without values is missing data, not a refusal of everybody: the rule is listed as not
    applicable.

    Args:
        facts: What is known of each applicant, n rows, as ``facts.gather_facts`` returns it.
        known: The input columns that hold anything, as ``table.column``.
        options: Cool-down and yearly cap.

    Returns:
        Codes and details by applicant, and the rules that could not be asked.
    """
    age = _certain_age(facts)
    min_age = numbers(facts, "min_age")
    resting = _resting(facts, options.cool_down_days)
    refused: dict[str, Bools] = {
        "outside_window": ~truths(facts, "is_in_window"),
        "out_of_stock": ~truths(facts, "is_available"),
        "seller": truths(facts, "is_seller"),
        "no_consent": ~truths(facts, "has_marketing_consent"),
        "age_unknown": ~np.isnan(min_age) & np.isnan(age),
        "too_young": age < min_age,
        "region": truths(facts, "has_regions") & ~truths(facts, "is_in_region"),
        "report_overdue": numbers(facts, "reports_overdue") > 0,
        "cool_down": resting,
        "yearly_cap": numbers(facts, "awards_year") >= options.awards_per_year,
    }
    not_applicable = tuple(code for code in RULES if not _is_applicable(code, known))
    asked = [code for code in RULES if code not in not_applicable]
    codes = np.select([refused[code] for code in asked], asked, default="").astype(object)
    details = np.where(codes == "cool_down", _free_again(facts, options.cool_down_days), "")
    return Eligibility(codes=codes, details=details, not_applicable=not_applicable)


def youngest_age(age_band: str) -> float:
    """Read the lower end of an age band in years; NaN if it has none that can be read.

    "25-34" is 25, "65+" is 65, "18以下" and "under 18" are 0.
    """
    if _BELOW.search(age_band):
        return 0.0
    number = re.match(r"\s*(\d+)", age_band)
    return float(number[1]) if number else float("nan")


def _is_applicable(code: str, known: frozenset[str]) -> bool:
    needed = RULES[code]
    if code == "report_overdue":
        return set(needed) <= known
    return not needed or not known.isdisjoint(needed)


def _certain_age(facts: pa.Table) -> Floats:
    by_birth = numbers(facts, "cutoff_year") - numbers(facts, "birth_year") - 1
    bands = texts(facts, "declared_age_band")
    lower = {band: youngest_age(band) for band in set(bands) if band is not None}
    by_band = np.array([lower.get(band, np.nan) for band in bands], dtype=np.float64)
    return np.where(np.isnan(by_birth), by_band, by_birth)


def _resting(facts: pa.Table, cool_down_days: int) -> Bools:
    last = facts["last_awarded_on"].to_numpy(zero_copy_only=False).astype("datetime64[D]")
    cutoff = facts["closes_on"].to_numpy(zero_copy_only=False).astype("datetime64[D]") + 1
    # A comparison with "not a time" is False: who never had an award does not rest.
    resting: Bools = cutoff < last + np.timedelta64(cool_down_days, "D")
    return resting


def _free_again(facts: pa.Table, cool_down_days: int) -> Texts:
    wait = timedelta(days=cool_down_days)
    days = facts["last_awarded_on"].to_pylist()
    return np.array([(day and (day + wait).isoformat()) or "" for day in days], dtype=object)
