"""Why you get a unit or do not: each reason as one sentence to the applicant, in Chinese and English.

The same codes and gaps as ``sentences``, which speaks of the applicant to the merchant and the
auditor. Who was held out is told what others who were not drawn are told.
"""

from __future__ import annotations

_NOT_DRAWN = (
    "您参加了抽签（{detail}），未中签。",
    "You took part in the lottery ({detail}) and were not drawn.",
)

LETTER_REASONS: dict[str, tuple[str, str]] = {
    "outside_window": (
        "您的申请时间不在活动期内。",
        "Your application did not come while applications were open.",
    ),
    "out_of_stock": ("该商品目前无货。", "The product is out of stock."),
    "seller": ("您就是本次试用的商家。", "You are the merchant who offers this trial."),
    "no_consent": ("您未同意接收营销活动。", "You have not agreed to marketing."),
    "age_unknown": (
        "本次试用有最低年龄要求，而您的年龄未知。",
        "This trial has a minimum age and yours is not known.",
    ),
    "too_young": (
        "您未达到（或不能确定已达到）最低年龄。",
        "You are, or may be, under the minimum age.",
    ),
    "region": (
        "您的收货地区不在配送范围内，或地区未知。",
        "Your region is not delivered to, or not known.",
    ),
    "report_overdue": (
        "您以往试用的报告已逾期未交。",
        "Your report on an earlier trial is overdue.",
    ),
    "cool_down": (
        "您上次获得试用距今太近，{detail} 起可再次入选。",
        "Your last award is too recent; you can be chosen again from {detail}.",
    ),
    "yearly_cap": (
        "您一年内获得的试用已达上限。",
        "You have had as many awards as one person may have in a year.",
    ),
    "override_denied": (
        "经人工决定，您的申请不予通过，原因已记录在案。",
        "A person decided against your application; the reason is on record.",
    ),
    "override_given": (
        "经人工决定发放给您，不经抽签，原因已记录在案。",
        "Given to you by a person's decision and not by the draw; the reason is on record.",
    ),
    "duplicate_person": (
        "您已用其他标识申请，每人只计一次。",
        "You applied under another id too; a person takes part once.",
    ),
    "household": (
        "每户一份：与您同户的另一位申请人参与本次试用。",
        "One unit a household: another applicant of your household takes part.",
    ),
    "other_trial": (
        "当天每人可得份数有限：您参与同日的另一项试用。",
        "Units a person are limited: you take part in another trial drawn that day.",
    ),
    "best_score": (
        "您的得分位居前列，直接入选；主要因为{detail}。",
        "You have one of the best scores, mostly for {detail}.",
    ),
    "enough_units": (
        "您所在的组份数充足，合格者人人有份。",
        "There was a unit for everybody eligible in your group.",
    ),
    "drawn_band": (
        "您得分靠前，参加分层抽签（{detail}）并中签。",
        "You have one of the next best scores, and were drawn by lot ({detail}).",
    ),
    "drawn_open": (
        "您在面向其他合格者的抽签（{detail}）中中签。",
        "You were drawn by lot among all other eligible applicants ({detail}).",
    ),
    "held_out": _NOT_DRAWN,
    "waitlisted": (
        "您参加分层抽签（{detail}）未中签，列入候补。",
        "You took part in the lottery ({detail}), were not drawn, and are on the waitlist.",
    ),
    "not_drawn": _NOT_DRAWN,
    "no_seat": (
        "份数太少，均归得分更高者，没有可供您抽签的名额。",
        "The units are few and went to higher scores; none was left for a lottery with you.",
    ),
    "quota_full": (
        "按本次试用的配额，您所在的组已无可抽的名额。",
        "The trial's quotas leave no seat to be drawn for in your group.",
    ),
}
"""Chinese and English sentence of every reason code, to the applicant."""
