"""Our own labels: each refers to a text that may be trained on, and quotes it verbatim."""

import pytest

from infra.sources.labelled_clauses import labelled_clauses
from quality.text_keys import text_key
from trials.reports.ontology import ontology_for

PARTS = ("development", "final")
PRAISE_OR_BLAME = {
    "zh": ("final", "fresh", "unseen"),
    "en": ("final", "newer_final", "fresh", "unseen"),
}
CATEGORIES = {"zh": "electronics", "en": "food"}


@pytest.mark.real_data
@pytest.mark.xdist_group("trained")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_label_quotes_a_text_that_is_not_held_out(corpora, labelled, language):
    reviews = corpora[language]
    texts = {text_key(text): text for text in reviews.texts}

    names = [
        *(f"training_clauses_{language}_{part}" for part in PARTS),
        *(f"training_polarity_{language}_{part}" for part in PRAISE_OR_BLAME[language]),
    ]
    for name in names:
        for row in labelled(name):
            assert texts[row["key"]][row["start"] : row["end"]] == row["clause"]
            assert row["key"] not in reviews.held_out


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_report_is_in_both_parts_and_every_aspect_exists(labelled, language):
    rows = {part: labelled(f"training_clauses_{language}_{part}") for part in PARTS}
    known = set(ontology_for(CATEGORIES[language]).names)

    keys = [{row["key"] for row in own} for own in rows.values()]
    assert not keys[0] & keys[1]
    for row in [*rows["development"], *rows["final"]]:
        named = [*(one["aspect"] for one in row["aspects"]), *row["alt_aspects"]]
        assert set(named) <= known, row["clause"]
        assert {one["polarity"] for one in row["aspects"]} <= {"pos", "neg", "neu"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_labels_of_praise_and_blame_are_of_other_reports(labelled, language):
    parts = [f"training_polarity_{language}_{part}" for part in PRAISE_OR_BLAME[language]]
    of_aspects = [f"training_clauses_{language}_{part}" for part in PARTS]

    keys = [{row["key"] for row in labelled(name)} for name in parts]
    keys.append({row["key"] for name in of_aspects for row in labelled(name)})
    assert sum(map(len, keys)) == len(set.union(*keys))
    for name in parts:
        assert {row["polarity"] for row in labelled(name)} == {"pos", "neg", "none"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_report_whose_labels_measure_has_labels_that_teach(labelled, language):
    measuring = (
        f"training_clauses_{language}_final",
        *(f"training_polarity_{language}_{part}" for part in PRAISE_OR_BLAME[language]),
    )
    teaching = {clause.report for clause in labelled_clauses(language)}

    assert not teaching & {row["key"] for name in measuring for row in labelled(name)}
