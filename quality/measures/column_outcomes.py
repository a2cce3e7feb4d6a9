"""The columns that drifted or emptied, told table by table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from quality.measures.profiles import Profile
from quality.measures.rules import NO_DRIFT, USUAL_NULLS, outcome_of
from quality.measures.shares import Shares
from quality.reading.findings import Note
from quality.rules.options import ValidationOptions
from quality.rules.outcome import Outcome


def drift_outcome(table: str, profiles: Sequence[Profile], options: ValidationOptions) -> Outcome:
    """Warn of columns whose values are distributed unlike before."""
    judged = [profile for profile in profiles if profile.drift]
    drifted = [profile for profile in judged if profile.drift and profile.drift.has_drifted]
    faults = [
        {
            "column": profile.column.name,
            "psi": _rounded(profile.drift.psi if profile.drift else None),
            "ks": _rounded(profile.drift.ks if profile.drift else None),
        }
        for profile in drifted
    ]
    return outcome_of(
        NO_DRIFT,
        table,
        options,
        checked=len(judged),
        faults=faults,
        found=_found_drift(drifted) if drifted else None,
    )


def nulls_outcome(table: str, profiles: Sequence[Profile], options: ValidationOptions) -> Outcome:
    """Warn of columns that are empty much more often than before."""
    judged = [
        profile
        for profile in profiles
        if profile.nulls.usual_share is not None and not profile.is_emptied_by_time
    ]
    emptied = [profile for profile in judged if profile.nulls.are_unusual(options.null_multiple)]
    faults = [
        {
            "column": profile.column.name,
            "null_share": _rounded(profile.nulls.share),
            "usual_null_share": _rounded(profile.nulls.usual_share),
        }
        for profile in emptied
    ]
    return outcome_of(
        USUAL_NULLS,
        table,
        options,
        checked=len(judged),
        faults=faults,
        found=_found_nulls(emptied) if emptied else None,
    )


def _found_drift(drifted: Sequence[Profile]) -> Note:
    en, zh = [], []
    for profile in drifted:
        name, drift, shares = profile.column.name, profile.drift, profile.shares
        if drift is None or shares is None or shares.usual is None:
            continue
        label_en, label_zh, now, before = _moved_most(shares)
        en.append(f"{name}, {label_en}: {now:.1%}, usually {before:.1%} (PSI {drift.psi:.2f})")
        zh.append(f"{name}，{label_zh}：{now:.1%}，通常为 {before:.1%}（PSI {drift.psi:.2f}）")
    return Note(
        f"{'; '.join(en)}. Ask the source what changed: a code, a unit, a currency, a feed.",
        f"{'；'.join(zh)}。请向来源确认有何变化：代码、单位、币种或数据流。",
    )


def _moved_most(shares: Shares) -> tuple[str, str, float, float]:
    """Return the bin whose share changed most, in both languages, with its share now and before."""
    usual = shares.recent if shares.usual is None else shares.usual
    now, before = shares.recent / shares.recent.sum(), usual / usual.sum()
    place = int(np.abs(now - before).argmax())
    label = shares.labels[place]
    if shares.kind == "value":
        return repr(label), f"“{label}”", now[place], before[place]
    if shares.kind == "hour":
        return f"{label}:00 to {label}:59", f"{label} 时", now[place], before[place]
    if label is not None:
        last = shares.labels[place - 1] if place else None
        over_en, over_zh = (f"over {last:g} ", f"大于 {last:g} ") if last is not None else ("", "")
        en, zh = f"{over_en}up to {label:g}", f"{over_zh}至 {label:g}"
        return en, zh, now[place], before[place]
    last = shares.labels[place - 1]
    return f"over {last:g}", f"大于 {last:g}", now[place], before[place]


def _found_nulls(emptied: Sequence[Profile]) -> Note:
    en, zh = [], []
    for profile in emptied:
        now, before = profile.nulls.share, profile.nulls.usual_share or 0.0
        en.append(f"{profile.column.name}: {now:.1%} null, usually {before:.1%}")
        zh.append(f"{profile.column.name}：空值 {now:.1%}，通常为 {before:.1%}")
    return Note(
        f"{'; '.join(en)}. Ask the source whether it still fills the column.",
        f"{'；'.join(zh)}。请向来源确认该列是否仍在填写。",
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
