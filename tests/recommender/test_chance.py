import numpy as np
import pytest

from recommender.chance import fit_chance


def _sample(rows=4000):
    rng = np.random.default_rng(11)
    features = rng.normal(size=(rows, 3)).astype(np.float32)
    chance = 1 / (1 + np.exp(1.0 - features[:, 0] - features[:, 1] * features[:, 2]))
    return features, (rng.random(rows) < chance).astype(float), chance


def test_chances_are_calibrated_and_products_are_learned():
    features, outcomes, chance = _sample()

    fitted = fit_chance(features, outcomes, crossed=(1, 2))

    predicted = fitted.of(features)
    assert predicted.mean() == pytest.approx(outcomes.mean(), abs=1e-3)
    assert np.abs(predicted - chance).mean() < 0.03


def test_without_products_an_interaction_is_missed():
    features, outcomes, chance = _sample()

    predicted = fit_chance(features, outcomes, crossed=()).of(features)

    assert np.abs(predicted - chance).mean() > 0.1


def test_too_few_outcomes_of_either_kind_teach_nothing():
    features, _, _ = _sample()

    assert fit_chance(features, np.zeros(len(features)), crossed=()) is None
    assert fit_chance(features, np.ones(len(features)), crossed=()) is None


def test_a_feature_that_never_varies_is_harmless():
    features, outcomes, _ = _sample()
    features[:, 2] = 3.0

    assert np.isfinite(fit_chance(features, outcomes, crossed=(1, 2)).of(features)).all()
