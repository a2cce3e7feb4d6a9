"""Where log lines go and how they read: one place for every command and every scheduled run.

As text they are for a person at a terminal; as JSON, one object a line, for whatever collects logs:

| key | meaning |
|---|---|
| ``time`` | when, UTC, ISO 8601 with milliseconds |
| ``level``, ``logger``, ``message`` | as in Python's ``logging`` |
| ``as_of``, ``run_id``, ``stage`` | what the line is about, where that is known |
| ``error`` | the traceback of an unexpected error |
| anything else | the line's own figures, such as ``rows`` and ``seconds``, as numbers |
"""

from __future__ import annotations

import json
import logging
import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

PACKAGES: Final = ("flows", "infra", "quality", "recommender", "trials")

Format = Literal["text", "json"]
Scalar = str | int | float | bool | None

_NOT_FIELDS: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}
_about: ContextVar[tuple[Mapping[str, Scalar], ...]] = ContextVar("about", default=())


@dataclass(frozen=True)
class LogOptions:
    """How log lines are written."""

    format: Format = "text"
    """How a log line reads: "text" for a person, "json" for a machine, one object a line."""


def configure_logging(*, verbose: bool, form: Format = "text") -> None:
    """Send log lines to stderr in one form, and never a second copy of an error.

    An orchestrator prints the traceback of every failed run where the command prints one sentence,
    so console handlers other than ours are taken off, and as text only this project's lines are
    shown. Handlers that send lines to a server stay.

    Args:
        verbose: Whether to show this project's debug lines, and other libraries' lines too. Their
            debug lines stay hidden: an S3 client's hold signatures and session tokens.
        form: How a line reads.
    """
    for logger in _all_loggers():
        for handler in list(logger.handlers):
            if _writes_to_a_console(handler):
                logger.removeHandler(handler)
    logging.root.addHandler(_handler(form, is_for_all=verbose or form == "json"))
    logging.root.setLevel(logging.INFO if verbose else logging.WARNING)
    for package in PACKAGES:
        logger = logging.getLogger(package)
        logger.setLevel(logging.DEBUG if verbose else logging.INFO)
        logger.propagate = True


def is_configured() -> bool:
    """Tell whether log lines go where :func:`configure_logging` sends them."""
    return any(isinstance(handler, StderrHandler) for handler in logging.root.handlers)


def is_for_machines() -> bool:
    """Tell whether log lines are JSON, between which nothing else may stand."""
    return any(isinstance(handler.formatter, JsonFormatter) for handler in logging.root.handlers)


@contextmanager
def log_about(fields: Mapping[str, Scalar]) -> Iterator[None]:
    """Say on every line within what it is about; the innermost says it last.

    Args:
        fields: Looked at anew for each line, so what is found out later can be added.
    """
    before = _about.set((*_about.get(), fields))
    try:
        yield
    finally:
        _about.reset(before)


class StderrHandler(logging.Handler):
    """Writes to what is stderr at the moment, which may be another file by then."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's line."""
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:  # noqa: BLE001 - a line that cannot be written must not end a day
            self.handleError(record)


class JsonFormatter(logging.Formatter):
    """A record as one JSON object without a line break."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record with what it is about and its own figures."""
        moment = datetime.fromtimestamp(record.created, UTC)
        said: dict[str, Scalar] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        figures = {
            name: value
            for name, value in record.__dict__.items()
            if name not in _NOT_FIELDS and isinstance(value, str | int | float | bool)
        }
        for about in _about.get():
            said |= about
        said |= {name: value for name, value in figures.items() if name not in said}
        if record.exc_info:
            said["error"] = self.formatException(record.exc_info)
        return json.dumps({key: _finite(value) for key, value in said.items()}, ensure_ascii=False)


def _handler(form: Format, *, is_for_all: bool) -> logging.Handler:
    handler = StderrHandler()
    text = logging.Formatter("%(asctime)s %(name)s: %(message)s", "%H:%M:%S")
    handler.setFormatter(JsonFormatter() if form == "json" else text)
    if not is_for_all:
        handler.addFilter(lambda record: record.name.partition(".")[0] in PACKAGES)
    return handler


def _finite(value: Scalar) -> Scalar:
    """Return a value that JSON knows; it has no infinity."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _writes_to_a_console(handler: logging.Handler) -> bool:
    is_a_file = isinstance(handler, logging.FileHandler)
    return isinstance(handler, logging.StreamHandler | StderrHandler) and not is_a_file


def _all_loggers() -> list[logging.Logger]:
    named = logging.root.manager.loggerDict.values()
    return [logging.root, *(logger for logger in named if isinstance(logger, logging.Logger))]
