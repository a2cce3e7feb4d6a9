"""What must hold of trials, applications and awards beyond their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.reading.findings import Note
from quality.rules.days import day_of
from quality.rules.maker import SOUND_ROWS, Maker, Meaning
from quality.rules.of_quotas import quota_rules
from quality.rules.persons import identified

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from quality.rules.rule import Rule

_MOST_UNITS = 1_000_000
_SPARE_SHARE = 0.05
"""Units sent again for lost ones, as a share of a trial's units; at least one."""


def trial_rules(maker: Maker, delivered: Collection[str]) -> Iterator[Rule]:
    """Yield the rules of a trial's days, units, quotas and item."""
    yield _in_order(maker, "opens_on", "closes_on", "A trial must not close before it opens.")
    yield _in_order(
        maker, "closes_on", "reports_due_on", "Reports must not be due before applications close."
    )
    yield _plausible_units(maker)
    yield from quota_rules(maker)
    if "items" in delivered:
        yield _own_item(maker)


def application_rules(maker: Maker, delivered: Collection[str]) -> Iterator[Rule]:
    """Yield the rules of an application against its trial and other applications."""
    yield _one_application(maker)
    if "trials" in delivered:
        yield _while_open(maker)


def award_rules(maker: Maker, delivered: Collection[str]) -> Iterator[Rule]:
    """Yield the rules of an award against its delivery, its trial and the applications."""
    yield _delivered_after_award(maker)
    if "applications" in delivered:
        yield _award_to_applicant(maker, delivered)
    if "trials" in delivered:
        yield _award_after_opening(maker)
        yield _not_more_than_units(maker)


_ORDER_ZH = {
    "opens_on": "申请截止日不得早于申请首日。",
    "closes_on": "报告截止日不得早于申请截止日。",
}


def _in_order(maker: Maker, first: str, last: str, en: str) -> Rule:
    meaning = Meaning(
        en=en,
        zh=_ORDER_ZH[first],
        why_en="In a window that ends before it begins nobody can apply or report.",
        why_zh="先止后始的期限内无人能申请或提交报告。",
        dimension="consistency",
        passes={first: "2026-02-01", last: "2026-02-05"},
        fails={first: "2026-02-05", last: "2026-02-01"},
    )
    return maker.row_rule(f"{first}.not_after_{last}", f"t.{first} > t.{last}", meaning, first)


def _plausible_units(maker: Maker) -> Rule:
    meaning = Meaning(
        en=f"units must be at most {_MOST_UNITS:,}.",
        zh=f"units 不得超过 {_MOST_UNITS:,}。",
        why_en="So many units are a slip of the keyboard, and everybody would be given one.",
        why_zh="如此多的份数多为误输，会导致人人有份。",
        passes={"units": 200},
        fails={"units": 200_000_000},
    )
    return maker.row_rule("units.plausible", f"t.units > {_MOST_UNITS}", meaning, "units")


def _own_item(maker: Maker) -> Rule:
    meaning = Meaning(
        en="The item of a trial must be sold by the merchant who offers the trial.",
        zh="试用商品必须属于发起试用的商家。",
        why_en="What is published goes to the trial's merchant: of another's item it would leak.",
        why_zh="结果会发布给发起试用的商家；若商品属他人，则会泄露他人数据。",
        dimension="consistency",
        passes={"item_id": "i-1", "merchant_id": "m-1", "the item's merchant": "m-1"},
        fails={"item_id": "i-1", "merchant_id": "m-2", "the item's merchant": "m-1"},
    )
    condition = (
        "t.merchant_id IS NOT NULL AND t.item_id IN"
        " (SELECT item_id FROM known_items WHERE item_id IS NOT NULL AND merchant_id IS NOT NULL)"
        " AND NOT EXISTS (SELECT 1 FROM known_items AS p"
        " WHERE p.item_id = t.item_id AND p.merchant_id = t.merchant_id)"
    )
    return maker.row_rule("trial.item_of_merchant", condition, meaning, "item_id")


def _one_application(maker: Maker) -> Rule:
    meaning = Meaning(
        en="A person may apply for a trial once; the earliest application counts.",
        zh="每人对每个试用只能申请一次，以最早的为准。",
        why_en="Whoever applies twice would have two lots in one draw.",
        why_zh="重复申请者在抽签中会有两次机会。",
        dimension="uniqueness",
        passes={"trial_id": "t-1", "user_id": "u-1", "rows": 1},
        fails={"trial_id": "t-1", "user_id": "u-1", "rows": 2},
    )
    condition = (
        f"EXISTS (SELECT 1 FROM {SOUND_ROWS} AS p WHERE p.trial_id = t.trial_id"
        " AND p.user_id = t.user_id AND (p.applied_at < t.applied_at"
        " OR p.applied_at = t.applied_at AND p.application_id < t.application_id))"
    )
    return maker.row_rule("application.one_a_person", condition, meaning, "user_id")


def _while_open(maker: Maker) -> Rule:
    day = day_of("t.applied_at", maker.options.timezone)
    meaning = Meaning(
        en="An application must come on a day on which its trial is open.",
        zh="申请须在该试用的申请期内提交。",
        why_en="A draw is fixed when applications close; one from outside would change it after.",
        why_zh="截止后抽签名单即已固定；期外申请会改变结果。",
        dimension="timeliness",
        passes={"applied_at": "2026-02-03", "opens_on": "2026-02-01", "closes_on": "2026-02-05"},
        fails={"applied_at": "2026-02-06", "opens_on": "2026-02-01", "closes_on": "2026-02-05"},
    )
    # Where the trial's own days are in disorder, that is the trial's fault.
    condition = (
        "EXISTS (SELECT 1 FROM known_trials AS p WHERE p.trial_id = t.trial_id"
        f" AND p.opens_on <= p.closes_on AND ({day} < p.opens_on OR {day} > p.closes_on))"
    )
    return maker.row_rule("application.while_open", condition, meaning, "applied_at")


def _award_to_applicant(maker: Maker, delivered: Collection[str]) -> Rule:
    meaning = Meaning(
        en="A unit may be awarded only to somebody who applied for that trial, where its"
        " applications were delivered.",
        zh="若该试用的申请已提交，则只能发放给其申请人。",
        why_en="A unit to somebody who never asked is a side door past the draw.",
        why_zh="发给未申请者等于绕过抽签。",
        dimension="consistency",
        passes={"trial_id": "t-1", "user_id": "u-1", "applied_at": "2026-02-03"},
        fails={"trial_id": "t-1", "user_id": "u-1", "applied_at": None},
    )
    condition = (
        "EXISTS (SELECT 1 FROM known_applications AS p WHERE p.trial_id = t.trial_id)"
        " AND NOT EXISTS (SELECT 1 FROM known_applications AS p"
        " WHERE p.trial_id = t.trial_id AND p.user_id = t.user_id)"
    )
    if "identities" in delivered:
        condition += (
            f" AND (t.trial_id, t.user_id) NOT IN (SELECT (w.trial_id, w.user_id)"
            f" FROM {identified('awards')} AS w JOIN {identified('applications')} AS a"
            " ON a.trial_id = w.trial_id AND a.person = w.person WHERE w.user_id IS NOT NULL)"
        )
    return maker.row_rule("award.to_applicant", condition, meaning, "user_id")


def _award_after_opening(maker: Maker) -> Rule:
    day = day_of("t.awarded_at", maker.options.timezone)
    meaning = Meaning(
        en="A unit must not be awarded before its trial opens.",
        zh="不得在试用开放之前发放。",
        why_en="Nobody can have won before anybody could apply: the trial or the day is wrong.",
        why_zh="开放申请之前不可能有人获得：试用编号或日期有误。",
        dimension="timeliness",
        passes={"awarded_at": "2026-02-06", "opens_on": "2026-02-01"},
        fails={"awarded_at": "2026-01-06", "opens_on": "2026-02-01"},
    )
    condition = (
        "EXISTS (SELECT 1 FROM known_trials AS p"
        f" WHERE p.trial_id = t.trial_id AND {day} < p.opens_on)"
    )
    return maker.row_rule("award.after_opening", condition, meaning, "awarded_at")


def _delivered_after_award(maker: Maker) -> Rule:
    day = day_of("t.awarded_at", maker.options.timezone)
    meaning = Meaning(
        en="delivered_on must not be before the day of the award.",
        zh="送达日不得早于发放日。",
        why_en="Reports count from delivery; one of the two days is wrong.",
        why_zh="报告自送达起算；两个日期必有一个有误。",
        dimension="timeliness",
        passes={"awarded_at": "2026-02-06", "delivered_on": "2026-02-10"},
        fails={"awarded_at": "2026-02-06", "delivered_on": "2026-02-01"},
    )
    return maker.row_rule(
        "delivered_on.not_before_award", f"t.delivered_on < {day}", meaning, "delivered_on"
    )


def _not_more_than_units(maker: Maker) -> Rule:
    meaning = Meaning(
        en=f"A trial should have no more awards than units, give or take {_SPARE_SHARE:.0%}.",
        zh=f"试用的发放数不应超过份数（允许多出 {_SPARE_SHARE:.0%}）。",
        why_en="More awards than units: units were changed, or awards of another trial came along.",
        why_zh="发放数多于份数：份数被改动，或混入了其他试用的发放。",
        dimension="consistency",
        passes={"units": 100, "awards": 100},
        fails={"units": 100, "awards": 130},
    )
    query = f"""
        SELECT trial_id, count(*) AS awards, max(units) AS units
        FROM {{batch}} JOIN (
            SELECT trial_id, max(units) AS units FROM known_trials GROUP BY trial_id)
        USING (trial_id) WHERE malformed_line IS NULL
        GROUP BY trial_id HAVING count(*) > max(units) + greatest(1, {_SPARE_SHARE} * max(units))
        ORDER BY trial_id"""
    return maker.table_rule(
        "table.not_more_than_units",
        query,
        meaning,
        fault=Note(
            "trial {trial_id}: {awards} awards, {units} units",
            "试用 {trial_id}：发放 {awards}，份数 {units}",
        ),
        advice=Note("Ask the source which of them is right.", "请向来源确认以哪个为准。"),
        column="trial_id",
    )
