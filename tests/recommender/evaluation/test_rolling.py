import json
from datetime import date, timedelta

import numpy as np
import pytest

from quality.errors import ContractError
from recommender.evaluation.baselines import RankedModel, baselines
from recommender.evaluation.baselines.factors import AlsScorer
from recommender.evaluation.baselines.personal import DecayedFrequency, PersonalFrequency
from recommender.evaluation.baselines.popularity import Popularity
from recommender.evaluation.rolling import EvaluationOptions, evaluate

FIRST = date(2017, 1, 1)
NEEDS = {f"i{item:02d}": f"n{item // 2}" for item in range(12)}
CUT = FIRST + timedelta(days=150)


def few(*, samples=50):
    return EvaluationOptions(bootstrap_samples=samples)


@pytest.fixture(scope="module")
def tables(shop):
    """Forty users, each with favourites, 240 days."""
    rng = np.random.default_rng(5)
    rows = []
    for user in range(40):
        taste = rng.dirichlet(np.full(len(NEEDS), 0.3))
        for day in range(int(rng.integers(0, 4)), 240, 4):
            items = rng.choice(len(NEEDS), size=2, p=taste)
            rows += [(f"u{user:02d}", day, f"i{item:02d}") for item in items]
    return shop(rows, NEEDS)


def test_every_model_is_measured_on_every_cut_by_every_metric(tables):
    cuts = [CUT, CUT + timedelta(days=28)]

    report = evaluate(tables, cuts=cuts, models=baselines(), options=few())

    assert report.cuts == tuple(cuts)
    assert all(len(measured.judged) == len(cuts) for measured in report.measured)
    plain = {"ndcg@10", "recall@20", "novel_ndcg@10", "san_s@10", "ann@10", "coverage@10", "stauc"}
    for model in baselines():
        assert plain <= report.named(model.name).means().keys()
        assert report.mean(model.name, "ndcg@10") > 0
    names = [measured.name for measured in report.measured]
    assert "TIFU-KNN + suppression" in names
    assert "implicit ALS, filter on" in names
    assert report.mean("TIFU-KNN + suppression", "ann_s@10") == 0


def test_the_printed_table_has_a_row_a_model_and_its_means(tables):
    report = evaluate(tables, cuts=[CUT], models=baselines(), options=few())

    rows = report.to_arrow().to_pylist()

    assert [row["model"] for row in rows] == [measured.name for measured in report.measured]
    first = rows[0]
    assert first["ndcg@10"] == report.mean(first["model"], "ndcg@10")
    filtered = next(row for row in rows if row["model"] == "implicit ALS, filter on")
    assert filtered["stauc"] is None


def test_means_are_over_users_then_cuts(tables):
    cuts = [CUT, CUT + timedelta(days=28)]

    report = evaluate(tables, cuts=cuts, models=[RankedModel(Popularity())], options=few())

    by_cut = [judged.scores["ndcg@10"].mean() for judged in report.measured[0].judged]
    assert report.mean("popularity", "ndcg@10") == pytest.approx(np.mean(by_cut))


def test_the_same_seed_gives_the_same_report(tables):
    once, again = (
        evaluate(
            tables, cuts=[CUT], models=[RankedModel(AlsScorer(seed=2))], options=few()
        ).to_json()
        for _ in range(2)
    )

    assert once == again


def test_the_first_model_is_compared_with_the_best_other(tables):
    models = [RankedModel(PersonalFrequency()), RankedModel(Popularity())]

    report = evaluate(tables, cuts=[CUT], models=models, options=few(samples=200))

    (found, *_) = report.comparisons()
    assert (found.metric, found.subject) == ("ndcg@10", "personal frequency")
    gap = report.mean(found.subject, "ndcg@10") - report.mean(found.other, "ndcg@10")
    assert found.difference.value == pytest.approx(gap)
    assert found.difference.low <= gap <= found.difference.high


def test_the_text_names_every_model_and_has_no_nan(tables):
    models = [RankedModel(PersonalFrequency()), RankedModel(Popularity())]

    report = evaluate(tables, cuts=[CUT], models=models, options=few())

    text = report.to_text()
    assert "nan" not in text
    for measured in report.measured:
        assert measured.name in text
    assert json.loads(report.to_json())["cuts"] == [CUT.isoformat()]


def test_items_are_judged_by_their_needs(tables):
    report = evaluate(
        tables,
        cuts=[CUT],
        level="item",
        models=[RankedModel(PersonalFrequency())],
        options=few(),
    )

    assert report.n_needs == 6
    assert 0 < report.mean("personal frequency", "ndcg@10") < 1
    assert 0 <= report.mean("personal frequency", "ann@10") < 1


def test_progress_counts_every_fit(tables):
    seen = []

    evaluate(
        tables,
        cuts=[CUT],
        models=[RankedModel(Popularity())],
        options=few(),
        progress=lambda *step: seen.append(step),
    )

    # The cut is one of the twelve whole weeks that the data hold after it.
    assert seen == [("evaluate", done, 12) for done in range(1, 13)]


def test_without_timing_models_are_fitted_for_the_cuts_only(tables):
    seen = []

    report = evaluate(
        tables,
        cuts=[CUT],
        models=[RankedModel(Popularity())],
        options=EvaluationOptions(with_timing=False),
        progress=lambda *step: seen.append(step),
    )

    assert len(seen) == 1
    assert "stauc" not in report.measured[0].means()


class FlatModel:
    """Has lists but no sense of time."""

    name = "flat"

    def fit(self, train, *, as_of):
        assert train.days.max() < as_of

    def lists(self, users, k, mode):
        del mode
        return np.tile(np.arange(k) % 6, (len(users), 1))


def test_a_model_without_timing_is_measured_without_it(tables):
    report = evaluate(tables, cuts=[CUT], models=[FlatModel()], options=few())

    assert "stauc" not in report.measured[0].means()
    assert "–" in report.to_text()


def test_a_cut_outside_the_data_is_refused(tables):
    with pytest.raises(ContractError, match="choose another cut or a shorter horizon"):
        evaluate(tables, cuts=[date(2018, 1, 1)], models=[])


def test_no_cut_is_a_bug_of_the_caller(tables):
    with pytest.raises(ValueError, match="at least one day"):
        evaluate(tables, cuts=[], models=[])


def test_unknown_names_are_named(tables):
    report = evaluate(tables, cuts=[CUT], models=[RankedModel(Popularity())], options=few())

    with pytest.raises(KeyError, match="'shike'"):
        report.mean("shike", "ndcg@10")


def test_what_is_bought_after_the_window_changes_no_list_metric(tables, shop):
    kept = [
        (row["user_id"], (row["occurred_at"].date() - FIRST).days, row["item_id"])
        for row in tables["events"].to_pylist()
    ]
    end = 150 + 28
    cropped = [row for row in kept if row[1] < end]
    options = EvaluationOptions(with_timing=False)

    whole, part = (
        evaluate(
            t, cuts=[CUT], models=[RankedModel(DecayedFrequency(tau_days=60))], options=options
        ).to_json()
        for t in (tables, shop(cropped, NEEDS))
    )

    assert whole == part
