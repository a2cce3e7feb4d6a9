"""Accuracy on texts and labels no model was trained on; the bounds lie a little under what it is."""

import numpy as np
import pytest

from trials.reports.clause_polarity import clause_polarities, sign_of
from trials.reports.normalising import normalise
from trials.reports.options import ReviewOptions

pytestmark = [pytest.mark.real_data, pytest.mark.xdist_group("trained")]


@pytest.mark.parametrize(("language", "least"), [("zh", 0.88), ("en", 0.82)])
def test_reports_of_the_held_out_set_are_told_apart(corpora, trained, language, least):
    held_out = corpora[language].held_out_texts().values()
    model = getattr(trained, language)

    chances = model.report_chances([normalise(text).text for text, _ in held_out])

    labels = np.array([label for _, label in held_out])
    assert len(labels) > 1_000
    assert ((chances > 0.5) == labels).mean() >= least
    assert calibration_error(chances, labels) <= 0.05


@pytest.mark.parametrize(
    ("language", "least", "least_dissenting"), [("zh", 0.96, 0.75), ("en", 0.94, 0.75)]
)
def test_clauses_are_told_apart_even_where_they_dissent_from_the_stars(
    labelled, trained, language, least, least_dissenting
):
    rows = [row for row in labelled(f"clauses_{language}") if _sign(row)]
    signs = np.array([_sign(row) for row in rows])
    stars = np.array([5.0 if row["doc_y"] else 2.0 for row in rows])
    options = ReviewOptions(neutral_band=0.0)

    clauses = [normalise(row["clause"]).text for row in rows]
    right = sign_of(clause_polarities(clauses, stars, trained, options), options) == signs

    assert right.mean() >= least
    assert right[signs != np.sign(stars - 3)].mean() >= least_dissenting


def calibration_error(chances, labels):
    """Mean gap, over ten bins, between the chance given and the share that came true."""
    bins = np.minimum((chances * 10).astype(int), 9)
    gaps = {one: abs(chances[bins == one].mean() - labels[bins == one].mean()) for one in set(bins)}
    return sum(gap * (bins == one).mean() for one, gap in gaps.items())


def _sign(row):
    """1 or -1 where all aspects of a clause agree, 0 where they do not or none is named."""
    found = {each["polarity"] for each in row["aspects"]}
    return {frozenset({"pos"}): 1, frozenset({"neg"}): -1}.get(frozenset(found), 0)
