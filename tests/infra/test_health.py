"""What `shike doctor` finds: a fit store is fit, and each fault is named with what to do."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from infra.health import check_machine, check_store, space, without_credentials
from infra.operations import Attempt, remember
from infra.publish import PublishedObject, publish
from infra.store import FolderStore, open_store


def states(checks):
    """State of every check by name."""
    return {check.name: check.state for check in checks}


def test_a_store_that_keeps_its_conditions_is_fit_and_is_left_as_it_was(store):
    found = states(check_store(store, datetime.now(UTC)))

    assert set(found.values()) == {"good"}
    assert list(store.list("")) == []


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://ann:hush@127.0.0.1:4200/api", "http://127.0.0.1:4200/api"),
        ("https://hu@sh:x@prefect.example/api?a=1", "https://prefect.example/api?a=1"),
        ("http://127.0.0.1:4200/api", "http://127.0.0.1:4200/api"),
    ],
)
def test_an_address_is_told_without_its_credentials(address, said):
    assert without_credentials(address) == said


def test_how_the_last_attempt_ended_is_said(tmp_path):
    store, now = open_store(str(tmp_path)), datetime(2017, 12, 5, 3, 0, tzinfo=UTC)
    good = Attempt(
        started=now, seconds=1.0, as_of=date(2017, 12, 4), outcome="published", exit_code=0
    )
    remember(store, good)
    assert states(check_store(store, now))["last attempt"] == "good"

    remember(store, replace(good, outcome="failed", exit_code=5, error="no space left"))

    found = {check.name: check for check in check_store(store, now)}["last attempt"]
    assert found.state == "note"
    assert found.found == "2017-12-04: failed at 2017-12-05 03:00 UTC, no space left"


def test_what_is_current_is_said(tmp_path):
    store = open_store(str(tmp_path))
    now = datetime.now(UTC)
    body = {"a.csv": PublishedObject(body=b"a", content_type="text/csv")}
    publish(store, "internal", "2017-12-04-run", body, as_of=now.date())

    (first, *_) = check_store(store, now)

    assert "current: 2017-12-04-run" in first.found


class Careless(FolderStore):
    """A server that overwrites whatever it is told to leave alone, as some do."""

    def create(self, key, body, content_type):
        self.delete(key)
        return super().create(key, body, content_type)

    def swap(self, key, body, expected_tag, content_type):
        del expected_tag
        return self.create(key, body, content_type)


def test_a_server_without_conditional_writes_is_found_out(tmp_path):
    checks = {check.name: check for check in check_store(Careless(tmp_path), datetime.now(UTC))}

    assert checks["conditional writes"].state == "bad"
    assert "If-None-Match" in checks["conditional writes"].found


class Ahead(FolderStore):
    """A store whose clock is five minutes ahead."""

    def now(self):
        return datetime.now(UTC) + timedelta(minutes=5)


def test_a_wrong_clock_is_found_out(tmp_path):
    checks = {check.name: check for check in check_store(Ahead(tmp_path), datetime.now(UTC))}

    assert checks["clock"].state == "bad"
    assert "behind the store; set the clock" in checks["clock"].found


def test_a_store_that_cannot_be_written_is_found_out(tmp_path):
    (tmp_path / "state").write_text("a file is in the way")

    found = states(check_store(open_store(str(tmp_path)), datetime.now(UTC)))

    assert found == {"store": "good", "clock": "good", "writing": "bad"}


@pytest.mark.s3
@pytest.mark.xdist_group("s3")
def test_a_store_that_does_not_answer_is_one_finding(seaweedfs):
    store = open_store("s3://no-such-bucket/x", seaweedfs.options())

    (found,) = check_store(store, datetime.now(UTC))

    assert (found.name, found.state) == ("store", "bad")
    assert "does not exist" in found.found


def test_the_machine_names_its_versions_and_its_space(tmp_path):
    checks = {check.name: check for check in check_machine()}

    assert {"python", "shike", "prefect", "temporary files"} <= set(checks)
    assert "GiB free" in space("store", tmp_path / "not" / "there").found
