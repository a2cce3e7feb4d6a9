"""Learn polarity anew from the shop's own stars, and replace a model only by one that is no worse."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from trials.reports.comparing import compare, macro_f1
from trials.reports.options import TrainingOptions
from trials.reports.own_texts import OwnText, compared
from trials.reports.polarity import Polarity, PolarityModel, PolarityModels
from trials.reports.training import PolarityOptions, Rated, train_on, trainable

_ASKED = 1
"""The fifth of the own texts that tells whether packaged texts teach beside them."""


class Teaching(NamedTuple):
    """Packaged texts of one language, and what is known of its words."""

    texts: Sequence[str] = ()
    labels: Sequence[int] = ()
    held_out: AbstractSet[str] = frozenset()
    """Keys of texts that must never be trained on."""
    valences: Mapping[str, float] = MappingProxyType({})
    """A lexicon of words, greater than 0 for praise."""
    rated: Rated = ()
    """Sentences that people rated; they teach words and clauses, whether or not the texts teach."""


class _Text(NamedTuple):
    """A packaged text to learn from."""

    text: str
    label: int


@dataclass(frozen=True)
class Learned:
    """A new model, and whose reports it learned from."""

    model: PolarityModel
    authors: frozenset[str]


@dataclass(frozen=True)
class Comparison:
    """What became of the model of one language; figures are None where nothing was compared."""

    language: str
    verdict: str
    """replaced, worse, cannot_tell, or too_few to learn from or to compare on."""
    own: int
    """Own reports learned from, or to be learned from where there were too few."""
    packaged: int
    """Packaged texts learned from beside them; none where they teach worse than nothing."""
    compared: int
    """Own reports, never learned from, on which the two models were compared."""
    accuracy_before: float | None = None
    accuracy_after: float | None = None
    macro_f1_before: float | None = None
    macro_f1_after: float | None = None
    difference: float | None = None
    """Macro-F1 after minus before."""
    low: float | None = None
    high: float | None = None
    """95 % interval of the difference."""
    tutored: int = 0
    """Own reports learned from whose label a teacher gave; ``own`` counts those with stars."""


def retrain(
    own: Sequence[OwnText],
    packaged: Mapping[str, Teaching],
    current: PolarityModels,
    options: TrainingOptions,
) -> tuple[dict[str, Learned], list[Comparison]]:
    """Train a model a language and compare it with the one in use on own reports held back.

    A fifth of the own texts, chosen by the text alone, is learned from by no training at all, so
    that neither model has seen what they are compared on. The new model replaces the other if its
    macro-F1 is at least as high and the 95 % interval of the difference, a paired bootstrap over
    texts, lies above ``-margin``. Whether packaged texts teach beside the shop's own is decided
    before, within what is learned from.

    Args:
        own: The shop's reports, as :func:`~trials.reports.own_texts.own_texts` returns them.
        packaged: Packaged texts by language.
        current: The models in use.
        options: How.

    Returns:
        The models that replace others, by language, and what became of each language.
    """
    found = {
        language: _retrained(
            [one for one in own if one.language == language],
            packaged.get(language, Teaching()),
            used,
            options,
        )
        for language, used in (("zh", current.zh), ("en", current.en))
    }
    replacing = {language: learned for language, (learned, _) in found.items() if learned}
    return replacing, [comparison for _, comparison in found.values()]


def _retrained(
    own: Sequence[OwnText], packaged: Teaching, used: Polarity, options: TrainingOptions
) -> tuple[Learned | None, Comparison]:
    """Return the model of one language if it replaces the one in use, and why or why not."""
    how = PolarityOptions(language=used.language)
    testing = compared(own, how.least_characters)
    teaching = [one for one in own if not one.is_held_back]
    seen = Comparison(used.language, "too_few", len(teaching), 0, compared=len(testing))
    if len(teaching) < options.least_own or len(testing) < options.least_compared:
        return None, seen
    kept, beside = _chosen(own, packaged, how)
    if len(kept) < options.least_own or not (_both(kept) and _both(testing)):
        return None, replace(seen, own=len(kept))
    beside = _beside(kept, beside, how, packaged)
    model = _taught(kept, beside, how, packaged)
    told = f"{model.description}, {len(kept)} of them the shop's own reports"
    learned = Learned(replace(model, description=told), frozenset(one.user_id for one in kept))
    figures = compare(testing, used, model, options)
    result = replace(seen, own=len(kept), packaged=len(beside), **figures)
    return (learned if result.verdict == "replaced" else None), result


def _beside(
    own: Sequence[OwnText],
    texts: Sequence[_Text],
    how: PolarityOptions,
    packaged: Teaching,
) -> Sequence[_Text]:
    """Return the packaged texts, or none where they teach a shop worse than its own reports alone.

    Which it is shows on another fifth of the own reports: what a shop sells may be spoken of
    otherwise, and what counts as praise may have been drawn elsewhere.
    """
    asked = [one for one in own if one.part == _ASKED]
    rest = [one for one in own if one.part != _ASKED]
    if not texts or not (_both(asked) and _both(rest)):
        return texts
    with_them, without = (
        macro_f1(_taught(rest, each, how, packaged), asked) for each in (texts, ())
    )
    return texts if with_them >= without else ()


def _taught(
    own: Sequence[OwnText],
    beside: Sequence[_Text],
    how: PolarityOptions,
    packaged: Teaching,
) -> PolarityModel:
    texts = [*(_Text(one.text, one.label) for one in own), *beside]
    labels = np.array([each.label for each in texts], dtype=np.int64)
    return train_on(
        [each.text for each in texts],
        labels,
        how,
        packaged.valences,
        judging=len(own),
        rated=packaged.rated,
    )


def _chosen(
    own: Sequence[OwnText], packaged: Teaching, how: PolarityOptions
) -> tuple[list[OwnText], Sequence[_Text]]:
    """Return the own texts and the packaged ones that may be learned from."""
    held_back = {one.key for one in own if one.is_held_back}
    places = trainable(
        [*(one.text for one in own), *packaged.texts],
        [*(one.label for one in own), *packaged.labels],
        held_back | packaged.held_out,
        how,
    )
    first = len(own)
    return (
        [own[at] for at in places if at < first],
        [
            _Text(packaged.texts[at - first], packaged.labels[at - first])
            for at in places
            if at >= first
        ],
    )


def _both(texts: Sequence[OwnText]) -> bool:
    """Whether at least two praise and two blame: one to learn from, one to check."""
    praising = sum(one.label for one in texts)
    return min(praising, len(texts) - praising) >= 2  # noqa: PLR2004 - as said above
