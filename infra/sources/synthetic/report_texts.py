"""Report texts put together from clauses about aspects, so that every opinion in them is known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from infra.sources.synthetic.catalogue import ASPECTS
from infra.sources.synthetic.people import LANGUAGES

if TYPE_CHECKING:
    from infra.sources.synthetic.chance import Flags, Floats, Ints

FAMILIES = ("food", "electronics")
_POLARITIES = ("bad", "good")
_MENTION_SHARE = 0.35
_ORDINARY_BAD_SHARE = 0.08
_SILENT = 0
"""Place of the empty wording in the table of clauses."""


@dataclass(frozen=True)
class Written:
    """Reports as columns, one entry a report; aspects as (reports, ``ASPECTS``)."""

    text: pa.Array
    rating: Floats
    is_mentioned: Flags
    is_good: Flags


@cache
def aspect_names(family: int) -> tuple[str, ...]:
    """Return the names of a family's aspects."""
    return tuple(_phrases()["families"][FAMILIES[family]])


def write_texts(
    family: Ints,
    language: Ints,
    fault: Ints,
    fault_rate: Floats,
    rng: np.random.Generator,
) -> Written:
    """Write one report an entry.

    Args:
        family: Place in ``FAMILIES``.
        language: Place in ``LANGUAGES``.
        fault: The aspect at fault, -1 for none.
        fault_rate: Chance that the report complains about it.
        rng: Chance.

    Returns:
        The texts, stars that fall with the complaints, and what was said about which aspect.
    """
    shape = (len(family), ASPECTS)
    is_fault = np.arange(ASPECTS) == fault[:, None]
    complains = is_fault & (rng.random(shape) < fault_rate[:, None])
    is_mentioned = complains | (rng.random(shape) < _MENTION_SHARE)
    is_mentioned[~is_mentioned.any(axis=1), 0] = True
    is_bad = complains | (~is_fault & (rng.random(shape) < _ORDINARY_BAD_SHARE))
    complaints = (is_mentioned & is_bad).sum(axis=1)
    stars = 4.7 - 1.2 * complaints - 0.6 * complains.any(axis=1) + rng.normal(0, 0.5, len(family))
    clauses = _clause_places(family, language, is_mentioned, ~is_bad, rng)
    return Written(
        text=_join(clauses, language, rng),
        rating=np.clip(np.round(stars), 1, 5),
        is_mentioned=is_mentioned,
        is_good=~is_bad,
    )


def _clause_places(
    family: Ints, language: Ints, is_mentioned: Flags, is_good: Flags, rng: np.random.Generator
) -> Ints:
    """Choose a wording for each mentioned aspect and shuffle the clauses of each report."""
    starts, counts = _wordings()[1:]
    aspect = np.arange(ASPECTS)[None, :]
    cell = (family[:, None], aspect, language[:, None], is_good * 1)
    wording = np.floor(rng.random(is_mentioned.shape) * counts[cell]).astype(np.int64)
    places = np.where(is_mentioned, starts[cell] + wording, _SILENT)
    return rng.permuted(places, axis=1)


def _join(clauses: Ints, language: Ints, rng: np.random.Generator) -> pa.Array:
    texts = _wordings()[0]
    inside = pa.array(texts, pa.string())
    at_start = pa.array([text[:1].upper() + text[1:] for text in texts], pa.string())
    parts = [_choice("openings", language, rng)]
    for column in clauses.T:
        lead = _choice("leads", language, rng)
        clause = pc.if_else(
            pc.equal(lead, ""), at_start.take(pa.array(column)), inside.take(pa.array(column))
        )
        parts += [pc.if_else(pa.array(column != _SILENT), lead, ""), clause]
    return pc.utf8_trim_whitespace(pc.binary_join_element_wise(*parts, ""))


def _choice(what: str, language: Ints, rng: np.random.Generator) -> pa.Array:
    wordings = [_phrases()[what][name] for name in LANGUAGES]
    counts = np.array([len(those) for those in wordings])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    places = starts[language] + np.floor(rng.random(len(language)) * counts[language])
    flat = pa.array([text for those in wordings for text in those], pa.string())
    return flat.take(pa.array(places.astype(np.int64)))


@cache
def _wordings() -> tuple[tuple[str, ...], Ints, Ints]:
    """Return all clauses, and where those of (family, aspect, language, polarity) start."""
    texts = [""]
    shape = (len(FAMILIES), ASPECTS, len(LANGUAGES), len(_POLARITIES))
    starts, counts = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for place in np.ndindex(shape):
        family, aspect, language, polarity = place
        those = _phrases()["families"][FAMILIES[family]][aspect_names(family)[aspect]][
            LANGUAGES[language]
        ][_POLARITIES[polarity]]
        starts[place], counts[place] = len(texts), len(those)
        texts += those
    return tuple(texts), starts, counts


@cache
def _phrases() -> dict[str, Any]:
    text = files(__package__).joinpath("phrases.yaml").read_text(encoding="utf-8")
    phrases: dict[str, Any] = yaml.safe_load(text)
    return phrases
