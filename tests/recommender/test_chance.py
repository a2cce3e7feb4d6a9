import numpy as np
import pytest

from recommender.chance import Design, chances_of_each, fit_chance

PLAIN = Design(linear=(0, 1, 2), crossed=())
CROSSED = Design(linear=(0, 1, 2), crossed=(1, 2))


def _sample(rows=4000):
    rng = np.random.default_rng(11)
    features = rng.normal(size=(rows, 3)).astype(np.float32)
    chance = 1 / (1 + np.exp(1.0 - features[:, 0] - features[:, 1] * features[:, 2]))
    return features, (rng.random(rows) < chance).astype(float), chance


def test_chances_are_calibrated_and_products_are_learned():
    features, outcomes, chance = _sample()

    fitted = fit_chance(features, outcomes, CROSSED)

    predicted = fitted.of(features)
    assert predicted.mean() == pytest.approx(outcomes.mean(), abs=1e-3)
    assert np.abs(predicted - chance).mean() < 0.03


def test_without_products_an_interaction_is_missed():
    features, outcomes, chance = _sample()

    predicted = fit_chance(features, outcomes, PLAIN).of(features)

    assert np.abs(predicted - chance).mean() > 0.1


def test_too_few_outcomes_of_either_kind_teach_nothing():
    features, _, _ = _sample()

    assert fit_chance(features, np.zeros(len(features)), PLAIN) is None
    assert fit_chance(features, np.ones(len(features)), PLAIN) is None


def test_a_feature_that_never_varies_is_harmless():
    features, outcomes, _ = _sample()
    features[:, 2] = 3.0

    assert np.isfinite(fit_chance(features, outcomes, CROSSED).of(features)).all()


def _bent(rows):
    """Half of the outcomes are 1, those where the only feature is far from 0 being likelier."""
    rng = np.random.default_rng(12)
    features = rng.normal(size=(rows, 1)).astype(np.float32)
    chance = np.where(np.abs(features[:, 0]) > 0.6745, 0.8, 0.2)
    return features, (rng.random(rows) < chance).astype(float), chance


def test_trees_learn_what_no_line_can_say():
    features, outcomes, chance = _bent(12_000)
    line = Design(linear=(0,), crossed=())

    plain = fit_chance(features, outcomes, line)
    boosted = fit_chance(features, outcomes, line, boosted=True)

    assert plain.trees is None
    assert np.abs(plain.of(features) - chance).mean() > 0.25
    assert np.abs(boosted.of(features) - chance).mean() < 0.05


def test_trees_wait_for_enough_outcomes_of_either_kind():
    features, outcomes, _ = _bent(12_000)
    outcomes[np.flatnonzero(outcomes)[4999:]] = 0

    assert fit_chance(features, outcomes, Design((0,), ()), boosted=True).trees is None


def test_columns_outside_the_regression_are_left_to_the_trees():
    features, outcomes, _ = _sample()
    other = features.copy()
    other[:, 2] = 0.0

    fitted = fit_chance(features, outcomes, Design(linear=(0, 1), crossed=()))

    assert fitted.of(other).tolist() == fitted.of(features).tolist()


def test_regressions_asked_together_answer_as_each_alone():
    """Two of the same rows, one of others, and one with trees."""
    features, outcomes, _ = _sample(20_000)
    fitted = [
        fit_chance(features, outcomes, CROSSED),
        fit_chance(features, 1 - outcomes, CROSSED, boosted=True),
        fit_chance(features[:6000], outcomes[:6000], CROSSED),
    ]

    together = chances_of_each(fitted, features)

    assert fitted[1].trees is not None
    assert fitted[0].looks_like(fitted[1])
    assert not fitted[1].looks_like(fitted[2])
    for chance, found in zip(fitted, together, strict=True):
        assert found.tobytes() == chance.of(features).tobytes()


def test_without_trees_both_answers_are_the_same():
    features, outcomes, _ = _sample()

    with_trees, without = fit_chance(features, outcomes, PLAIN).with_and_without_trees(features)

    assert with_trees.tolist() == without.tolist()
