"""A Prefect server of our own on loopback, for schedules where no team server is set up.

Prefect's embedded server runs flows but never starts scheduled ones; for those a real one must
be up. A server named by ``PREFECT_API_URL`` is used as it is.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

_HOST = "127.0.0.1"


class ServerError(Exception):
    """The Prefect server did not come up; the message says what to look at."""


@contextmanager
def prefect_server(*, patience_s: float = 180.0) -> Iterator[str]:
    """Yield the API address of a running Prefect server, started and stopped here if need be.

    Args:
        patience_s: Seconds to wait until the server answers; a first start migrates its database.

    Raises:
        ServerError: If it does not answer in time or stops by itself.
    """
    configured = os.environ.get("PREFECT_API_URL")
    if configured:
        yield configured
        return
    port = _free_port()
    command = (sys.executable, "-m", "prefect", "server", "start", "--host", _HOST)
    server = subprocess.Popen(
        [*command, "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://{_HOST}:{port}/api"
        _await(server, address, patience_s)
        yield address
    finally:
        server.terminate()
        server.wait()


def _await(server: subprocess.Popen[bytes], address: str, patience_s: float) -> None:
    """Return once the server answers its health check."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise ServerError(
                f"the Prefect server stopped with code {server.returncode}; "
                "`prefect server start` shows why"
            )
        try:
            urllib.request.urlopen(f"{address}/health", timeout=2).close()  # noqa: S310 - our own loopback address
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    raise ServerError(f"the Prefect server at {address} did not answer within {patience_s:g} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
