"""The rules that no declaration of a column implies: what must hold between rows and tables."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from quality.reading.sql import literal
from quality.rules.rule import Rule
from quality.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date

    from quality.rules.derived import Maker
    from quality.rules.options import ValidationOptions
    from quality.schema import Table


def time_column(table: Table) -> str | None:
    """Return the column that says when a row happened; None for tables that know no time."""
    for column in table.columns:
        if column.kind is Kind.TIMESTAMP and not column.optional:
            return column.name
    return None


def special_rules(maker: Maker, delivered: Collection[str], as_of: date) -> Iterator[Rule]:
    """Yield the further rules of a table.

    Args:
        maker: Of the table.
        delivered: Tables that can be compared with; rules that need others are left out.
        as_of: The day before which everything is known.
    """
    yield _malformed(maker)
    yield from _first_day(maker)
    match maker.table.name:
        case "events":
            yield _return_after_purchase(maker)
            yield _day_volume(maker, as_of)
        case "applications":
            yield _one_application(maker)
        case "awards" if "applications" in delivered:
            yield _award_to_applicant(maker)
        case "reports" if "awards" in delivered:
            yield _report_after_delivery(maker)


def _malformed(maker: Maker) -> Rule:
    rule = maker.rule(
        "row.well_formed",
        "Every line must be one whole row: as many cells as the header, or one JSON object.",
        "每行必须完整：单元格数与表头一致，或为一个 JSON 对象。",
        "true",
    )
    return Rule(**{**vars(rule), "of_malformed": True})


def _first_day(maker: Maker) -> Iterator[Rule]:
    options = maker.options
    name = time_column(maker.table)
    if not options.first_day or name is None:
        return
    yield maker.rule(
        f"{name}.not_before_first_day",
        f"{name} must not be before the shop's first day, {options.first_day}.",
        f"{name} 不得早于店铺首日 {options.first_day}。",
        f"t.{name} < {start_of_day(options.first_day, options.timezone)}",
        name,
    )


def start_of_day(day: str, timezone: str) -> str:
    """Return SQL for the moment a day begins in a zone."""
    return f"(TIMESTAMP {literal(day + ' 00:00:00')} AT TIME ZONE {literal(timezone)})"


def _return_after_purchase(maker: Maker) -> Rule:
    return maker.rule(
        "return.after_purchase",
        "A return must follow a purchase of the same item by the same person.",
        "退货必须晚于同一人对同一商品的购买。",
        "t.event_type = 'return' AND t.occurred_at IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM known_events AS p WHERE p.event_type = 'purchase'"
        " AND p.user_id = t.user_id AND p.item_id = t.item_id"
        " AND p.occurred_at <= t.occurred_at)",
        "event_type",
    )


def _one_application(maker: Maker) -> Rule:
    return maker.rule(
        "application.one_a_person",
        "A person may apply for a trial once; the earliest application counts.",
        "每人对每个试用只能申请一次，以最早的为准。",
        "EXISTS (SELECT 1 FROM known_applications AS p WHERE p.trial_id = t.trial_id"
        " AND p.user_id = t.user_id AND (p.applied_at < t.applied_at"
        " OR p.applied_at = t.applied_at AND p.application_id < t.application_id))",
        "user_id",
    )


def _award_to_applicant(maker: Maker) -> Rule:
    return maker.rule(
        "award.to_applicant",
        "A unit may be awarded only to somebody who applied for that trial, where its applications"
        " were delivered.",
        "若该试用的申请已提交，则只能发放给其申请人。",
        "EXISTS (SELECT 1 FROM known_applications AS p WHERE p.trial_id = t.trial_id)"
        " AND NOT EXISTS (SELECT 1 FROM known_applications AS p"
        " WHERE p.trial_id = t.trial_id AND p.user_id = t.user_id)",
        "user_id",
    )


def _report_after_delivery(maker: Maker) -> Rule:
    day = f"(t.submitted_at AT TIME ZONE {literal(maker.options.timezone)})::DATE"
    return maker.rule(
        "report.after_delivery",
        "A trial report may come only from a recipient of that trial, after the award and not"
        " before the day of delivery.",
        "试用报告只能来自该试用的获得者，且在发放之后、不早于送达日。",
        "t.trial_id IS NOT NULL AND t.submitted_at IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM known_awards AS p WHERE p.trial_id = t.trial_id"
        " AND p.user_id = t.user_id AND p.awarded_at <= t.submitted_at"
        # Where no delivery is recorded at all, the award is all there is to compare with.
        f" AND (p.delivered_on <= {day} OR NOT EXISTS"
        " (SELECT 1 FROM known_awards AS d WHERE d.delivered_on IS NOT NULL)))",
        "user_id",
    )


def _day_volume(maker: Maker, as_of: date) -> Rule:
    options = maker.options
    return Rule(
        table=maker.table.name,
        rule_id="table.day_volume",
        scope="table",
        severity="warn",
        threshold=0.0,
        owner=options.owner_of(maker.table.name),
        en=f"Each of the last {options.volume_days} days must have a usual number of events.",
        zh=f"最近 {options.volume_days} 天每天的事件数须在常态范围内。",
        column="occurred_at",
        condition=_unusual_days(options, as_of),
    )


def _unusual_days(options: ValidationOptions, as_of: date) -> str:
    """Return SQL for the last days whose log count leaves median ± deviations × 1.4826 × MAD.

    The band is never narrower than a factor of two either way: a weekend is no alarm.
    """
    judged = as_of - timedelta(days=options.volume_days)
    oldest = judged - timedelta(days=options.volume_history_days)
    day = f"(occurred_at AT TIME ZONE {literal(options.timezone)})::DATE"
    return f"""
        WITH counted AS (
            SELECT {day} AS day, count(*) AS events FROM {{batch}}
            WHERE malformed_line IS NULL AND occurred_at IS NOT NULL GROUP BY ALL
        ), days AS (
            SELECT d::DATE AS day, coalesce(events, 0) AS events, ln(1 + coalesce(events, 0)) AS size
            FROM generate_series(
                greatest(DATE '{oldest}', (SELECT min(day) FROM counted)),
                DATE '{as_of}' - 1, INTERVAL 1 DAY) AS s(d)
            LEFT JOIN counted ON counted.day = d::DATE
        ), history AS (
            SELECT median(size) AS middle, mad(size) AS spread FROM days
            WHERE day < DATE '{judged}'
            HAVING count(*) >= {options.volume_least_history_days}
        ), band AS (
            SELECT middle, greatest(ln(2), {options.volume_deviations!r} * 1.4826 * spread) AS half
            FROM history
        )
        SELECT day, events, round(exp(middle - half) - 1)::BIGINT AS low, round(exp(middle + half) - 1)::BIGINT AS high
        FROM days, band WHERE day >= DATE '{judged}' AND abs(size - middle) > half ORDER BY day"""
