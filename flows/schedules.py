"""When the day runs."""

from __future__ import annotations

from flows.day import run_day


def serve_daily(data: str, store: str, config: str | None, cron: str) -> None:
    """Serve the daily run on a cron schedule (UTC), one run at a time; returns when stopped."""
    parameters = {"data": data, "store": store, "config": config}
    run_day.serve(name="daily", cron=cron, parameters=parameters, limit=1)
