"""Clauses of the packaged reviews whose praise and blame were labelled by hand, one by one.

A review's stars say little of one of its clauses: in English reviews of food every sixth clause
that praises or blames dissents from them. Only where a clause lies and what it says is kept here,
``labelled/{zh,en}.tsv``; its words are those of the review, which is not vendored. How the labels
were made: ``tests/trials/reports/labels/README.md``.
"""

from importlib import resources
from typing import Final, NamedTuple

from infra.sources.rated_sentences import RatedSentence
from infra.sources.review_texts import Reviews
from quality.text_keys import text_key

RATINGS: Final = {"praise": 4.0, "neither": 0.0, "blame": -4.0}
"""What a label is on the scale of rated sentences."""
COUNT: Final = 3
"""How often a labelled clause counts beside a rated sentence: it is of the same kind of goods.

Chosen by cross-validation over reports of the training texts; six times is as good.
"""

_RANDOM = "random"


class LabelledClause(NamedTuple):
    """A clause of a review and what it says."""

    report: str
    """Key (``quality.text_keys.text_key``) of the review."""
    start: int
    """Where the clause begins in the review as written."""
    end: int
    """Where it ends."""
    says: str
    """praise, blame, or neither, which is also said of both at once."""
    is_random: bool
    """Whether all clauses of its review were labelled, and the review drawn at random; if not, it
    was chosen because words and stars disagreed on it."""


def labelled_clauses(language: str) -> tuple[LabelledClause, ...]:
    """Return the labels of a language, zh or en, in the order in which they were made."""
    file = resources.files(__package__) / "labelled" / f"{language}.tsv"
    rows = (line.split("\t") for line in file.read_text(encoding="ascii").splitlines()[1:])
    return tuple(
        LabelledClause(report, int(start), int(end), says, drawn == _RANDOM)
        for report, start, end, says, drawn in rows
    )


def clause_lessons(reviews: Reviews) -> tuple[RatedSentence, ...]:
    """Return the labelled clauses of the reviews as sentences to learn from, in their order.

    One whose review is not there, in another edition of the package, is left out.
    """
    texts = {text_key(text): text for text in reviews.texts}
    lessons = tuple(
        RatedSentence(texts[clause.report][clause.start : clause.end], RATINGS[clause.says])
        for clause in labelled_clauses(reviews.language)
        if clause.report in texts and clause.report not in reviews.held_out
    )
    return COUNT * lessons
