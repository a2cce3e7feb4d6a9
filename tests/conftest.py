"""What all tests share: how Hypothesis runs, and a real S3 server, started only if asked for."""

import datetime as dt
import ipaddress
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import playwright.sync_api
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import settings

import flows  # noqa: F401 - what shike asks of Prefect must stand before anything imports it
from infra.store.seaweedfs import SeaweedFS, serving

# A law holds or not; how long an example takes on a busy machine is no part of it.
settings.register_profile("shike", deadline=None)
settings.load_profile("shike")


@pytest.fixture(scope="session")
def seaweedfs() -> Iterator[SeaweedFS]:
    """A real S3 server; mark its tests ``s3`` and ``xdist_group("s3")`` so that there is one."""
    with tempfile.TemporaryDirectory(prefix="weed-") as scratch:
        certificate = Path(scratch) / "tls.crt"
        _write_certificate(certificate)
        with serving(Path(scratch), certificate) as server:
            yield server


def _write_certificate(path: Path) -> None:
    """Write a certificate for 127.0.0.1, signed by itself, and its key beside it."""
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
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    path.with_suffix(".key").write_bytes(
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


@pytest.fixture(scope="session")
def launch(chromium: Path) -> Callable[[], AbstractContextManager[playwright.sync_api.Browser]]:
    """Starts the headless browser for as long as a ``with`` block lasts."""
    quiet = ("background-networking", "component-update", "sync", "domain-reliability", "gpu")
    arguments = ["--no-sandbox", "--no-first-run", *(f"--disable-{what}" for what in quiet)]

    @contextmanager
    def launched() -> Iterator[playwright.sync_api.Browser]:
        with playwright.sync_api.sync_playwright() as engine:
            browser = engine.chromium.launch(executable_path=str(chromium), args=arguments)
            yield browser
            browser.close()

    return launched


@pytest.fixture
def browser(
    launch: Callable[[], AbstractContextManager[playwright.sync_api.Browser]],
) -> Iterator[playwright.sync_api.Browser]:
    """The test's own browser: while Playwright runs, no other event loop can, such as a flow's.

    Starting it takes half a second; a module whose tests start no event loop shares one.
    """
    with launch() as browser:
        yield browser


@pytest.fixture
def visitor(browser: playwright.sync_api.Browser) -> Iterator[Visitor]:
    """A reader in a headless browser; mark its tests ``browser`` and ``xdist_group("browser")``."""
    yield Visitor(browser)
    for context in browser.contexts:
        context.close()


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
