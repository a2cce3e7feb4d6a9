"""Stores on both bodies, and a proxy that does to S3 requests what networks do."""

import http.client
import os
import signal
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from infra.store import open_store

S3 = (pytest.mark.s3, pytest.mark.xdist_group("s3"))


@pytest.fixture(scope="session")
def shared_bucket(seaweedfs) -> str:
    """A bucket for tests that keep to a prefix of their own; making one takes most of a second."""
    return seaweedfs.bucket()


FOLDER, PLAIN, TLS = "folder", "s3", "s3 over tls"


@pytest.fixture(params=[FOLDER, pytest.param(PLAIN, marks=S3), pytest.param(TLS, marks=S3)])
def store(request, tmp_path):
    """An empty store."""
    return _empty_store(request, tmp_path)


@pytest.fixture(params=[FOLDER, pytest.param(PLAIN, marks=S3)])
def racing_store(request, tmp_path):
    """An empty store for tests that make many requests at once: encryption would add only time."""
    return _empty_store(request, tmp_path)


def _empty_store(request, tmp_path):
    if request.param == FOLDER:
        return open_store(str(tmp_path / "store"))
    server = request.getfixturevalue("seaweedfs")
    options = server.options(tls=request.param == TLS, connections=64)
    bucket = request.getfixturevalue("shared_bucket")
    return open_store(f"s3://{bucket}/some/{uuid4().hex}", options)


@dataclass
class Proxy:
    """Stands before S3 and spoils the requests it was told to, in order."""

    endpoint: str = ""
    faults: deque[str | Callable[[], None]] = field(default_factory=deque)
    """What to do to the next requests: a status to answer (with S3's code after a blank, such as
    ``403 AccessDenied``), ``refuse``, ``reset`` in the middle of the upload, ``lost ack``,
    ``silence``, ``damage`` to the body on its way to S3, ``kill``, ``kill after``; to the
    answer's body ``truncate``, ``corrupt``; ``pass``, or something to call before passing it on."""
    victim: int = 0
    """The process to kill at ``kill`` (before the request is passed on) and ``kill after``."""
    seen: list[str] = field(default_factory=list)
    """Method and path of every request."""


@pytest.fixture
def proxy(seaweedfs) -> Iterator[Proxy]:
    """A proxy before SeaweedFS."""
    proxy = Proxy()

    class Handler(_Handler):
        upstream = urlsplit(seaweedfs.endpoint).netloc
        script = proxy

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield proxy
    server.shutdown()
    thread.join()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream: str
    script: Proxy

    def setup(self) -> None:
        super().setup()
        # One for each of the client's connections, as a real proxy has.
        self._onward = http.client.HTTPConnection(self.upstream, timeout=20)

    def finish(self) -> None:
        super().finish()
        self._onward.close()

    def do_any(self) -> None:
        self.script.seen.append(f"{self.command} {self.path}")
        fault = self.script.faults.popleft() if self.script.faults else "pass"
        length = int(self.headers.get("Content-Length", 0))
        if fault in ("refuse", "reset"):
            self.rfile.read(length // 2 if fault == "reset" else 0)
            self._hang_up()
            return
        body = self.rfile.read(length)
        if callable(fault):
            fault()
        elif fault[:3].isdigit():
            code = fault[4:] or "Scripted"
            self._answer(int(fault[:3]), {}, f"<Error><Code>{code}</Code></Error>".encode())
            return
        elif fault == "kill":
            os.kill(self.script.victim, signal.SIGKILL)
            self.close_connection = True
            return
        elif fault == "silence":
            # Until the client gives up.
            self.connection.recv(1)
            self.close_connection = True
            return
        if fault == "damage" and body:
            body = bytes([body[0] ^ 1]) + body[1:]
        status, headers, answer = self._forward(body)
        if fault == "kill after":
            os.kill(self.script.victim, signal.SIGKILL)
        if fault in ("lost ack", "kill after"):
            self.close_connection = True
            return
        if fault == "corrupt" and answer:
            answer = bytes([answer[0] ^ 1]) + answer[1:]
        self._answer(status, headers, answer, cut=fault == "truncate")

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = do_any  # noqa: N815  # http.server's names

    def _hang_up(self) -> None:
        """Reset the connection, as a crash does, rather than closing it in good order."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        headers = {name: value for name, value in self.headers.items() if name != "Expect"}
        self._onward.request(self.command, self.path, body, headers)
        with self._onward.getresponse() as answer:
            return answer.status, dict(answer.getheaders()), answer.read()

    def _answer(
        self, status: int, headers: dict[str, str], body: bytes, *, cut: bool = False
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name not in ("Content-Length", "Transfer-Encoding", "Connection", "Date", "Server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        if cut:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = cut

    def log_message(self, *_) -> None:
        """Say nothing."""
