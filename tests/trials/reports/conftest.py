"""What the tests of trial reports share: labelled sentences, models, and tables of reports."""

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pytest

from infra.sources.review_texts import CorpusMissingError, chinese_reviews, english_reviews
from quality.tables.inputs import ITEMS, REPORTS
from trials.reports.polarity import load_models

CACHE = Path(__file__).parents[3] / "build" / "cache"
LABELS = Path(__file__).parent / "labels"
AS_OF = dt.date(2017, 12, 4)


@pytest.fixture(scope="session")
def labelled():
    """Read a hand-labelled development set, such as ``clauses_zh``."""

    def read(name):
        lines = (LABELS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    return read


@pytest.fixture(scope="session")
def corpora():
    """The real corpora by language; a test that needs English is skipped where it cannot be had."""
    found = {"zh": chinese_reviews()}
    try:
        found["en"] = english_reviews(CACHE)
    except CorpusMissingError as missing:
        pytest.skip(str(missing))
    return found


@pytest.fixture(scope="session")
def trained():
    """The models that are shipped; ``make`` trains them whenever what they learn by has changed."""
    return load_models()


@pytest.fixture(scope="session")
def report_tables():
    """Build ``reports`` and ``items`` from (report_id, user_id, rating, text), with more by name."""

    def build(reports, *, category="electronics/laptop", **columns):
        rows = [
            {
                "report_id": report_id,
                "item_id": "laptop",
                "user_id": user_id,
                "submitted_at": dt.datetime(2017, 9, 20, tzinfo=dt.UTC),
                "rating": float(rating),
                "text": text,
                **{name: values[place] for name, values in columns.items()},
            }
            for place, (report_id, user_id, rating, text) in enumerate(reports)
        ]
        item = {
            "item_id": "laptop",
            "merchant_id": "seller",
            "name": "Laptop",
            "category": category,
        }
        return {
            "reports": pa.Table.from_pylist(rows, schema=REPORTS.schema),
            "items": pa.Table.from_pylist([item], schema=ITEMS.schema),
        }

    return build
