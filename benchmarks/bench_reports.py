"""How well and how fast trial reports are read. ``python benchmarks/bench_reports.py``.

Accuracy is measured on texts no model was trained on; aspects and suggestions on the hand-labelled
development sets, on which their rules were written, so that fresh text will score lower. Speed is
given beside plain TF-IDF (scikit-learn, the same texts, the same run): trust the ratio.
"""

import datetime as dt
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pyarrow as pa
from sklearn.feature_extraction.text import TfidfVectorizer

from infra.sources.review_texts import Reviews, chinese_reviews, english_reviews
from quality.tables.inputs import ITEMS, REPORTS
from trials.reports.clause_polarity import clause_polarities, sign_of
from trials.reports.copies import Likeness, copied_from
from trials.reports.normalising import normalise
from trials.reports.ontology import ontology_for
from trials.reports.polarity import LexiconPolarity, PolarityModels
from trials.reports.stage import ReviewOptions, review
from trials.reports.suggestions import is_suggestion
from trials.reports.training import PolarityOptions, train_polarity

ROOT = Path(__file__).parents[1]
LABELS = ROOT / "tests" / "trials" / "reports" / "labels"
CATEGORIES = {"zh": "electronics/laptop", "en": "food/tea"}
THANKS = {"zh": "感谢商家给我这次试用机会。", "en": "Thanks to the shop for this chance. "}
BINS = 10
EVEN = 0.5
LONG_ENOUGH = 40


def main() -> None:
    """Print both tables."""
    corpora = {"zh": chinese_reviews(), "en": english_reviews(ROOT / "build" / "cache")}
    started = time.process_time()
    models = PolarityModels(**{name: trained(reviews) for name, reviews in corpora.items()})
    print(f"training: {time.process_time() - started:.1f} CPU-s")
    print(f"\n{'accuracy':<44}{'zh':>8}{'en':>8}")
    columns = [accuracy(reviews, models) for reviews in corpora.values()]
    for name, zh, en in zip(columns[0], columns[0].values(), columns[1].values(), strict=True):
        print(f"{name:<44}{zh:>8.3f}{en:>8.3f}")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    speed(corpora, models, count)


def trained(reviews: Reviews):  # noqa: ANN201 - the model's type is said once, in training
    """Train on everything that is not held out."""
    options = PolarityOptions(language=reviews.language)
    return train_polarity(reviews.texts, reviews.labels, reviews.held_out, options)


def accuracy(reviews: Reviews, models: PolarityModels) -> dict[str, float]:
    """Return every figure of one language, by name."""
    held_out = reviews.held_out_texts().values()
    texts = [normalise(text).text for text, _ in held_out]
    labels = np.array([label for _, label in held_out])
    chances = getattr(models, reviews.language).report_chances(texts)
    lexicon = LexiconPolarity(reviews.language).report_chances(texts)
    return {
        "polarity, held-out": ((chances > EVEN) == labels).mean(),
        "  calibration error (ECE, 10 bins)": calibration_error(chances, labels),
        "  the lexicon alone": ((lexicon > EVEN) == labels).mean(),
        **clause_accuracy(reviews.language, models),
        "aspect F1, development labels": aspect_f1(reviews.language),
        **suggestion_accuracy(reviews.language),
        **copies(reviews),
    }


def calibration_error(chances: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean gap between a bin's mean chance and its share of positives."""
    bins = np.minimum((chances * BINS).astype(int), BINS - 1)
    gaps = [
        abs(chances[bins == one].mean() - labels[bins == one].mean()) * (bins == one).mean()
        for one in np.unique(bins)
    ]
    return float(sum(gaps))


def clause_accuracy(language: str, models: PolarityModels) -> dict[str, float]:
    """Return clause polarity with the star known, on all clauses and on dissenting ones."""
    signs, stars, clauses = [], [], []
    for row in labelled(f"clauses_{language}"):
        found = {each["polarity"] for each in row["aspects"]}
        if len(found) == 1 and found != {"neu"}:
            signs.append(1 if found == {"pos"} else -1)
            stars.append(5.0 if row["doc_y"] else 2.0)
            clauses.append(normalise(row["clause"]).text)
    options = ReviewOptions(neutral_band=0.0)
    odds = clause_polarities(clauses, np.array(stars), models, options)
    right = sign_of(odds, options) == np.array(signs)
    by_star = np.sign(np.array(stars) - 3) == np.array(signs)
    return {
        "clause polarity, development labels": right.mean(),
        "  the star alone": by_star.mean(),
        "  where the clause dissents from the star": right[~by_star].mean(),
    }


def aspect_f1(language: str) -> float:
    """Return micro F1; an also-accepted aspect is no error and may stand for the wanted one."""
    right = wrong = missed = 0
    ontology = ontology_for(CATEGORIES[language])
    for row in labelled(f"clauses_{language}"):
        given = {one.aspect for one in ontology.mentions(normalise(row["clause"]).text)}
        wanted = {each["aspect"] for each in row["aspects"]}
        accepted = (given & set(row["alt_aspects"])) - wanted
        instead = min(len(accepted), len(wanted - given))
        right += len(given & wanted) + instead
        wrong += len(given - wanted - accepted)
        missed += len(wanted - given) - instead
    return 2 * right / (2 * right + wrong + missed)


def suggestion_accuracy(language: str) -> dict[str, float]:
    """Return precision and recall of suggestions."""
    rows = labelled(f"suggestions_{language}")
    given = {row["id"] for row in rows if is_suggestion(normalise(row["text"]).text, language)}
    wanted = {row["id"] for row in rows if row["label"] == "improve"}
    return {
        "suggestion precision, development labels": len(given & wanted) / len(given),
        "suggestion recall, development labels": len(given & wanted) / len(wanted),
    }


def copies(reviews: Reviews) -> dict[str, float]:
    """Return recall on planted copies of held-out texts, and the share of others flagged."""
    options = ReviewOptions()
    likeness = Likeness(
        least_characters=options.copy_least_characters,
        jaccard=options.copy_jaccard,
        containment=options.copy_containment,
        boilerplate_share=options.boilerplate_share,
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
    return {
        "copies with a phrase put in front, recall": (found[len(texts) :] >= 0).mean(),
        "half-copied, recall": (halved[len(texts) :] >= 0).mean(),
        "other reviews flagged as copies": (found[: len(texts)] >= 0).mean(),
    }


def speed(corpora: dict[str, Reviews], models: PolarityModels, count: int) -> None:
    """Print reports per CPU-second of the whole stage, beside TF-IDF alone."""
    print(f"\n{'speed, reports per CPU-second':<44}{'stage':>8}{'TF-IDF':>8}{'ratio':>8}")
    for language, reviews in corpora.items():
        texts = np.random.default_rng(1).choice(np.array(reviews.texts, dtype=object), count)
        analyzer = {"zh": ("char", (1, 3)), "en": ("word", (1, 2))}[language]
        vectoriser = TfidfVectorizer(analyzer=analyzer[0], ngram_range=analyzer[1])
        vectoriser.fit(texts[:1000])
        started = time.process_time()
        vectoriser.transform(texts)
        plain = count / (time.process_time() - started)
        tables = report_tables(texts.tolist(), language)
        started = time.process_time()
        review(tables, as_of=dt.date(2017, 12, 4), options=ReviewOptions(), models=models)
        stage = count / (time.process_time() - started)
        print(f"  {language:<42}{stage:>8.0f}{plain:>8.0f}{stage / plain:>8.2f}")


def report_tables(texts: list[str], language: str) -> dict[str, pa.Table]:
    """Return the texts as reports on a hundred items."""
    rows = [
        {
            "report_id": f"r{place}",
            "item_id": f"item-{place % 100}",
            "user_id": f"user-{place}",
            "submitted_at": dt.datetime(2017, 9, 1, tzinfo=dt.UTC),
            "rating": float(1 + place % 5),
            "text": text,
        }
        for place, text in enumerate(texts)
    ]
    items = [
        {
            "item_id": f"item-{number}",
            "merchant_id": "seller",
            "name": "item",
            "category": CATEGORIES[language],
        }
        for number in range(100)
    ]
    return {
        "reports": pa.Table.from_pylist(rows, schema=REPORTS.schema),
        "items": pa.Table.from_pylist(items, schema=ITEMS.schema),
    }


def labelled(name: str) -> list[dict]:
    """Read a development set."""
    lines = (LABELS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


if __name__ == "__main__":
    main()
