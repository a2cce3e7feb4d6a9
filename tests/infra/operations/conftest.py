"""Two attempts at a day, one good and one that storage ended."""

from dataclasses import fields
from datetime import UTC, date, datetime

import pytest

from infra.operations import Attempt, Published, StageRecord
from quality.validated import TableCount


def _count(table, *rows):
    names = [field.name for field in fields(TableCount) if field.name != "table"]
    return TableCount(table=table, **dict(zip(names, rows, strict=False)))


@pytest.fixture(scope="session")
def good():
    return Attempt(
        started=datetime(2017, 12, 4, 3, 0, tzinfo=UTC),
        seconds=120.5,
        as_of=date(2017, 12, 4),
        run_id="2017-12-04-5f0c1a",
        outcome="published",
        exit_code=0,
        verdict="warn",
        stages=(
            StageRecord(name="land", outcome="made", seconds=2.5, peak_growth_bytes=0, tries=2),
            StageRecord(
                name="recommend",
                outcome="checkpoint",
                seconds=1.25,
                peak_growth_bytes=1 << 20,
                rows_in={"events": 90, "items": 4},
                rows_out={"recommendations": 60},
            ),
        ),
        rows=(
            _count("events", 100, 90, 5, 3, 2),
            _count("items", 7, 4, 0, 0, 0, 1, 2),
        ),
        outputs={"recommendations": 60, "quarantine": 5},
        people={"seen": 9, "recommended": 6, "withheld": 2},
        published=Published(prefixes=3, objects=40, created=30, bytes=123_456),
    )


@pytest.fixture(scope="session")
def failed():
    return Attempt(
        started=datetime(2017, 12, 5, 3, 0, tzinfo=UTC),
        seconds=61.0,
        as_of=date(2017, 12, 5),
        outcome="failed",
        exit_code=5,
        error='cannot write "state": No space left\non <device> \\ here',
        stages=(StageRecord(name="land", outcome="failed", seconds=61.0, peak_growth_bytes=0),),
    )
