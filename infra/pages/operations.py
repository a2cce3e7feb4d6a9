"""How the days are made: the last attempts, how long their stages took, where their rows went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from infra.operations.records import Attempt, StageRecord
from infra.pages.blocks import (
    Badge,
    Cell,
    Code,
    DataTable,
    Day,
    Fact,
    Facts,
    Figure,
    Figures,
    Link,
    Notes,
    Section,
    chart_table,
    columns,
    legend,
    verdict_badge,
)
from infra.pages.charts import Bar, Fall, Stack, bars, falls, stacks
from infra.pages.document import document
from infra.pages.figures import UNKNOWN, decimal, percent, whole
from infra.pages.words import name_of, say

_LISTED: Final = 30
_DRAWN: Final = 14
"""Attempts whose stages are drawn: two weeks of nights."""
_TONES: Final = {
    "land": "quiet",
    "validate": "soft",
    "recommend": "main",
    "recruit": "second",
    "review": "good",
    "effect": "heat-3",
    "contracts": "heat-1",
    "pages": "faint",
    "publish": "ink",
}
"""Stage to its colour, in the order of a day."""
_LOSSES: Final = (
    ("quarantined", "bad"),
    ("duplicates", "second"),
    ("after_as_of", "quiet"),
    ("replaced", "good"),
    ("erased", "ink"),
)
_STEPS: Final = ("seen", "recommended", "withheld")


def render_operations(attempts: Sequence[Attempt], *, home_href: str) -> bytes:
    """Render ``operations/index.html``.

    Args:
        attempts: Oldest first; at least one.
        home_href: The store's index, seen from the page.
    """
    last = attempts[-1]
    filled = next((one for one in reversed(attempts) if one.rows), None)
    sections = [_attempts(attempts), _stages(attempts), _rows(filled), _files()]
    return document(
        say("operations.title"),
        [section for section in sections if section],
        language="zh-CN",
        trail=(Link(home_href, say("page.home")),),
        opening=(_opening(last, attempts),),
        kicker=say("operations.kicker"),
        lead=say("operations.lead"),
    )


def _opening(last: Attempt, attempts: Sequence[Attempt]) -> Facts:
    good = next((one for one in reversed(attempts) if one.is_current), None)
    verdict: Cell = verdict_badge(last.verdict) if last.verdict else UNKNOWN
    return Facts(
        (
            Fact(say("operations.last"), _outcome(last), _moment(last.started)),
            Fact(say("fact.verdict"), verdict),
            Fact(say("fact.as_of"), Day(last.as_of), say("fact.as_of_note")),
            Fact(say("operations.seconds"), decimal(last.seconds, 1)),
            Fact(
                say("operations.last_good"),
                Day(good.as_of) if good else UNKNOWN,
                _moment(good.started) if good else None,
            ),
        )
    )


def _attempts(attempts: Sequence[Attempt]) -> Section:
    newest = list(reversed(attempts))[:_LISTED]
    head = (
        *columns("started", "day", "outcome", "verdict", "seconds", "retries", "read", "run"),
        say("column.wrong"),
    )
    table = DataTable(
        say("operations.attempts_caption"),
        head,
        tuple(_line(one) for one in newest),
        frozenset({4, 5, 6}),
    )
    title = say("operations.attempts")
    return Section("attempts", title, (table,), say("operations.attempts_lead"))


def _line(one: Attempt) -> tuple[Cell, ...]:
    return (
        _moment(one.started),
        Day(one.as_of),
        _outcome(one),
        verdict_badge(one.verdict) if one.verdict else UNKNOWN,
        decimal(one.seconds, 1),
        whole(one.retries),
        whole(one.totals.read) if one.rows else UNKNOWN,
        Code(one.run_id) if one.run_id else UNKNOWN,
        one.error or "",
    )


def _stages(attempts: Sequence[Attempt]) -> Section | None:
    timed = [one for one in reversed(attempts) if one.stages][:_DRAWN]
    if not timed:
        return None
    return Section(
        "stages",
        say("operations.stages"),
        (_stage_chart(timed), _stage_table(timed[0])),
        say("operations.stages_lead"),
    )


def _stage_chart(timed: Sequence[Attempt]) -> Figure:
    rows = [
        Stack(
            f"{one.as_of} · {one.started:%m-%d %H:%M}",
            tuple((_TONES.get(stage.name, "quiet"), stage.seconds) for stage in one.stages),
            f"{decimal(_staged(one), 1)} s",
        )
        for one in timed
    ]
    ran = {stage.name for one in timed for stage in one.stages}
    key = legend(*((tone, name_of("stage", name)) for name, tone in _TONES.items() if name in ran))
    svg = stacks(rows, whole=max(map(_staged, timed)))
    return Figure(say("operations.stages_caption"), svg, legend=key)


def _staged(one: Attempt) -> float:
    return sum(stage.seconds for stage in one.stages)


def _stage_table(one: Attempt) -> DataTable:
    names = ("stage", "outcome", "seconds", "memory", "tries", "rows_in", "rows_out")
    caption = say("operations.stage_caption", started=_moment(one.started))
    rows = tuple(_stage(stage) for stage in one.stages)
    return DataTable(caption, columns(*names), rows, frozenset(range(2, len(names))))


def _stage(stage: StageRecord) -> tuple[Cell, ...]:
    return (
        name_of("stage", stage.name),
        name_of("stage_outcome", stage.outcome),
        decimal(stage.seconds, 1),
        decimal(stage.peak_growth_bytes / 2**20, 0),
        whole(stage.tries),
        whole(sum(stage.rows_in.values())),
        whole(sum(stage.rows_out.values())),
    )


def _rows(filled: Attempt | None) -> Section | None:
    if filled is None:
        return None
    figures = [_waterfall(filled)]
    if filled.people:
        figures.append(_people(filled))
    lead = say("operations.rows_lead", day=filled.as_of)
    return Section("rows", say("rows.title"), (Figures(tuple(figures)),), lead)


def _waterfall(filled: Attempt) -> Figure:
    totals = filled.totals
    steps = [Fall(say("column.read"), 0.0, totals.read, whole(totals.read), "soft")]
    left = totals.read
    for fate, tone in _LOSSES:
        lost = getattr(totals, fate)
        if lost:
            name = name_of("fate", fate)
            steps.append(Fall(name, left - lost, left, f"−{whole(lost)}", tone))
            left -= lost
    steps.append(Fall(name_of("fate", "accepted"), 0.0, left, whole(left)))
    caption = say("operations.waterfall")
    rows = [
        (step.label, step.text, percent((step.high - step.low) / (totals.read or 1), 2))
        for step in steps
    ]
    table = chart_table(caption, columns("fate", "rows", "share"), rows)
    return Figure(caption, falls(steps), table)


def _people(filled: Attempt) -> Figure:
    known = [(step, filled.people[step]) for step in _STEPS if step in filled.people]
    caption = say("operations.people")
    drawn = [Bar(name_of("people_step", step), count, whole(count)) for step, count in known]
    rows = [(name_of("people_step", step), whole(count)) for step, count in known]
    table = chart_table(caption, columns("step", "people"), rows)
    return Figure(caption, bars(drawn), table)


def _files() -> Section:
    files = Notes((say("operations.attempts_file"), say("operations.metrics_file")))
    return Section("files", say("downloads.title"), (files,))


def _outcome(one: Attempt) -> Badge:
    tone = "good" if one.is_current else "second" if one.is_good else "bad"
    return Badge(name_of("outcome", one.outcome.replace(" ", "_")), tone)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
