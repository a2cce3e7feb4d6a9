"""What all tests share: how Hypothesis runs, and a real S3 server, started only if asked for."""

import contextlib
import datetime as dt
import ipaddress
import itertools
import os
import shutil
import socket
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import playwright.sync_api
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import settings

import flows  # noqa: F401 - what shike asks of Prefect must stand before anything imports it
from infra.store import StoreOptions

# A law holds or not; how long an example takes on a busy machine is no part of it.
settings.register_profile("shike", deadline=None)
settings.load_profile("shike")

_PORTS = 6
_RPC_OFFSET = 10_000
_READY_SECONDS = 60


@dataclass(frozen=True)
class SeaweedFS:
    """A running S3 server on loopback that checks signatures, checksums and conditions."""

    endpoint: str
    tls_endpoint: str
    ca_bundle: str
    access_key: str = "shike-test"
    secret_key: str = "only-for-tests-on-loopback"
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def options(self, *, tls: bool = False, **changes) -> StoreOptions:
        """Store options that reach the server."""
        usual = {
            "endpoint_url": self.tls_endpoint if tls else self.endpoint,
            "ca_bundle": self.ca_bundle if tls else "",
            "access_key": self.access_key,
            "secret_key": self.secret_key,
        }
        return StoreOptions(**(usual | changes))

    def client(self):
        """A boto3 client beside the store's own."""
        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(signature_version="s3v4", retries={"total_max_attempts": 1}),
        )

    def bucket(self) -> str:
        """Create a bucket of the test's own and return its name."""
        name = f"test-{os.getpid()}-{next(self._numbers)}"
        self.client().create_bucket(Bucket=name)
        return name


@pytest.fixture(scope="session")
def seaweedfs() -> Iterator[SeaweedFS]:
    """A real S3 server; mark its tests ``s3`` and ``xdist_group("s3")`` so that there is one."""
    with tempfile.TemporaryDirectory(prefix="weed-") as scratch:
        folder = Path(scratch)
        _write_certificate(folder)
        base = _free_ports()
        server = SeaweedFS(
            endpoint=f"http://127.0.0.1:{base + 3}",
            tls_endpoint=f"https://127.0.0.1:{base + 5}",
            ca_bundle=str(folder / "tls.crt"),
        )
        with _running(_command(folder, base), folder, server):
            yield server


def _command(folder: Path, base: int) -> list[str]:
    weed = shutil.which("weed", path=sysconfig.get_path("scripts"))
    if weed is None:
        pytest.fail("the S3 tests need `weed`: install the development requirements (make test)")
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
        f"-s3.port.https={base + 5}",
        f"-s3.cert.file={folder / 'tls.crt'}",
        f"-s3.key.file={folder / 'tls.key'}",
        f"-filer.localSocket={folder / 'filer.sock'}",
        f"-s3.localSocket={folder / 's3.sock'}",
    ]


@contextlib.contextmanager
def _running(command: list[str], folder: Path, server: SeaweedFS) -> Iterator[None]:
    log = folder / "weed.log"
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_until_ready(process, server, log)
        yield
    finally:
        # Nothing it holds is worth its two seconds of a polite end.
        process.kill()
        process.wait()


def _wait_until_ready(process: subprocess.Popen, server: SeaweedFS, log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(BotoCoreError, ClientError):
            client, bucket = server.client(), server.bucket()
            client.put_object(Bucket=bucket, Key="ready", Body=b"yes")
            client.get_object(Bucket=bucket, Key="ready")
            return
        time.sleep(0.05)
    pytest.fail(f"SeaweedFS did not become ready:\n{log.read_text(errors='replace')[-3000:]}")


def _free_ports() -> int:
    """Return the first of six ports in a row that are free, and free again 10,000 higher."""
    start = 20_000 + os.getpid() * 16 % 20_000
    for base in range(start, 50_000, 16):
        ports = [base + step + rpc for step in range(_PORTS) for rpc in (0, _RPC_OFFSET)]
        if all(map(_is_free, ports)):
            return base
    pytest.fail("no free ports for SeaweedFS")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _write_certificate(folder: Path) -> None:
    """Write a certificate for 127.0.0.1, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "tls.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@dataclass  # not frozen: Playwright keeps its handlers on the object they belong to
class Visitor:
    """A reader of pages, who notes what a page says to the console and whom it tries to reach."""

    browser: playwright.sync_api.Browser
    complaints: list[str] = field(default_factory=list)

    def open(self, url: str, **options) -> playwright.sync_api.Page:
        """Open a page of this machine; anything else it asks for is refused and noted.

        Args:
            url: ``file://`` or loopback.
            options: Of the browser context, such as ``viewport`` or ``java_script_enabled``.
        """
        page = self.browser.new_context(**options).new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.route(lambda asked: not asked.startswith(_OF_THIS_MACHINE), self._refuse)
        page.goto(url)
        return page

    def _hear(self, message: playwright.sync_api.ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def _refuse(self, route: playwright.sync_api.Route) -> None:
        self.complaints.append(f"outside request: {route.request.url}")
        route.abort()


_OF_THIS_MACHINE = ("file:", "data:", "blob:", "http://127.0.0.1", "http://localhost")
_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
_NO_CHROMIUM = (
    "the browser tests need Chromium and a Chinese font on this machine: "
    "apt-get install chromium fonts-noto-cjk, or put a `chromium` on the PATH"
)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The system's Chromium, installed where that is possible; else the test is skipped.

    Where ``CI`` is set a missing browser is a failure: there nobody reads what was skipped.
    """
    found = _find_chromium() or _install_chromium()
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(_NO_CHROMIUM)
    return Path(found)


@pytest.fixture
def visitor(chromium: Path) -> Iterator[Visitor]:
    """A reader in a headless browser; mark its tests ``browser`` and ``xdist_group("browser")``.

    Each test has its own: while Playwright runs, its event loop would stand in the way of every
    other test that starts one, such as a flow's. Starting it takes half a second.
    """
    quiet = ("background-networking", "component-update", "sync", "domain-reliability", "gpu")
    arguments = ["--no-sandbox", "--no-first-run", *(f"--disable-{what}" for what in quiet)]
    with playwright.sync_api.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=str(chromium), args=arguments)
        yield Visitor(browser)
        browser.close()


def _find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, _CHROMIUM_NAMES)), None)


def _install_chromium() -> str | None:
    """Install Chromium as Debian packages it, if this process may; return where it is."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in ("update", "install -y --no-install-recommends chromium fonts-noto-cjk"):
        apt = ["apt-get", "-qq", *command.split()]
        if subprocess.run(apt, env=environment, capture_output=True, check=False).returncode:
            return None
    return _find_chromium()


def pytest_terminal_summary(terminalreporter):
    """Show what tests count: a test says it with ``record_property("told", text)``."""
    told = [
        text
        for report in terminalreporter.stats.get("passed", [])
        for name, text in report.user_properties
        if name == "told"
    ]
    if told:
        terminalreporter.section("counted")
        for text in sorted(told):
            terminalreporter.write_line(text)
