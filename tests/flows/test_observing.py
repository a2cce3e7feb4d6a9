"""What is noted of a stage: how it ended, how long it took, how often it was begun."""

import resource
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from prefect import flow, task

from flows.observing import Watch
from flows.operations import Told, people_of, recorded
from flows.stages import RETRIED
from infra.errors import StoreError
from infra.operations import ATTEMPTS, kept_attempts
from infra.store import open_store
from quality.errors import ContractError


@pytest.fixture
def watch():
    return Watch(date(2017, 12, 4))


def test_a_stage_is_noted_with_its_rows_and_its_length(watch, caplog):
    caplog.set_level("INFO", logger="flows.observing")
    with watch.stage("review") as notes:
        notes.read({"reports": pa.table({"a": [1, 2]})})
        notes.made({"opinions": pa.table({"a": [1]})})

    (stage,) = watch.stages
    assert (stage.name, stage.outcome, stage.tries) == ("review", "made", 1)
    assert (stage.rows_in, stage.rows_out) == ({"reports": 2}, {"opinions": 1})
    assert 0 <= stage.seconds <= watch.seconds
    (line,) = caplog.records
    assert (line.outcome, line.rows_in, line.rows_out) == ("made", 2, 1)


def test_memory_that_a_stage_needs_more_than_any_before_is_noted(watch):
    held = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    with watch.stage("heavy"):
        block = b"\1" * (most - held + (64 << 20))
    del block
    with watch.stage("light"):
        pass

    heavy, light = watch.stages
    assert heavy.peak_growth_bytes > 0
    assert light.peak_growth_bytes == 0


def test_a_stage_that_fails_is_noted_and_its_error_goes_on(watch):
    with pytest.raises(ContractError), watch.stage("validate"):
        raise ContractError("events has no column user_id")

    assert watch.stages[0].outcome == "failed"


@pytest.mark.prefect
@pytest.mark.xdist_group("prefect")
@pytest.mark.usefixtures("server")
def test_a_stage_is_begun_again_only_where_storage_did_not_answer(watch):
    errors = [StoreError("no answer"), ContractError("broken")]

    @task(**RETRIED | {"retry_delay_seconds": 0})
    def write():
        raise errors.pop(0)

    @flow
    def day():
        with watch.stage("publish"):
            write()

    with pytest.raises(ContractError):
        day()

    assert (watch.stages[0].tries, watch.stages[0].outcome) == (2, "failed")


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (ContractError("events has no column user_id"), 3, "events has no column user_id"),
        (StoreError("s3 did not answer"), 5, "s3 did not answer"),
    ],
)
def test_an_attempt_that_fails_is_remembered_with_its_sentence(
    watch, tmp_path, error, code, sentence
):
    store = open_store(str(tmp_path))

    with pytest.raises(type(error)), recorded(store, watch):
        raise error

    (attempt,) = kept_attempts(store)
    assert (attempt.outcome, attempt.exit_code, attempt.error) == ("failed", code, sentence)


def test_a_message_that_is_not_ours_is_not_remembered_since_it_may_quote_data(watch, tmp_path):
    store = open_store(str(tmp_path))

    with pytest.raises(ValueError, match="person-4711"), recorded(store, watch):
        open_store("s3://bucket/" + int("person-4711"))

    (attempt,) = kept_attempts(store)
    assert attempt.error == "ValueError at an unknown place"


def test_a_record_that_cannot_be_written_changes_nothing(watch, tmp_path, caplog):
    (tmp_path / "operations").write_bytes(b"a file where a folder should be")

    with recorded(open_store(str(tmp_path)), watch) as told:
        assert told == Told()

    assert "not recorded" in caplog.text
    assert not (tmp_path / ATTEMPTS).exists()


def test_people_are_counted_once_at_each_step():
    events = pa.table({"user_id": ["a", "a", "b"]})

    assert people_of({"events": events}, {"recommendations": events.slice(0, 2)}) == {
        "seen": 2,
        "recommended": 1,
    }
