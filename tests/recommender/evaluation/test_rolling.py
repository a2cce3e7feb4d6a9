from datetime import date, timedelta

import numpy as np
import pytest

from quality.errors import ContractError
from recommender.evaluation.baselines import RankedModel, TimedModel, baselines
from recommender.evaluation.baselines.factors import AlsScorer
from recommender.evaluation.baselines.personal import DecayedFrequency, PersonalFrequency
from recommender.evaluation.baselines.popularity import Popularity
from recommender.evaluation.report_json import as_json
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
    plain = {"ndcg@10", "recall@20", "novel_ndcg@10", "san_s@10", "ann@10", "coverage@10"}
    for model in baselines():
        assert plain <= report.named(model.name).means().keys()
        assert report.mean(model.name, "ndcg@10") > 0
        assert report.mean(f"{model.name} + suppression", "ann_s@10") == 0
    assert "implicit ALS, filter on" in [measured.name for measured in report.measured]


def test_models_that_know_no_time_are_fitted_for_the_cuts_only(tables):
    fits = []

    report = evaluate(
        tables,
        cuts=[CUT],
        models=[RankedModel(Popularity())],
        options=few(),
        progress=lambda *step: fits.append(step),
    )

    assert len(fits) == 1
    assert "stauc" not in report.measured[0].means()


def test_means_are_over_users_then_cuts(tables):
    cuts = [CUT, CUT + timedelta(days=28)]

    report = evaluate(tables, cuts=cuts, models=[TimedModel(Popularity())], options=few())

    by_cut = [judged.scores["ndcg@10"].mean() for judged in report.measured[0].judged]
    assert report.mean("popularity", "ndcg@10") == pytest.approx(np.mean(by_cut))


def test_the_same_seed_gives_the_same_report(tables):
    once, again = (
        as_json(evaluate(tables, cuts=[CUT], models=[TimedModel(AlsScorer(seed=2))], options=few()))
        for _ in range(2)
    )

    assert once == again


def test_the_first_model_is_compared_with_the_best_other(tables):
    models = [TimedModel(PersonalFrequency()), TimedModel(Popularity())]

    report = evaluate(tables, cuts=[CUT], models=models, options=few(samples=200))

    (found, *_) = report.comparisons()
    assert (found.metric, found.subject) == ("ndcg@10", "personal frequency")
    gap = report.mean(found.subject, "ndcg@10") - report.mean(found.other, "ndcg@10")
    assert found.difference.value == pytest.approx(gap)
    assert found.difference.low <= gap <= found.difference.high


def test_items_are_judged_by_their_needs(tables):
    report = evaluate(
        tables,
        cuts=[CUT],
        level="item",
        models=[TimedModel(PersonalFrequency())],
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
        models=[TimedModel(Popularity())],
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
        models=[TimedModel(Popularity())],
        options=EvaluationOptions(with_timing=False),
        progress=lambda *step: seen.append(step),
    )

    assert len(seen) == 1
    assert "stauc" not in report.measured[0].means()


class Habit(TimedModel):
    """Takes a user's decayed frequency for their chance; so it is shike with nothing to it."""

    def __init__(self, name="shike", *, factor=1.0):
        super().__init__(DecayedFrequency(tau_days=60))
        self._name, self._factor = name, factor

    @property
    def name(self):
        return self._name

    def timing_scores(self, users, things):
        return 1 - np.exp(-7 / 60 * self._factor * super().timing_scores(users, things))

    def chances(self, users, things):
        return 1 - (1 - self.timing_scores(users, things)) ** 4


def test_chances_are_held_against_everything_bought_before_the_cut(tables):
    cuts = [CUT, CUT + timedelta(days=28)]

    report = evaluate(
        tables, cuts=cuts, models=[Habit(), Habit("timid", factor=0.2)], options=few()
    )

    fair, timid = report.measured[0].calibrations, report.named("timid").calibrations
    bought = {
        (row["user_id"], NEEDS[row["item_id"]])
        for row in tables["events"].to_pylist()
        if row["occurred_at"].date() < CUT
    }
    assert fair[0].pairs == len(bought)
    assert all(ours.error < theirs.error for ours, theirs in zip(fair, timid, strict=True))
    errors = [it.error for it in fair]
    assert report.mean("shike", "ece") == pytest.approx(np.mean(errors))


def test_chances_of_four_weeks_are_not_held_against_another_horizon(tables):
    report = evaluate(tables, cuts=[CUT], horizon_days=14, models=[Habit()], options=few())

    assert report.measured[0].calibrations == ()
    assert report.measured[0].curve


def test_a_model_without_chances_has_no_calibration_and_no_curve(tables):
    report = evaluate(tables, cuts=[CUT], models=[TimedModel(Popularity())], options=few())

    assert (report.measured[0].calibrations, report.measured[0].curve) == ((), ())


def test_the_curve_holds_every_regular_pair_of_every_week(tables):
    curve = evaluate(tables, cuts=[CUT], models=[Habit()], options=few()).measured[0].curve

    assert sum(step.pairs for step in curve) > 0
    assert all(0 <= step.rate <= 1 and 0 <= step.expected <= 1 for step in curve if step.pairs)


def test_ablations_are_compared_with_the_subject_and_are_no_rivals(tables):
    models = [Habit(), Habit("shike without brand", factor=2), TimedModel(Popularity())]
    options = EvaluationOptions(with_timing=False, without=("brand",), bootstrap_samples=50)

    report = evaluate(tables, cuts=[CUT], models=models, options=options)

    assert report.ablations == ("shike without brand",)
    # The same order of needs, so nothing is lost; and not a rival, though it is the best other.
    assert {loss.difference.value for loss in report.losses()} == {0}
    assert {lead.other for lead in report.comparisons()} <= {
        "popularity",
        "popularity + suppression",
    }


def test_the_slots_shown_are_the_subject_s_beside_personal_frequency(tables):
    models = [TimedModel(Popularity()), TimedModel(PersonalFrequency())]

    found = evaluate(tables, cuts=[CUT], models=models, options=few()).before_after

    assert found is not None
    assert len(found.before) == len(found.after) == 6
    without = evaluate(tables, cuts=[CUT], models=models[:1], options=few())
    assert without.before_after is None


def test_a_cut_outside_the_data_is_refused(tables):
    with pytest.raises(ContractError, match="choose another cut or a shorter horizon"):
        evaluate(tables, cuts=[date(2018, 1, 1)], models=[])


def test_no_cut_is_a_bug_of_the_caller(tables):
    with pytest.raises(ValueError, match="at least one day"):
        evaluate(tables, cuts=[], models=[])


def test_unknown_names_are_named(tables):
    report = evaluate(tables, cuts=[CUT], models=[TimedModel(Popularity())], options=few())

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
        as_json(
            evaluate(
                t, cuts=[CUT], models=[TimedModel(DecayedFrequency(tau_days=60))], options=options
            )
        )
        for t in (tables, shop(cropped, NEEDS))
    )

    assert whole == part
