"""How a draw came out, in charts: outcomes, scores by rank, quotas."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from infra.pages.blocks import Figure, chart_table, columns, legend
from infra.pages.charts import Bar, Span, bars, scatter, spans
from infra.pages.figures import UNKNOWN, round_ticks, whole
from infra.pages.privacy import HIDDEN, count_or_hidden, hide_small
from infra.pages.shared_blocks import counts_figure
from infra.pages.words import Words, listed, name_of, say

Row = Mapping[str, Any]

_ARM_TONES = {
    "core": "main",
    "band": "good",
    "open": "second",
    "waitlist": "soft",
    "not_selected": "quiet",
    "ineligible": "faint",
}
_DOTS_AN_ARM = 80


def arms_figure(draw: Row | None, floor: int) -> Figure | None:
    """Draw how many applicants had each outcome; the holdout is among those not selected."""
    if draw is None:
        return None
    counts = counted_arms(draw)
    counts["not_selected"] = counts.get("not_selected", 0) + counts.pop("holdout", 0)
    ordered = [arm for arm in _ARM_TONES if counts.get(arm)]
    shown = hide_small([counts[arm] for arm in ordered], floor)
    return counts_figure(
        say("arms.caption"),
        "arm",
        dict(zip(ordered, shown, strict=True)),
        tones=_ARM_TONES,
    )


def score_figure(selection: pa.Table | None) -> Figure | None:
    """Draw scores by rank, coloured by outcome; None when nobody was ranked."""
    if selection is None:
        return None
    ranked = selection.filter(pc.is_valid(selection["rank"])).sort_by("rank")
    if not len(ranked):
        return None
    by_arm: dict[str, list[tuple[int, float]]] = {arm: [] for arm in _ARM_TONES}
    columns_drawn = (ranked[name].to_pylist() for name in ("arm", "rank", "score"))
    for arm, rank, score in zip(*columns_drawn, strict=True):
        by_arm[_shown_arm(arm)].append((rank, score))
    seen = [arm for arm, applicants in by_arm.items() if applicants]
    # Those chosen lie on top; the shape needs no more dots, and the page stays small.
    dots = [
        (rank, score, _ARM_TONES[arm])
        for arm in reversed(seen)
        for rank, score in _some(by_arm[arm], _DOTS_AN_ARM)
    ]
    last, scores = pc.max(ranked["rank"]).as_py(), [score for _, score, _ in dots]
    low, high = min(0.0, *scores), max(*scores, 0.1) * 1.05
    svg = scatter(
        dots,
        across=(0, last * 1.02),
        up=(low, high),
        ticks=(round_ticks(last), round_ticks(high)),
    )
    keys = legend(*((_ARM_TONES[arm], name_of("arm", arm)) for arm in seen))
    is_blind = "not_selected" not in seen and "not_selected" in selection["arm"].to_pylist()
    note = say("scores.note", n=_DOTS_AN_ARM) if len(dots) < len(ranked) else None
    note = say("scores.blind") if is_blind else note
    return Figure(say("scores.caption"), svg, legend=keys, note=note)


def quota_figure(draw: Row | None, floor: int) -> Figure | None:
    """Draw what each quota asked for and got; None without quotas."""
    quotas = json.loads(draw["quotas"]) if draw else []
    if not quotas:
        return None
    drawn, rows = [], []
    for quota in quotas:
        low, got = int(quota.get("min") or 0), int(quota["got"])
        most = quota.get("max")
        high = int(draw["units"] if most is None else most) if draw else 0
        name = _quota_name(quota["attribute"], str(quota["value"]))
        number = count_or_hidden(got, floor)
        dots = (("main", float(got)),) if number == whole(got) else ()
        drawn.append(Span(name, low, high, dots, number))
        rows.append((name, number, whole(low), UNKNOWN if most is None else whole(high)))
    top = max(max(span.high, *(at for _, at in span.dots), 1) for span in drawn)
    caption = say("quotas.caption")
    svg = spans(drawn, domain=(0, top * 1.05), ticks=round_ticks(top), form=",~f")
    table = chart_table(caption, columns("value", "people", "min", "max"), rows)
    keys = legend(("main", say("quotas.got")), ("soft", say("quotas.range")))
    return Figure(caption, svg, table, keys)


def quotas_so_far_figure(outlook: Row | None) -> Figure | None:
    """Draw how many apply so far for each quota of an open trial; None without quotas."""
    quotas = json.loads(outlook["quotas"]) if outlook else []
    if not quotas:
        return None
    drawn, rows = [], []
    for quota in quotas:
        name = _quota_name(quota["attribute"], str(quota["value"]))
        found, low = quota["applicants"], int(quota["min"])
        number = HIDDEN if found is None else whole(found)
        tone = "bad" if quota["is_short"] else "main"
        told = say("quotas.short" if quota["is_short"] else "quotas.enough", people=number, min=low)
        drawn.append(Bar(name, found or 0, told, tone))
        most = UNKNOWN if quota["max"] is None else whole(quota["max"])
        rows.append((name, number, whole(low), most))
    caption = say("quotas.so_far")
    table = chart_table(caption, columns("value", "people", "min", "max"), rows)
    return Figure(caption, bars(drawn), table, note=say("quotas.not_judged"))


def counted_arms(draw: Row) -> dict[str, int]:
    """Return applicants by arm from a draw certificate."""
    return {arm: int(n) for arm, n in json.loads(draw["counts"]).items()}


def _some(applicants: Sequence[tuple[int, float]], most: int) -> Sequence[tuple[int, float]]:
    """Return at most so many, evenly spread."""
    return applicants[:: -(-len(applicants) // most)]


def _shown_arm(arm: str) -> str:
    """Return the arm as merchants see it: whoever knew the holdout could spoil the measurement."""
    return "not_selected" if arm == "holdout" else arm


def _quota_name(attribute: str, value: str) -> Words:
    return listed((name_of("attribute", attribute), name_of("value", value)))
