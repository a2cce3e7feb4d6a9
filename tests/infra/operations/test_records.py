"""Attempts are remembered as they were, in a bounded file that several may write at once."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.operations import ATTEMPTS, METRICS, Attempt, StageRecord, kept_attempts, remember
from infra.operations.keeping import KEPT
from infra.operations.records import from_bytes, to_bytes
from infra.store import open_store

TEXTS = st.text(max_size=8)
ROWS = st.dictionaries(TEXTS, st.integers(0, 2**40), max_size=2)
STAGES = st.builds(
    StageRecord,
    name=TEXTS,
    outcome=st.sampled_from(["made", "checkpoint", "skipped", "failed"]),
    seconds=st.floats(0, 1e6),
    peak_growth_bytes=st.integers(0, 2**40),
    rows_in=ROWS,
    rows_out=ROWS,
)
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone
SOME_ATTEMPTS = st.builds(
    Attempt,
    started=MOMENTS,
    seconds=st.floats(0, 1e6),
    as_of=st.dates(date(1970, 1, 2)),
    run_id=st.none() | TEXTS,
    outcome=TEXTS,
    exit_code=st.integers(0, 5),
    error=st.none() | TEXTS,
    stages=st.lists(STAGES, max_size=2).map(tuple),
    outputs=ROWS,
)


@given(st.lists(SOME_ATTEMPTS, max_size=3).map(tuple))
def test_what_is_written_is_read_back(attempts):
    assert from_bytes(to_bytes(attempts)) == attempts


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"format": 2, "attempts": []}', b'{"format": 1, "attempts": [1]}']
)
def test_what_is_no_record_is_refused(body):
    with pytest.raises(ValueError, match=r"format|record|Expecting"):
        from_bytes(body)


def test_attempts_add_up_and_the_oldest_are_let_go(good, tmp_path):
    store = open_store(str(tmp_path))
    many = [replace(good, seconds=float(number)) for number in range(KEPT)]
    store.create(ATTEMPTS, to_bytes(many), "application/json")

    kept = remember(store, good)

    assert kept == (*many[1:], good)
    assert tuple(kept_attempts(store)) == kept
    assert b"shike_attempt_seconds 120.5" in store.get(METRICS).body


def test_attempts_that_end_at_once_are_all_remembered(good, tmp_path):
    store = open_store(str(tmp_path))
    many = [replace(good, seconds=float(number)) for number in range(6)]

    with ThreadPoolExecutor(len(many)) as pool:
        list(pool.map(lambda attempt: remember(store, attempt), many))

    assert {attempt.seconds for attempt in kept_attempts(store)} == set(range(6))


def test_a_damaged_record_begins_anew_and_says_so(good, tmp_path, caplog):
    store = open_store(str(tmp_path))
    store.create(ATTEMPTS, b"damaged", "application/json")

    assert remember(store, good) == (good,)
    assert "begins anew" in caplog.text


def test_a_stage_begun_again_counts_as_a_retry_and_only_published_days_are_current(good, failed):
    assert (good.retries, failed.retries) == (1, 0)
    assert (good.is_current, failed.is_current) == (True, False)
    assert not replace(good, outcome="superseded").is_current
    assert (good.totals.read, good.totals.accepted, good.totals.erased) == (107, 94, 2)


def test_one_attempt_is_one_line_of_the_file(good, failed):
    lines = to_bytes([good, failed]).decode().splitlines()

    assert len(lines) == 4
    assert json.loads(lines[2])["exit_code"] == 5
