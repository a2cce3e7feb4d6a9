"""The last attempt as metrics: a text that Prometheus scrapes or node_exporter's collector reads.

Nothing here counts up: each attempt replaces the text, so every metric is a gauge of the attempt
it tells of, and ``shike_last_success_*`` of the last one that left its day current.

Source:
    Prometheus, "Exposition formats", text format 0.0.4; "Metric and label naming" (base units,
    one unit a metric).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Final, TypeVar

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from infra.operations.records import Attempt

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
FATES: Final = ("accepted", "quarantined", "duplicates", "after_as_of", "replaced", "erased")
_VERDICTS: Final = ("pass", "warn", "block")
_Labels = TypeVar("_Labels", bound=tuple[str, ...])


def exposition(attempts: Sequence[Attempt]) -> bytes:
    """Return the metrics of the last attempt.

    Args:
        attempts: Oldest first; at least one.
    """
    registry = CollectorRegistry()
    last = attempts[-1]
    good = next((one for one in reversed(attempts) if one.is_current), None)
    _of_the_attempt(registry, last)
    _of_its_stages(registry, last)
    _of_its_rows(registry, last)
    if good is not None:
        ended = good.started.timestamp() + good.seconds
        told = "End of the last attempt that left its day current, Unix time."
        _gauge(registry, "last_success_timestamp_seconds", told, {(): ended})
        told = "As-of day of the last attempt that left it current, its first moment in UTC, Unix time."
        _gauge(registry, "last_success_day_timestamp_seconds", told, {(): _unix(good.as_of)})
    return bytes(generate_latest(registry))


def _of_the_attempt(registry: CollectorRegistry, it: Attempt) -> None:
    ended = it.started.timestamp() + it.seconds
    _gauge(registry, "attempt_timestamp_seconds", "End of the attempt, Unix time.", {(): ended})
    _gauge(registry, "attempt_success", "Whether the attempt was good.", {(): float(it.is_good)})
    _gauge(registry, "attempt_exit_code", "Exit code of the command.", {(): it.exit_code})
    _gauge(registry, "attempt_seconds", "Length of the attempt.", {(): it.seconds})
    told = "As-of day of the attempt, its first moment in UTC, Unix time."
    _gauge(registry, "attempt_day_timestamp_seconds", told, {(): _unix(it.as_of)})
    _gauge(registry, "attempt_retries", "Stages begun again in the attempt.", {(): it.retries})
    verdicts = {(verdict,): float(it.verdict == verdict) for verdict in _VERDICTS}
    _gauge(registry, "verdict", "1 for the verdict of validation.", verdicts, ("verdict",))
    wrote = it.published
    if wrote is not None:
        objects = {("new",): wrote.created, ("old",): wrote.objects - wrote.created}
        told = "Objects of the published run, those created now and those stored before."
        _gauge(registry, "published_objects", told, objects, ("state",))
        _gauge(registry, "published_bytes", "Bytes of the published run.", {(): wrote.bytes})


def _of_its_stages(registry: CollectorRegistry, it: Attempt) -> None:
    seconds = {(stage.name, stage.outcome): stage.seconds for stage in it.stages}
    _gauge(registry, "stage_seconds", "Length of a stage.", seconds, ("stage", "outcome"))
    growth = {(stage.name,): float(stage.peak_growth_bytes) for stage in it.stages}
    told = "How far a stage raised the most memory the process held."
    _gauge(registry, "stage_peak_growth_bytes", told, growth, ("stage",))
    tries = {(stage.name,): float(stage.tries) for stage in it.stages}
    _gauge(registry, "stage_tries", "How often a stage was begun.", tries, ("stage",))


def _of_its_rows(registry: CollectorRegistry, it: Attempt) -> None:
    fates = {(of.table, fate): float(getattr(of, fate)) for of in it.rows for fate in FATES}
    told = "Input rows by table and by what became of them."
    _gauge(registry, "input_rows", told, fates, ("table", "fate"))
    outputs = {(table,): float(rows) for table, rows in it.outputs.items()}
    _gauge(registry, "output_rows", "Rows of an output table.", outputs, ("table",))
    people = {(step,): float(count) for step, count in it.people.items()}
    _gauge(registry, "people", "People by how far they came.", people, ("step",))


def _gauge(
    registry: CollectorRegistry,
    name: str,
    told: str,
    samples: Mapping[_Labels, float],
    labels: Sequence[str] = (),
) -> None:
    gauge = Gauge(f"shike_{name}", told, labels, registry=registry)
    for values, sample in samples.items():
        (gauge.labels(*values) if labels else gauge).set(sample)


def _unix(day: date) -> float:
    return datetime.combine(day, time(), UTC).timestamp()
