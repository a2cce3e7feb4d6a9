"""Terms that customers use beside praise and blame and that no ontology knows: for a person to judge."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pyarrow as pa
import yaml

from quality.tables.outputs import PROPOSED_TERMS
from trials.reports.clauses import Clause, split_clauses
from trials.reports.language import language_of
from trials.reports.normalising import normalise
from trials.reports.ontology import OVERALL, ontology_for
from trials.reports.opinion_words import opinion_sign
from trials.reports.scoring import Row

_MOST_REPORTS = 500
"""The newest reports of a category that are looked at."""
_LONGEST = 5000
"""Characters of a report that are looked at."""
_LEAST_CUSTOMERS = 5
_LEAST_SCORE = 1.96
"""Standard errors: a person looks at each, so that some chance finds do no harm."""
_MOST_TERMS = 20
_PRIOR = 0.5
_CHINESE = re.compile(r"[一-鿿]{2,}")
_ENGLISH = re.compile(r"[a-z][a-z'-]{2,}")
_ZH_LENGTHS = (2, 3, 4)


@dataclass
class _Counts:
    """How often each phrase stands in clauses of one kind, and who says it."""

    phrases: Counter[str] = field(default_factory=Counter)
    clauses: int = 0
    users: dict[str, set[str]] = field(default_factory=dict)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)

    def add(self, clause: Clause, phrases: Iterable[str], user: str, report: str) -> None:
        self.clauses += 1
        for phrase in phrases:
            self.phrases[phrase] += 1
            self.users.setdefault(phrase, set()).add(user)
            self.places.setdefault(phrase, (report, clause.sentence_id))


def proposed_terms(rows: Sequence[Row]) -> pa.Table:
    """Return the rows of ``proposed_terms``: candidates for the ontologies, used for nothing here.

    Looked at are clauses that name no definite aspect: those that praise or blame against those that
    only tell. A phrase (2–4 Chinese characters, 1–2 English words, no function words, no praise or
    blame itself) is proposed if at least five customers judge with it and its log odds are higher
    there by 1.96 standard errors, with a uniform Dirichlet prior; a phrase inside a longer one that
    is said as often is left out.

    Args:
        rows: Reports with their item, ordered by time.

    Source:
        Monroe, Colaresi and Quinn, Political Analysis 16 (2008) 372–403, eqs 15–22; nesting after
        Frantzi, Ananiadou and Mima, Int. J. Digital Libraries 3 (2000) 115–130.
    """
    by_category: dict[str, list[Row]] = {}
    for row in rows:
        by_category.setdefault(row["item"]["category"], []).append(row)
    found = [
        proposal
        for category, own in sorted(by_category.items())
        for proposal in _of_category(category, own[-_MOST_REPORTS:])
    ]
    return PROPOSED_TERMS.conform(pa.Table.from_pylist(found, schema=PROPOSED_TERMS.schema))


def _of_category(category: str, rows: Sequence[Row]) -> Iterator[Row]:
    ontology = ontology_for(category)
    counts = {
        (language, kind): _Counts() for language in ("zh", "en") for kind in ("judging", "telling")
    }
    for row in rows:
        for clause in split_clauses(normalise(row["text"][:_LONGEST])):
            language = language_of(clause.text)
            if any(mention.aspect != OVERALL for mention in ontology.mentions(clause.text)):
                continue
            kind = "judging" if opinion_sign(clause.text, language) else "telling"
            phrases = _phrases(clause.text, language)
            counts[language, kind].add(clause, phrases, row["user_id"], row["report_id"])
    for language in ("zh", "en"):
        target, rest = counts[language, "judging"], counts[language, "telling"]
        for phrase, score in _characteristic(target, rest, language):
            report_id, sentence_id = target.places[phrase]
            yield {
                "category": category,
                "language": language,
                "term": phrase,
                "customers": len(target.users[phrase]),
                "score": round(score, 4),
                "report_id": report_id,
                "sentence_id": sentence_id,
            }


def _characteristic(target: _Counts, rest: _Counts, language: str) -> list[tuple[str, float]]:
    """Return the phrases said more often in the target, the surest first."""
    often = {
        it
        for it, users in target.users.items()
        if len(users) >= _LEAST_CUSTOMERS and not opinion_sign(it, language)
    }
    whole = [it for it in often if not _is_nested(it, often, target.phrases)]
    scores = {
        it: _log_odds(target.phrases[it], target.clauses, rest.phrases[it], rest.clauses)
        for it in whole
    }
    sure = sorted(
        (it for it in scores if scores[it] >= _LEAST_SCORE), key=lambda it: (-scores[it], it)
    )
    return [(it, scores[it]) for it in sure[:_MOST_TERMS]]


def _is_nested(phrase: str, often: Iterable[str], counts: Counter[str]) -> bool:
    """Whether a longer phrase holds this one nearly every time it is said."""
    return any(
        phrase in longer and phrase != longer and counts[longer] >= 0.8 * counts[phrase]
        for longer in often
    )


def _log_odds(here: int, clauses_here: int, there: int, clauses_there: int) -> float:
    """Difference of log odds in standard errors."""
    yes, no = here + _PRIOR, clauses_here - here + _PRIOR
    yes_there, no_there = there + _PRIOR, clauses_there - there + _PRIOR
    difference = np.log(yes / no) - np.log(yes_there / no_there)
    return float(difference / np.sqrt(1 / yes + 1 / yes_there))


def _phrases(text: str, language: str) -> set[str]:
    """Return the distinct candidate phrases of a clause."""
    stopped = _function_words()[language]
    if language == "zh":
        return {
            run[at : at + length]
            for run in _CHINESE.findall(text)
            for length in _ZH_LENGTHS
            for at in range(len(run) - length + 1)
            if not stopped & set(run[at : at + length])
        }
    words = _ENGLISH.findall(text.lower())
    single = {word for word in words if word not in stopped}
    pairs = {f"{one} {two}" for one, two in pairwise(words) if {one, two} <= single}
    return single | pairs


@cache
def _function_words() -> dict[str, frozenset[str]]:
    """Return characters by ``zh`` and words by ``en`` that are in no term."""
    text = files(__package__).joinpath("proposals.yaml").read_text(encoding="utf-8")
    both = yaml.safe_load(text)
    return {"zh": frozenset(both["zh"]), "en": frozenset(both["en"].split())}
