"""How the columns of a table differ from those of the last run, and whom that breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from quality.measures.distributions import Past
from quality.measures.profiles import Profile
from quality.measures.rules import COLUMNS_AS_BEFORE, outcome_of
from quality.reading.findings import Note
from quality.rules.options import ValidationOptions
from quality.rules.outcome import Outcome
from quality.schema import Column, Kind

USED_BY: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "events": {"quantity": ("recommend",), "unit_price": ("recommend",)},
    "items": {
        "need_group": ("recommend", "recruit", "effect"),
        "brand": ("recommend", "review"),
        "is_available": ("recommend", "recruit"),
        "launched_on": ("recommend",),
        "repurchase_days": ("recommend",),
    },
    "users": {
        "birth_year": ("recruit",),
        "age_band": ("recommend", "recruit"),
        "region": ("recommend", "recruit"),
        "household_id": ("recruit",),
        "has_marketing_consent": ("recruit",),
        "has_profiling_consent": ("recommend",),
    },
    "trials": {
        "quotas": ("recruit",),
        "min_age": ("recruit",),
        "regions": ("recruit",),
        "seed_commitment": ("recruit",),
    },
    "applications": {"statement": ("recruit",)},
    "awards": {"delivered_on": ("recommend", "recruit")},
    "reports": {
        "trial_id": ("recruit", "review"),
        "photo_count": ("recruit", "review"),
        "has_disclosure": ("review",),
        "language": ("review",),
    },
    "exposures": {"was_opened": ("recommend",)},
}
"""Table → optional column → the stages that are poorer without it. A mandatory column that is
missing is refused before."""

_EN = {
    "dropped": "{column} is empty or gone",
    "added": "{column} is new",
    "retyped": "{column} is stored as {stored}, before as {before}",
}
_ZH = {
    "dropped": "{column} 为空或已消失",
    "added": "新增 {column}",
    "retyped": "{column} 的存储类型由 {before} 变为 {stored}",
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One column that is not as it was on the last run."""

    column: str
    change: Literal["dropped", "added", "retyped"]
    breaks: tuple[str, ...]
    """The stages that rely on what it was; none if it does no harm."""
    stored: str | None = None
    before: str | None = None


def changes_of(
    table: str, profiles: Sequence[Profile], past: Past, null_multiple: float
) -> list[Change]:
    """Compare a table's columns with those of the last run, where both had rows.

    A column is there if it holds anything; in a table with a history of its own it is dropped only
    if past weeks were not as empty. Values are cast to the declared type whatever the file
    stores, so a new type breaks only identifiers and codes kept as text: 007 is not 7.
    """
    changes = []
    for profile in profiles:
        row = past.get(profile.column.name)
        if row is None or not row["rows"] or not profile.nulls.rows or profile.is_emptied_by_time:
            continue
        was_there, is_there = row["null_share"] < 1, profile.nulls.share < 1
        before, stored = row.get("stored"), profile.stored
        if was_there and not is_there:
            if profile.nulls.weeks and not profile.nulls.are_unusual(null_multiple):
                continue
            breaks = USED_BY.get(table, {}).get(profile.column.name, ())
            changes.append(Change(column=profile.column.name, change="dropped", breaks=breaks))
        elif is_there and not was_there:
            changes.append(Change(column=profile.column.name, change="added", breaks=()))
        elif is_there and before and stored and before != stored:
            changes.append(
                Change(
                    column=profile.column.name,
                    change="retyped",
                    breaks=_broken_by_type(table, profile.column),
                    stored=stored,
                    before=before,
                )
            )
    return changes


def _broken_by_type(table: str, column: Column) -> tuple[str, ...]:
    if column.kind is not Kind.TEXT:
        return ()
    if column.optional:
        return USED_BY.get(table, {}).get(column.name, ())
    return ("every stage",)


def contract_outcome(
    table: str, profiles: Sequence[Profile], past: Past, options: ValidationOptions
) -> Outcome:
    """Warn of changes that break a stage; tell of the others."""
    changes = changes_of(table, profiles, past, options.null_multiple)
    breaking = [change for change in changes if change.breaks]
    return outcome_of(
        COLUMNS_AS_BEFORE,
        table,
        options,
        checked=len(profiles) if past else 0,
        faults=[
            {"column": change.column, "change": change.change, "breaks": list(change.breaks)}
            for change in [*breaking, *(change for change in changes if not change.breaks)]
        ],
        failed=len(breaking),
        found=_found(changes, has_breaking=bool(breaking)) if changes else None,
    )


def _found(changes: Sequence[Change], *, has_breaking: bool) -> Note:
    en, zh = "; ".join(map(_told_en, changes)), "；".join(map(_told_zh, changes))
    if not has_breaking:
        return Note(f"{en}. Nothing relies on what changed.", f"{zh}。没有环节依赖此变化。")
    return Note(
        f"{en}. Ask the source to deliver the column as before, or to announce the change.",
        f"{zh}。请让来源按原样提交该列，或事先告知变更。",
    )


def _told_en(change: Change) -> str:
    breaks = f": breaking for {', '.join(change.breaks)}" if change.breaks else ""
    return _EN[change.change].format(**vars(change)) + breaks


def _told_zh(change: Change) -> str:
    stages = "、".join("所有环节" if stage == "every stage" else stage for stage in change.breaks)
    return _ZH[change.change].format(**vars(change)) + (f"（影响 {stages}）" if stages else "")
