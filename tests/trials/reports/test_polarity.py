import numpy as np
import pytest

from trials.reports.polarity import LexiconPolarity, PolarityModel, load_models
from trials.reports.training import PolarityOptions, train_polarity

TEXTS = ["great tea, love it", "awful tea, hate it", "lovely taste\nagain", "bad taste again"]


@pytest.fixture(scope="module")
def model():
    options = PolarityOptions(language="en", least_documents=1)
    return train_polarity(TEXTS, [1, 0, 1, 0], set(), options)


def test_a_model_read_back_scores_the_same(model, tmp_path):
    model.save(tmp_path / "deeper" / "en.npz")

    read = PolarityModel.load(tmp_path / "deeper" / "en.npz")

    assert read.vocabulary == model.vocabulary
    assert np.array_equal(read.report_chances(TEXTS), model.report_chances(TEXTS))
    assert np.array_equal(read.clause_chances(TEXTS), model.clause_chances(TEXTS))


def test_training_and_saving_twice_give_the_same_bytes(model, tmp_path):
    options = PolarityOptions(language="en", least_documents=1)
    again = train_polarity(TEXTS, [1, 0, 1, 0], set(), options)

    model.save(tmp_path / "one.npz")
    again.save(tmp_path / "two.npz")

    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_a_file_of_another_format_is_refused(tmp_path):
    np.savez(tmp_path / "en.npz", about=np.frombuffer(b'{"format": 0}', dtype=np.uint8))

    with pytest.raises(ValueError, match="build the models again"):
        PolarityModel.load(tmp_path / "en.npz")


def test_a_pickle_is_never_executed(tmp_path):
    np.save(tmp_path / "en.npz", np.array([{"about": 1}], dtype=object), allow_pickle=True)
    (tmp_path / "en.npz.npy").rename(tmp_path / "en.npz")

    with pytest.raises(ValueError, match="pickle"):
        PolarityModel.load(tmp_path / "en.npz")


def test_the_lexicon_stands_in_for_a_missing_model_and_says_so(model, tmp_path):
    model.save(tmp_path / "en.npz")

    models = load_models(tmp_path)

    assert models.en.description.startswith("TF-IDF")
    assert isinstance(models.zh, LexiconPolarity)
    assert "nothing was learned" in models.zh.description
    assert "VADER" in LexiconPolarity("en").description


def test_the_lexicon_is_undecided_without_its_words():
    liked, disliked, unsure = LexiconPolarity("en").report_chances(["tasty", "stale", "a box"])

    assert liked > 0.5 > disliked
    assert unsure == 0.5


def test_no_texts_give_no_chances(model):
    assert model.report_chances([]).shape == (0,)
    assert LexiconPolarity("zh").clause_chances([]).shape == (0,)
