"""Why somebody gets a unit or does not, as one plain sentence in Chinese and in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trials.arrays import Texts

SENTENCES: dict[str, tuple[str, str]] = {
    "outside_window": (
        "申请时间不在活动期内。",
        "The application did not come while applications were open.",
    ),
    "out_of_stock": ("该商品目前无货。", "The product is out of stock."),
    "seller": (
        "申请人就是本次试用的商家。",
        "The applicant is the merchant who offers this trial.",
    ),
    "no_consent": (
        "申请人未同意接收营销活动。",
        "The applicant has not agreed to marketing.",
    ),
    "age_unknown": (
        "本次试用有最低年龄要求，而申请人年龄未知。",
        "This trial has a minimum age and the applicant's age is not known.",
    ),
    "too_young": (
        "申请人未达到（或不能确定已达到）最低年龄。",
        "The applicant is, or may be, under the minimum age.",
    ),
    "region": (
        "收货地区不在配送范围内，或地区未知。",
        "The applicant's region is not delivered to, or not known.",
    ),
    "report_overdue": (
        "以往试用的报告已逾期未交。",
        "A report on an earlier trial is overdue.",
    ),
    "cool_down": (
        "距上次获得试用太近，{detail} 起可再次入选。",
        "The last award is too recent; the applicant can be chosen again from {detail}.",
    ),
    "yearly_cap": (
        "一年内获得的试用已达上限。",
        "The applicant has had as many awards as one person may have in a year.",
    ),
    "override_denied": (
        "经人工决定不予发放，原因已记录在案。",
        "Refused by a person's decision; the reason is on record.",
    ),
    "override_given": (
        "经人工决定发放，不经抽签，原因已记录在案。",
        "Given by a person's decision and not by the draw; the reason is on record.",
    ),
    "duplicate_person": (
        "同一人已用其他标识申请，每人只计一次。",
        "The same person applied under another id too; a person takes part once.",
    ),
    "household": (
        "每户一份：同户的另一位申请人参与本次试用。",
        "One unit a household: another applicant of the household takes part.",
    ),
    "other_trial": (
        "当天每人可得份数有限：申请人参与同日的另一项试用。",
        "Units a person are limited: the applicant takes part in another trial drawn that day.",
    ),
    "best_score": (
        "得分位居前列，直接入选；主要因为{detail}。",
        "Chosen for one of the best scores, mostly for {detail}.",
    ),
    "enough_units": (
        "该组份数充足，合格者人人有份。",
        "There was a unit for everybody eligible in this group.",
    ),
    "drawn_band": (
        "得分靠前，参加分层抽签（{detail}）并中签。",
        "Among the next best scores, and drawn by lot ({detail}).",
    ),
    "drawn_open": (
        "在面向其他合格者的抽签（{detail}）中中签。",
        "Drawn by lot among all other eligible applicants ({detail}).",
    ),
    "held_out": (
        "参加分层抽签（{detail}）未中签，作为对照。",
        "Among the next best scores ({detail}), not drawn; kept for comparison.",
    ),
    "waitlisted": (
        "参加分层抽签（{detail}）未中签，列入候补。",
        "Among the next best scores ({detail}), not drawn; on the waitlist.",
    ),
    "not_drawn": (
        "参加面向其他合格者的抽签（{detail}），未中签。",
        "Took part in the lottery among all other eligible applicants ({detail}), not drawn.",
    ),
    "no_seat": (
        "份数太少，均归得分更高者，没有面向其他人的抽签名额。",
        "The units are few and went to higher scores; none was left for a lottery among the others.",
    ),
    "quota_full": (
        "按本次试用的配额，该组已无可抽的名额。",
        "The trial's quotas leave no seat to be drawn for in this applicant's group.",
    ),
}
"""Chinese and English sentence of every reason code."""

STRENGTHS: tuple[tuple[str, str], ...] = (
    ("以往报告按时且有用", "timely and useful reports"),
    ("同类人群试用后更常购买", "what trials do for buyers of this kind"),
    ("与该需求契合", "a close fit with the need"),
    ("乐于分享", "frequent sharing"),
)
"""Chinese and English name of each part that adds to the score, in the order of the weights."""


def odds(ways: tuple[int, ...], candidates: int) -> tuple[str, str]:
    """Name the chance of a lottery, in Chinese and in English; of several ways, the mean seats."""
    if len(set(ways)) == 1:
        return f"{candidates} 人抽 {ways[0]} 份", f"{ways[0]} drawn among {candidates}"
    mean = f"{sum(ways) / len(ways):.3g}"
    return f"{candidates} 人平均抽 {mean} 份", f"{mean} on average drawn among {candidates}"


def write_reasons(
    codes: Texts,
    details_zh: Texts,
    details_en: Texts,
    sentences: Mapping[str, tuple[str, str]] = SENTENCES,
) -> tuple[Texts, Texts]:
    """Write the sentences of many rows, each different one once.

    Args:
        codes: Reason codes, shape (n,).
        details_zh: What completes the Chinese sentence; "" where nothing does, shape (n,).
        details_en: What completes the English sentence, shape (n,).
        sentences: The Chinese and English sentence of every code.

    Returns:
        Chinese and English sentences, each of shape (n,).
    """
    keys = list(zip(codes, details_zh, details_en, strict=True))
    written = {
        key: tuple(
            sentence.format(detail=detail)
            for sentence, detail in zip(sentences[key[0]], key[1:], strict=True)
        )
        for key in set(keys)
    }
    both = np.array([written[key] for key in keys], dtype=object).reshape(-1, 2)
    return both[:, 0], both[:, 1]
