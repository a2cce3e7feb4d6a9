"""Where log lines go: one line a stage on stderr, and never a second copy of an error."""

from __future__ import annotations

import logging
import sys

PACKAGES = ("flows", "infra", "quality", "recommender", "trials")


def configure_logging(*, verbose: bool) -> None:
    """Send this project's lines to stderr and keep other libraries' console handlers quiet.

    An orchestrator prints the traceback of every failed run; the command prints one sentence
    instead, so console handlers other than ours are taken off. Handlers that send lines to a
    server stay.

    Args:
        verbose: Whether to show debug lines and other libraries' lines as well.
    """
    if verbose:
        logging.getLogger().setLevel(logging.DEBUG)
        return
    for logger in _all_loggers():
        for handler in list(logger.handlers):
            if isinstance(handler, logging.StreamHandler):
                logger.removeHandler(handler)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s", "%H:%M:%S"))
    for package in PACKAGES:
        logger = logging.getLogger(package)
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)
        logger.propagate = False


def _all_loggers() -> list[logging.Logger]:
    named = logging.root.manager.loggerDict.values()
    return [logging.root, *(logger for logger in named if isinstance(logger, logging.Logger))]
