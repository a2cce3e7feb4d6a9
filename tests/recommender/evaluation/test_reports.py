"""The same findings as text, as JSON and as tables."""

import json
from datetime import date

import numpy as np
import pytest

from recommender.evaluation.before_after import BeforeAfter, Slot
from recommender.evaluation.calibration import calibrate
from recommender.evaluation.judge import Judged
from recommender.evaluation.measured import Measured
from recommender.evaluation.report import EvaluationReport
from recommender.evaluation.report_json import as_json
from recommender.evaluation.report_tables import SCHEMAS, as_tables
from recommender.evaluation.report_text import as_text
from recommender.evaluation.timing_curve import Step

CUTS = (date(2017, 10, 9), date(2017, 11, 6))
USERS = 30


def judged(level, *, metrics=("ndcg@10", "novel_ndcg@10", "ann_s@10", "san_s@10")):
    noise = np.random.default_rng(1).normal(0, 0.05, USERS)
    scores = {metric: np.clip(level + noise, 0, 1) for metric in metrics}
    return Judged(scores, 0.5, np.zeros((USERS, 20), int))


def measured(name, level, **more):
    return Measured(name, (judged(level), judged(level + 0.1)), **more)


def step(*, pairs, **more):
    rate, expected = (0.1, 0.2) if pairs else (float("nan"), float("nan"))
    return Step(pairs=pairs, rate=rate, expected=expected, **more)


@pytest.fixture
def report():
    chances = np.linspace(0, 1, 200)
    calibration = calibrate(chances, np.arange(200) % 200 < 200 * chances)
    curve = (
        step(is_satiating=True, start=0.0, end=0.2, pairs=10),
        step(is_satiating=True, start=0.2, end=0.35, pairs=0),
        step(is_satiating=False, start=3.0, end=None, pairs=20),
    )
    slots = (
        Slot("SOAP | BAR", "SOAP | BAR", is_hit=False, is_annoying=True),
        Slot("MILK", "MILK", is_hit=True, is_annoying=False),
    )
    return EvaluationReport(
        level="need",
        cuts=CUTS,
        horizon_days=28,
        users=(USERS, USERS),
        n_needs=7,
        satiating_needs=("SOAP | BAR",),
        measured=(
            measured("shike", 0.5, stauc=0.64, calibrations=(calibration,) * 2, curve=curve),
            measured("shike without brand", 0.48),
            measured("popularity", 0.3, stauc=0.55),
            Measured(
                "popularity", (judged(0.28, metrics=("ndcg@10", "san_s@10")),) * 2, "suppressed"
            ),
        ),
        ablations=("shike without brand",),
        before_after=BeforeAfter("u7", slots, slots[1:]),
        samples=40,
        seed=0,
    )


def test_the_text_says_everything_without_a_nan(report):
    text = as_text(report)

    assert "nan" not in text
    for words in (
        "need level, horizon 28 days, mean of 2 cuts (2017-10-09, 2017-11-06)",
        "popularity + suppression",
        "NDCG@10: shike minus popularity +0.",
        "what shike owes to a group of features",
        "expected calibration error",
        "200 pairs",
        "0–0.2",
        "! SOAP | BAR",
        "+ MILK",
        "u7; ties to the smallest id",
    ):
        assert words in text


def test_a_metric_that_a_model_lacks_is_a_dash(report):
    (row,) = [line for line in as_text(report).splitlines() if line.startswith("popularity +")]

    assert [cell == "–" for cell in row.split()[3:]] == [False, True, True, True, False, True]


def test_what_was_not_measured_is_not_spoken_of(report):
    bare = EvaluationReport(
        **{
            **vars(report),
            "measured": report.measured[2:3],
            "ablations": (),
            "before_after": None,
        }
    )

    text = as_text(bare)
    assert "popularity" in text
    for words in ("owes", "calibration", "gaps", "annoys", "minus"):
        assert words not in text
    assert all(not len(table) for name, table in as_tables(bare).items() if name != "figures")


def test_the_json_holds_means_intervals_and_leads(report):
    written = json.loads(as_json(report))

    shike = written["models"][0]
    assert shike["mean"]["ndcg@10"] == pytest.approx(report.mean("shike", "ndcg@10"), abs=1e-6)
    low, high = shike["interval"]["ndcg@10"]
    assert low < shike["mean"]["ndcg@10"] < high
    assert sum(shike["calibration"][0]["count"]) == 200
    assert [step["pairs"] for step in shike["timing_curve"]] == [10, 20]
    assert {lead["other"] for lead in written["leads"]} == {
        "shike without brand",
        "popularity",
        "popularity + suppression",
    }
    assert written["before_after"]["before"][0]["is_annoying"] is True


def test_the_tables_are_as_declared_and_agree_with_the_report(report):
    tables = as_tables(report)

    assert {name: table.schema for name, table in tables.items()} == SCHEMAS
    figures = {
        (row["model"], row["variant"], row["metric"]): row for row in tables["figures"].to_pylist()
    }
    assert figures["shike", "plain", "stauc"]["value"] == 0.64
    assert figures["shike", "plain", "stauc"]["low"] is None
    assert figures["popularity", "suppressed", "novel_ndcg@10"]["value"] is None
    assert {row["role"] for row in figures.values()} == {"subject", "ablation", "rival"}
    assert tables["timing"]["end"].to_pylist() == [0.2, None]
    assert tables["slots"].to_pylist()[1] == {
        "rank": 2,
        "user_id": "u7",
        "before": "MILK",
        "before_mark": "hit",
        "after": None,
        "after_mark": None,
    }


def test_a_lead_is_the_mean_difference_of_the_same_users(report):
    found = {(lead.other, lead.metric): lead.difference for lead in report.leads}

    gap = report.mean("shike", "ndcg@10") - report.mean("popularity", "ndcg@10")
    lead = found["popularity", "ndcg@10"]
    assert lead.value == pytest.approx(gap)
    # The users' noise is the same on both sides, so the pairing leaves nothing of it.
    assert (lead.low, lead.high) == pytest.approx((gap, gap))
    assert ("popularity + suppression", "novel_ndcg@10") not in found
