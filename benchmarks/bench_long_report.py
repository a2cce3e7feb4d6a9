"""Processor time of one very long report. ``python benchmarks/bench_long_report.py``.

Real reviews are joined to one report of 1/4, 1/2 and 1 MB (UTF-8), which is read and then looked
through for what it shares with a report of half its length. The exponent is that of time over size
between the shortest and the longest: 1 is linear. Takes about half a minute.
"""

import time
from itertools import cycle
from math import log2
from pathlib import Path

from infra.sources.review_texts import Reviews, chinese_reviews, english_reviews
from trials.reports.copies import Likeness, copied_from
from trials.reports.explaining import explain
from trials.reports.options import ReviewOptions
from trials.reports.polarity import PolarityModels, load_models

CACHE = Path(__file__).parents[1] / "build" / "cache"
CATEGORIES = {"zh": "electronics/laptop", "en": "food/tea"}
MEGABYTES = (0.25, 0.5, 1.0)
OPTIONS = ReviewOptions()
LIKENESS = Likeness(
    least_characters=OPTIONS.copy_least_characters,
    jaccard=OPTIONS.copy_jaccard,
    containment=OPTIONS.copy_containment,
    boilerplate_share=OPTIONS.boilerplate_share,
)


def main() -> None:
    """Print seconds by language and size, and the exponent."""
    models = load_models()
    for reviews in (chinese_reviews(), english_reviews(CACHE)):
        seconds(joined(reviews, 0.01), reviews.language, models)  # loads dictionaries
        taken = [seconds(joined(reviews, size), reviews.language, models) for size in MEGABYTES]
        exponent = log2(taken[-1] / taken[0]) / log2(MEGABYTES[-1] / MEGABYTES[0])
        shown = ", ".join(
            f"{size} MB {each:.2f} s" for size, each in zip(MEGABYTES, taken, strict=True)
        )
        print(f"{reviews.language}: {shown}; exponent {exponent:.2f}")


def joined(reviews: Reviews, megabytes: float) -> str:
    """Return reviews, one a line, up to so many bytes."""
    size = int(megabytes * 2**20)
    body = bytearray()
    for text in cycle(reviews.texts):
        body += text.encode() + b"\n"
        if len(body) >= size:
            return body[:size].decode(errors="ignore")
    raise ValueError("there must be reviews to join, found none")


def seconds(text: str, language: str, models: PolarityModels) -> float:
    """Return the processor time of reading a report and of finding half of it copied."""
    began = time.process_time()
    found = explain(text, stars=3, category=CATEGORIES[language], models=models, options=OPTIONS)
    copied = copied_from([text, text[: len(text) // 2]], LIKENESS).tolist()
    taken = time.process_time() - began
    if found.flags or copied != [-1, 0]:
        raise SystemExit(f"a long report must be read right, found {found.flags} and {copied}")
    return taken


if __name__ == "__main__":
    main()
