"""What people are told when a day did not end well; Prefect calls it when the day's state says so.

A notification names the day, the stage and what to do. It holds no rows, no person and no secret,
and whether it arrives changes nothing about the day.
"""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from prefect import Flow, Task
from prefect.client.schemas.objects import FlowRun, State

from flows import stages
from flows.exits import Exit, exit_for
from flows.recall import INTERNAL
from flows.settings import Settings, load_settings
from infra.notifying import post
from infra.publish import read_pointer
from infra.store import open_store

logger = logging.getLogger(__name__)

_AGAIN: Final = "run the same day again; it goes on behind its last finished stage"
_ADVICE: Final[dict[Exit, str]] = {
    Exit.FAULT: "a fault of shike: the flow run's log shows where; it is safe to run the day again",
    Exit.USAGE: "mend the setting or the address that is named, then run the day again",
    Exit.CONTRACT: "open the validation report, mend the data, then run the day again",
    Exit.INFEASIBLE: "change the quota that is named, then run the day again",
    Exit.STORE: "nothing is half published; when storage, or the cluster, answers, " + _AGAIN,
}
_LONGEST: Final = 600
"""Characters of an error that are passed on."""


def tell(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Post what happened to the address that the settings name; a failure to do so is logged."""
    try:
        config = flow_run.parameters.get("config")
        settings = load_settings(Path(config) if config else None)
        if settings.notify.webhook_url:
            post(settings.notify, notification(flow.name, flow_run, state, settings))
            logger.info("notified: %s %s", flow_run.name, state.type.value.lower())
    except Exception as error:  # noqa: BLE001 - whatever it is, the day's outcome stands
        # The error's own words may hold the address, which is a secret.
        logger.warning("%s: nobody could be notified: %s", flow_run.name, type(error).__name__)


def notification(
    name: str, flow_run: FlowRun, state: State[Any], settings: Settings
) -> dict[str, object]:
    """Return what the receiver is told, as plain data."""
    error = _error(state)
    code = exit_for(error) if isinstance(error, Exception) else None
    day = flow_run.parameters.get("as_of") or datetime.now(UTC).date().isoformat()
    return {
        "event": state.type.value.lower(),
        "shop": settings.shop.name,
        "store": flow_run.parameters.get("store"),
        "flow": name,
        "day": day if name == "day" else None,
        "flow_run": flow_run.name,
        "flow_run_id": str(flow_run.id),
        "run_id": _published_findings(flow_run, day, settings) if code is Exit.CONTRACT else None,
        "stage": failed_stage(error),
        "error": _sentence(error, code, state),
        "exit_code": None if code is None else code.value,
        "what_to_do": _AGAIN if code is None else _ADVICE[code],
    }


def failed_stage(error: BaseException | None) -> str | None:
    """Return the task in which the error arose; None if it arose in none."""
    tasks = {
        found.fn.__code__: found.name for found in vars(stages).values() if isinstance(found, Task)
    }
    trace = error.__traceback__ if error else None
    passed = [frame.f_code for frame, _ in traceback.walk_tb(trace) if frame.f_code in tasks]
    return tasks[passed[-1]] if passed else None


def _error(state: State[Any]) -> BaseException | None:
    """Return what ended the day; None if its process was gone before it could say."""
    found = None if state.data is None else state.result(raise_on_failure=False)
    return found if isinstance(found, BaseException) else None


def _sentence(error: BaseException | None, code: Exit | None, state: State[Any]) -> str:
    if error is None:
        return state.message or state.name or ""
    if code in (None, Exit.FAULT):
        # An error nobody foresaw may quote rows.
        return type(error).__name__
    return str(error)[:_LONGEST]


def _published_findings(flow_run: FlowRun, day: str, settings: Settings) -> str | None:
    """Return the run that holds the findings of a blocked day, if it came to be."""
    pointer = read_pointer(open_store(flow_run.parameters["store"], settings.store), INTERNAL)
    if pointer is None or pointer.as_of != date.fromisoformat(day):
        return None
    return pointer.run_id
