"""What `shike doctor` finds: a fit store is fit, and each fault is named with what to do."""

from datetime import UTC, datetime, timedelta

import pytest

from infra.health import check_machine, check_store, space
from infra.publish import PublishedObject, publish
from infra.store import FolderStore, open_store


def states(checks):
    """State of every check by name."""
    return {check.name: check.state for check in checks}


def test_a_store_that_keeps_its_conditions_is_fit_and_is_left_as_it_was(store):
    found = states(check_store(store, datetime.now(UTC)))

    assert set(found.values()) == {"good"}
    assert list(store.list("")) == []


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
