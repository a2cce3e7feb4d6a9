"""The day as Prefect flows, and the ``shike`` command.

Prefect reads its settings from the environment when it is first imported; what shike needs of it
is set here, before that can happen, and whatever a team has set itself wins.
"""

import os

_PREFECT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # A first start migrates the database, which takes longer than the default on a busy machine.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "flows,infra,quality,recommender,trials",
    # A stage called outside a flow, as in a test, has no run to send its lines to.
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}

for _name, _value in _PREFECT.items():
    os.environ.setdefault(_name, _value)
