"""``shike bootstrap`` and ``shike link`` as a person calls them."""

import json
from uuid import uuid4

import pytest

from flows.cli import run_command_line
from infra.store import open_store


@pytest.fixture
def address(seaweedfs, monkeypatch):
    """The address of a store in a bucket that does not exist, reached as the settings say."""
    options = seaweedfs.options(tls=True)
    for name in ("endpoint_url", "access_key", "secret_key", "ca_bundle"):
        monkeypatch.setenv(f"SHIKE_STORE_{name.upper()}", getattr(options, name))
    return f"s3://cli-{uuid4().hex}/shop"


def test_a_folder_needs_nothing(tmp_path, capsys):
    assert run_command_line(["bootstrap", "--store", str(tmp_path)]) == 0

    assert "there is nothing to do" in capsys.readouterr().out


def test_a_folder_has_no_links(tmp_path, capsys):
    assert run_command_line(["link", "index.html", "--store", str(tmp_path)]) == 2

    assert "open the file in it" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["bootstrap"], ["link", "index.html"]])
def test_an_address_that_is_none_is_wrong_usage(command):
    assert run_command_line([*command, "--store", "ftp://shop/x"]) == 2


@pytest.mark.s3
@pytest.mark.xdist_group("s3")
def test_a_bucket_is_set_up_and_the_second_run_says_so(address, tmp_path, capsys):
    command = ["bootstrap", "--store", address, "--merchant", "m 1"]
    written = ["--policies-to", str(tmp_path / "policies")]

    assert run_command_line([*command, *written]) == 0
    first = capsys.readouterr().out.splitlines()
    assert run_command_line([*command, "--iam"]) == 0
    second = capsys.readouterr().out.splitlines()

    assert first[:2] == ["bucket: done", "versions: done"]
    assert second[:2] == ["bucket: already", "versions: already"]
    assert "no public access: not supported (this server does not know the setting)" in second
    made = [line for line in second if line.startswith("policy ")]
    assert len(made) == 4
    assert all(line.endswith(": done") for line in made)
    files = {path.stem: json.loads(path.read_text()) for path in (tmp_path / "policies").iterdir()}
    assert {f"policy {name}: done" for name in files} == set(made)
    merchants = next(policy for name, policy in files.items() if "merchant-m-201" in name)
    assert merchants["Statement"][0]["Resource"][0].endswith("/shop/merchants/m=201/*")


@pytest.mark.s3
@pytest.mark.xdist_group("s3")
def test_credentials_that_may_not_leave_with_5(address, monkeypatch, capsys):
    monkeypatch.setenv("SHIKE_STORE_SECRET_KEY", "canary-secret")

    assert run_command_line(["bootstrap", "--store", address]) == 5

    told = capsys.readouterr()
    assert "check the access key and secret" in told.err
    assert "canary" not in told.out + told.err


@pytest.mark.s3
@pytest.mark.xdist_group("s3")
def test_a_link_to_a_published_file_is_printed(address, seaweedfs, capsys):
    assert run_command_line(["bootstrap", "--store", address]) == 0
    open_store(address, seaweedfs.options(tls=True)).create("index.html", b"<p>", "text/html")
    capsys.readouterr()

    assert run_command_line(["link", "index.html", "--store", address, "--minutes", "5"]) == 0
    link = capsys.readouterr().out.strip()
    assert run_command_line(["link", "index.htm", "--store", address]) == 5
    assert run_command_line(["link", "a//b", "--store", address]) == 2
    assert run_command_line(["link", "index.html", "--store", address, "--minutes", "721"]) == 2

    assert link.startswith(seaweedfs.tls_endpoint)
    assert "X-Amz-Expires=300" in link
