"""One trial for its merchant, before the draw, after it, and once its effect is read.

Who comes and how; then who was chosen and by which chance, who waits and what became of the units;
then what the trial caused.
"""

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
from infra.pages.draw_figures import (
    arms_figure,
    counted_arms,
    quota_figure,
    quotas_so_far_figure,
    score_figure,
)
from infra.pages.effect_figures import effect_blocks
from infra.pages.figures import decimal, percent, points, whole
from infra.pages.privacy import HIDDEN
from infra.pages.tallies import records, rows_of, sorted_by
from infra.pages.trial_after import after_blocks, awards_figure
from infra.pages.trial_ways import days_figure, sources_figure
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

    def mine(name: str) -> pa.Table | None:
        return rows_of(tables, name, trial_id=trial_id)

    draw, trial, outlook = (
        next(iter(records(mine(name))), None)
        for name in ("draw_certificate", "trials", "trial_outlook")
    )
    parts, selection, states = (
        mine(name) for name in ("trial_funnel_parts", "selection", "award_states")
    )
    figures = (
        funnel_figure(mine("trial_funnel"), floor),
        days_figure(parts),
        sources_figure(parts),
        arms_figure(draw, floor),
        score_figure(selection),
        quota_figure(draw, floor),
        quotas_so_far_figure(outlook),
        awards_figure(states, floor),
        *profile_figures(_described(mine("applicant_profile")), floor),
    )
    blocks = (
        _opening(draw, trial, outlook),
        Figures(tuple(figure for figure in figures if figure)),
        *effect_blocks(trial_id, tables, floor),
        _chosen(selection),
        *after_blocks(selection, states, mine("replacements"), floor),
        _certificate(draw),
    )
    return tuple(block for block in blocks if block)


def _described(profile: pa.Table | None) -> pa.Table | None:
    """Leave out the source, which buyers of the category do not have: it has a chart of its own."""
    return None if profile is None else profile.filter(pc.not_equal(profile["attribute"], "source"))


def _opening(draw: Row | None, trial: Row | None, outlook: Row | None) -> Facts:
    facts = []
    if trial:
        facts.append(Fact(say("fact.goal"), name_of("goal", trial["goal"])))
        facts.append(
            Fact(
                say("fact.open"),
                Small(Day(trial["opens_on"]), Markup("– {}").format(Day(trial["closes_on"]))),
            )
        )
    if outlook and not draw:
        facts += _so_far(outlook)
    if draw:
        applicants = sum(counted_arms(draw).values())
        facts.append(Fact(say("fact.applicants"), whole(applicants)))
        facts.append(Fact(say("fact.units"), whole(draw["units"])))
        facts += _detectable(draw, say("fact.sde_note"))
    return Facts(tuple(facts))


def _so_far(outlook: Row) -> tuple[Fact, ...]:
    """Tell how an open trial stands."""
    applicants = outlook["applicants"]
    number = HIDDEN if applicants is None else whole(applicants)
    return (
        Fact(say("fact.applicants_so_far"), number),
        Fact(say("fact.units"), whole(outlook["units"])),
        *_detectable(outlook, say("fact.sde_so_far_note")),
    )


def _detectable(row: Row, note: Words) -> tuple[Fact, ...]:
    effect = row["smallest_detectable_effect"]
    if effect is None:
        return ()
    return (Fact(say("fact.sde"), points(effect).lstrip("+"), note),)


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
