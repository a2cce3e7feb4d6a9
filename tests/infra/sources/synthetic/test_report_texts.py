import numpy as np
import pytest

from infra.sources.synthetic.report_texts import _phrases, aspect_names, write_texts

REPORTS = 4_000


def write(family, language, fault, rate, seed=0):
    each = np.ones(REPORTS, np.int64)
    return write_texts(
        each * family,
        each * language,
        each * fault,
        each * float(rate),
        np.random.default_rng(seed),
    )


def wordings(family, aspect, language, polarity):
    names = ("food", "electronics")
    return _phrases()["families"][names[family]][aspect][("zh", "en")[language]][polarity]


@pytest.mark.parametrize("family", [0, 1])
@pytest.mark.parametrize("language", [0, 1])
@pytest.mark.parametrize("fault", range(5))
def test_the_planted_fault_is_complained_about_at_its_rate(family, language, fault):
    written = write(family, language, fault, 0.35)
    complaints = (written.is_mentioned & ~written.is_good).mean(axis=0)

    assert complaints[fault] == pytest.approx(0.35, abs=0.03)
    assert (np.delete(complaints, fault) < 0.1).all()


@pytest.mark.parametrize(("family", "language"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_text_says_what_the_truth_says_and_nothing_else(family, language):
    written = write(family, language, 2, 0.5)
    texts = [text.lower() for text in written.text.to_pylist()]
    for place, aspect in enumerate(aspect_names(family)):
        for polarity, is_good in (("good", True), ("bad", False)):
            said = [
                any(
                    words.strip().lower() in text
                    for words in wordings(family, aspect, language, polarity)
                )
                for text in texts
            ]
            told = written.is_mentioned[:, place] & (written.is_good[:, place] == is_good)
            assert said == told.tolist()


def test_a_complaint_costs_stars():
    written = write(0, 1, 1, 0.5)
    complains = written.is_mentioned[:, 1] & ~written.is_good[:, 1]

    assert set(written.rating) <= {1.0, 2.0, 3.0, 4.0, 5.0}
    assert written.rating[complains].mean() < written.rating[~complains].mean() - 1


def test_wording_varies():
    assert len(set(write(1, 0, 0, 0.35).text.to_pylist())) > 0.3 * REPORTS


def test_without_a_fault_no_aspect_stands_out():
    written = write(0, 0, -1, 0.35)

    assert ((written.is_mentioned & ~written.is_good).mean(axis=0) < 0.1).all()
