"""A small clean shop, and a way to deliver it: what every test of the checks starts from."""

import copy
import csv
import itertools
import json
from datetime import date
from pathlib import Path

import pytest

from quality.measures import Earlier
from quality.progress import silent
from quality.validation import ValidationOptions, validate

AS_OF = date(2026, 3, 1)

CLEAN = {
    "events": [
        {
            "event_id": f"e{day:02}{user}",
            "user_id": f"u{user}",
            "item_id": f"i{user}",
            "event_type": "purchase",
            "occurred_at": f"2026-02-{day:02}T1{user}:00:00Z",
            "quantity": "1",
            "unit_price": "9.5",
        }
        for day in range(1, 29)
        for user in range(4)
    ],
    "items": [
        {"item_id": f"i{n}", "merchant_id": "m1", "name": f"Item {n}", "category": "home/soap"}
        for n in range(4)
    ],
    "users": [{"user_id": f"u{n}", "birth_year": "1990", "region": "north"} for n in range(4)],
    "merchants": [{"merchant_id": "m1", "name": "Shop"}],
    "trials": [
        {
            "trial_id": "t1",
            "merchant_id": "m1",
            "item_id": "i1",
            "units": "2",
            "opens_on": "2026-02-01",
            "closes_on": "2026-02-05",
            "reports_due_on": "2026-02-28",
            "goal": "improve",
            "quotas": '[{"attribute": "region", "value": "north", "min": 1, "max": 2}]',
        }
    ],
    "applications": [
        {
            "application_id": f"a{n}",
            "trial_id": "t1",
            "user_id": f"u{n}",
            "applied_at": f"2026-02-02T0{n}:00:00+08:00",
            "statement": "please",
        }
        for n in range(3)
    ],
    "awards": [
        {
            "trial_id": "t1",
            "user_id": f"u{n}",
            "awarded_at": "2026-02-06T00:00:00Z",
            "delivered_on": "2026-02-10",
        }
        for n in range(2)
    ],
    "reports": [
        {
            "report_id": "r0",
            "trial_id": "t1",
            "item_id": "i1",
            "user_id": "u0",
            "submitted_at": "2026-02-12T00:00:00Z",
            "rating": "4",
            "text": "It works.",
        },
        {
            "report_id": "r1",
            "trial_id": "",
            "item_id": "i2",
            "user_id": "u3",
            "submitted_at": "2026-02-01T00:00:00Z",
            "rating": "2",
            "text": "An ordinary review.",
        },
    ],
    "exposures": [
        {
            "exposure_id": "x1",
            "user_id": "u0",
            "item_id": "i1",
            "shown_at": "2026-02-03T00:00:00Z",
            "was_opened": "true",
        }
    ],
    "identities": [{"raw_id": "device-1", "user_id": "u0"}],
}


def write_csv(path, rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def clean():
    """The clean shop's rows by table, to be spoiled at will."""
    return copy.deepcopy(CLEAN)


@pytest.fixture
def needed(clean):
    """Only the two tables that every day needs."""
    return {name: clean[name] for name in ("events", "items")}


@pytest.fixture
def reporting(clean):
    """The tables that a trial report is compared with."""
    return {name: clean[name] for name in ("events", "items", "awards", "reports")}


@pytest.fixture
def deliver(tmp_path):
    """Write tables as CSV files and return their folder."""

    def write(tables, folder: Path | None = None):
        target = folder or tmp_path / "day"
        target.mkdir(exist_ok=True)
        for name, rows in tables.items():
            write_csv(target / f"{name}.csv", rows)
        return target

    return write


@pytest.fixture
def check(tmp_path):
    """Validate a folder as of the day after the clean shop's last."""
    checks = itertools.count()

    def run(folder, as_of=AS_OF, earlier_reports=(), corrections=None, progress=silent, **options):
        return validate(
            folder,
            tmp_path / f"checked-{next(checks)}",
            as_of=as_of,
            options=ValidationOptions(**options),
            corrections=corrections,
            earlier=Earlier(reports=earlier_reports),
            progress=progress,
        )

    return run


@pytest.fixture
def broken_rules():
    """Return what a validation refused: {(table, file, row): rule ids}."""

    def of(validation):
        return {
            (row["table"], row["source_file"], row["row_number"]): row["rule_ids"]
            for row in validation.quarantine.to_pylist()
        }

    return of


@pytest.fixture
def finding():
    """Return the report's row of one rule."""

    def of(validation, table, rule_id):
        (row,) = [
            row
            for row in validation.report.to_pylist()
            if (row["table"], row["rule_id"]) == (table, rule_id)
        ]
        return {**row, "sample": json.loads(row["sample"]), "trend": json.loads(row["trend"])}

    return of
