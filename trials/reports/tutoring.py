"""Where a shop's own stars are too few to learn from: a student of a teacher, held to those stars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from trials.reports.comparing import judged, said
from trials.reports.options import TrainingOptions
from trials.reports.own_texts import PARTS, OwnText, ReportText
from trials.reports.polarity import Polarity, PolarityModel, PolarityModels
from trials.reports.retraining import Comparison, Learned, Teaching, retrain
from trials.reports.sentence_embeddings import Embedder
from trials.reports.teacher import Teacher, lessons_of
from trials.reports.training import PolarityOptions, train_on, trainable

_NO_STARS = -1
_TOO_FEW = "too_few"


@dataclass(frozen=True)
class Tutor:
    """What labels reports whose stars tell nothing."""

    embedder: Embedder
    doubtful: Sequence[ReportText]
    """Those reports, as :func:`~trials.reports.own_texts.doubtful_texts` returns them."""


class _Pupils(NamedTuple):
    """Texts of one language, no two alike."""

    starred: list[OwnText]
    others: list[ReportText]

    def are_enough(self, options: TrainingOptions) -> bool:
        """Whether they can be learned from, and models compared on them."""
        texts: list[ReportText] = [*self.starred, *self.others]
        return (
            bool(self.others)
            and sum(not one.is_held_back for one in texts) >= options.least_own
            and len(self.starred) >= options.least_compared
        )


def retrain_tutored(
    own: Sequence[OwnText],
    packaged: Mapping[str, Teaching],
    current: PolarityModels,
    options: TrainingOptions,
    tutor: Tutor,
) -> tuple[dict[str, Learned], list[Comparison]]:
    """Train as :func:`~trials.reports.retraining.retrain` does, and where that cannot, with a teacher.

    A language whose stars are too few for it gets a student: a model that learned from the
    teacher's labels of reports without clear stars, and from the stars there are. Its comparison
    spares no fifth for good, but goes round: five students, each judged on the fifth of the starred
    texts that it did not learn from, against the model in use. The first of them, which knows
    nothing of the fifth that is always held back, is the one that may replace it.

    Args:
        own: The shop's reports with clear stars.
        packaged: Packaged texts by language; the teacher learns from all of them.
        current: The models in use.
        options: How.
        tutor: What labels reports without clear stars.

    Returns:
        The models that replace others, by language, and what became of each language.
    """
    replacing, found = retrain(own, packaged, current, options)
    comparisons = {each.language: each for each in found}
    lessons = lessons_of(packaged, options.teacher_lessons)
    too_few = [language for language, each in comparisons.items() if each.verdict == _TOO_FEW]
    pupils = {
        language: _pupils(
            own, tutor.doubtful, packaged.get(language, Teaching()), language, options
        )
        for language in too_few
    }
    waiting = [language for language in too_few if pupils[language].are_enough(options)]
    if waiting and len(set(lessons.labels.tolist())) == 2:  # noqa: PLR2004 - praise and blame
        teacher = Teacher.of(lessons, tutor.embedder)
        for language in waiting:
            used = {"zh": current.zh, "en": current.en}[language]
            taught = packaged.get(language, Teaching())
            students = _students(pupils[language], teacher, used.language, taught)
            if not students:
                continue
            comparisons[language] = _compared(pupils[language], students, used, options)
            if comparisons[language].verdict == "replaced":
                replacing[language] = _learned(pupils[language], students[0], tutor.embedder)
    return replacing, list(comparisons.values())


def _pupils(
    own: Sequence[OwnText],
    doubtful: Sequence[ReportText],
    packaged: Teaching,
    language: str,
    options: TrainingOptions,
) -> _Pupils:
    starred = [one for one in own if one.language == language]
    others = sorted((one for one in doubtful if one.language == language), key=lambda one: one.key)
    others = others[: options.teacher_texts]
    places = trainable(
        [one.text for one in (*starred, *others)],
        [*(one.label for one in starred), *(_NO_STARS for _ in others)],
        packaged.held_out,
        PolarityOptions(language=language),
    )
    first = len(starred)
    return _Pupils(
        [starred[at] for at in places if at < first],
        [others[at - first] for at in places if at >= first],
    )


def _students(
    pupils: _Pupils, teacher: Teacher, language: str, packaged: Teaching
) -> list[PolarityModel]:
    """Return a student per fifth, none of whose texts it has seen; none if a label is too rare."""
    labels = teacher.labels([one.text for one in pupils.others])
    texts: list[ReportText] = [*pupils.starred, *pupils.others]
    targets = np.array([*(one.label for one in pupils.starred), *labels], dtype=np.int64)
    parts = np.array([one.part for one in texts])
    seen = [np.flatnonzero(parts != part) for part in range(PARTS)]
    if min(np.bincount(targets[own], minlength=2).min() for own in seen) < 2:  # noqa: PLR2004 - one to learn, one to check
        return []
    how = PolarityOptions(language=language)
    return [
        train_on(
            [texts[at].text for at in own],
            targets[own],
            how,
            packaged.valences,
            rated=packaged.rated,
        )
        for own in seen
    ]


def _compared(
    pupils: _Pupils, students: Sequence[Polarity], used: Polarity, options: TrainingOptions
) -> Comparison:
    """Judge each student on the starred texts of its fifth, and the model in use on all of them."""
    by_part = [[one for one in pupils.starred if one.part == part] for part in range(PARTS)]
    pairs = [(model, texts) for model, texts in zip(students, by_part, strict=True) if texts]
    starred = [one for _, texts in pairs for one in texts]
    after = np.concatenate([said(model, texts) for model, texts in pairs])
    labels = np.array([one.label for one in starred], dtype=np.int64)
    return Comparison(
        language=used.language,
        own=sum(not one.is_held_back for one in pupils.starred),
        packaged=0,
        compared=len(starred),
        tutored=sum(not one.is_held_back for one in pupils.others),
        **judged(labels, said(used, starred), after, options),
    )


def _learned(pupils: _Pupils, student: PolarityModel, embedder: Embedder) -> Learned:
    taught = [one for one in pupils.others if not one.is_held_back]
    told = f"{student.description}, {len(taught)} of them labelled by a teacher ({embedder.name})"
    authors = {one.user_id for one in (*pupils.starred, *taught) if not one.is_held_back}
    return Learned(replace(student, description=told), frozenset(authors))
