"""What ``shike serve`` offers to a Prefect server: the day on its schedule, the rest on demand."""

from __future__ import annotations

from typing import Any

from prefect import Flow, serve
from prefect.deployments.runner import RunnerDeployment
from prefect.types.entrypoint import EntrypointType

from flows.assembly import STAGES
from flows.backfill import run_days
from flows.day import run_day
from flows.training import train_models

_TRAINING = "0 5 * * 1"
"""When the models of trial reports are trained, in UTC: every Monday, after the day."""


def serve_schedules(data: str, store: str, config: str | None, cron: str) -> None:
    """Run what is scheduled or asked for, one run at a time, until stopped.

    A day builds on the day before it, and a stage on the current run, so no two may overlap.
    """
    serve(*deployments(data, store, config, cron), limit=1)


def deployments(data: str, store: str, config: str | None, cron: str) -> list[RunnerDeployment]:
    """Return the deployments of one store.

    Args:
        data: Folder or ``s3://`` prefix of the input tables.
        store: Folder or ``s3://`` prefix to publish to.
        config: Settings file, by an absolute path.
        cron: When the day runs, in UTC.
    """
    where = {"data": data, "store": store, "config": config}
    stages = [
        _deployment(run_day, name, where | {"stages": made})
        for name, made in {"validate": [], **{name: [name] for name in STAGES}}.items()
    ]
    daily = _deployment(run_day, "daily", where, cron=cron)
    days = _deployment(run_days, "days", where)
    return [daily, *stages, days, _deployment(train_models, "train", where, cron=_TRAINING)]


def _deployment(
    flow: Flow[..., Any], name: str, parameters: dict[str, Any], cron: str | None = None
) -> RunnerDeployment:
    return RunnerDeployment.from_flow(
        flow,
        name=name,
        parameters=parameters,
        cron=cron,
        # Found wherever shike is installed, and whatever the working folder.
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
