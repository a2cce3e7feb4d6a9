"""One trial for its merchant: who came, who was chosen and by which chance, what it can show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from markupsafe import Markup

from infra.pages.audience_figures import funnel_figure, profile_figures
from infra.pages.blocks import (
    Block,
    DataTable,
    Day,
    Fact,
    Facts,
    Figures,
    Notes,
    Small,
    columns,
)
from infra.pages.draw_figures import arms_figure, counted_arms, quota_figure, score_figure
from infra.pages.effect_figures import effect_blocks
from infra.pages.figures import decimal, percent, points, whole
from infra.pages.tallies import records, rows_of, sorted_by
from infra.pages.words import Words, name_of, say

Row = Mapping[str, Any]
Tables = Mapping[str, pa.Table]

_CHOSEN_SHOWN = 8


def trial_blocks(trial_id: str, tables: Tables, floor: int) -> tuple[Block, ...]:
    """Show one trial; a part whose table is absent is left out.

    Args:
        trial_id: The trial.
        tables: The merchant's copies by name.
        floor: Numbers of fewer people are merged or hidden.
    """
    draw = next(iter(records(rows_of(tables, "draw_certificate", trial_id=trial_id))), None)
    trial = next(iter(records(rows_of(tables, "trials", trial_id=trial_id))), None)
    figures = (
        funnel_figure(rows_of(tables, "trial_funnel", trial_id=trial_id), floor),
        arms_figure(draw, floor),
        score_figure(rows_of(tables, "selection", trial_id=trial_id)),
        quota_figure(draw, floor),
        *profile_figures(rows_of(tables, "applicant_profile", trial_id=trial_id), floor),
    )
    blocks = (
        _opening(draw, trial),
        Figures(tuple(figure for figure in figures if figure)),
        *effect_blocks(trial_id, tables, floor),
        _chosen(rows_of(tables, "selection", trial_id=trial_id)),
        _certificate(draw),
    )
    return tuple(block for block in blocks if block)


def _opening(draw: Row | None, trial: Row | None) -> Facts:
    facts = []
    if trial:
        facts.append(Fact(say("fact.goal"), name_of("goal", trial["goal"])))
        facts.append(
            Fact(
                say("fact.open"),
                Small(Day(trial["opens_on"]), Markup("– {}").format(Day(trial["closes_on"]))),
            )
        )
    if draw:
        applicants = sum(counted_arms(draw).values())
        facts.append(Fact(say("fact.applicants"), whole(applicants)))
        facts.append(Fact(say("fact.units"), whole(draw["units"])))
        effect = draw["smallest_detectable_effect"]
        if effect is not None:
            facts.append(Fact(say("fact.sde"), points(effect).lstrip("+"), say("fact.sde_note")))
    return Facts(tuple(facts))


def _chosen(selection: pa.Table | None) -> DataTable | None:
    if selection is None:
        return None
    chosen = selection.filter(pc.is_in(selection["arm"], pa.array(["core", "band", "open"])))
    if not len(chosen):
        return None
    order = [("rank", "ascending"), ("user_id", "ascending")]
    rows = tuple(
        (
            row["user_id"],
            whole(row["rank"]),
            name_of("arm_short", row["arm"]),
            decimal(row["score"], 3),
            percent(row["inclusion_probability"], 1),
            Words(row["reason_zh"], row["reason_en"]),
        )
        for row in records(sorted_by(chosen, order, _CHOSEN_SHOWN))
    )
    head = columns("person", "rank", "arm", "score", "chance", "reason")
    return DataTable(say("chosen.caption"), head, rows, frozenset({1, 3, 4}))


def _certificate(draw: Row | None) -> Notes | None:
    if draw is None:
        return None
    committed = "certificate.before" if draw["is_precommitted"] else "certificate.after"
    gap = max(draw["bound"] - draw["objective"], 0.0) / draw["bound"] if draw["bound"] else 0.0
    return Notes(
        (
            say("certificate.replay", trial=draw["trial_id"], seed=draw["seed"]),
            say(committed, commitment=draw["seed_commitment"]),
            say("certificate.gap", gap=percent(gap, 2)),
        )
    )
