"""What the effect stage publishes: what each trial caused, where it came from, what all show."""

from quality.schema import Table, integer, number, text
from quality.tables.outputs.shared import PUBLIC, TRIAL, share

MERCHANT_OF_SCOPE = text(
    "merchant_id?",
    "The merchant, of a merchant's row; null of the others, which stay inside.",
    "商家（仅商家范围的行）；其余为空，且不外发。",
    references="merchants",
    sensitivity=PUBLIC,
)
VERDICTS_OF_EFFECT = ("more buyers", "fewer buyers", "cannot tell yet")

TRIAL_EFFECT = Table(
    name="trial_effect",
    key=("trial_id", "window_days"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="What a trial caused: buyers among those drawn against those held out by lot.",
    zh="增量效果：抽中者与随机留出者的购买对比。",
    columns=(
        TRIAL,
        integer("window_days", "Days after the draw.", "抽签后的天数。", unit="days", above=0),
        integer("n_treatment", "People offered a unit by lot.", "抽中（获得机会）的人数。", low=0),
        integer("n_holdout", "People held out by lot.", "随机留出的人数。", low=0),
        number(
            "rate_treatment?", "Share of buyers among those drawn.", "抽中者购买率。", low=0, high=1
        ),
        number(
            "rate_holdout?",
            "Share of buyers among those held out.",
            "留出者购买率。",
            low=0,
            high=1,
        ),
        number(
            "itt?",
            "Difference of the rates, by stratum (intention to treat).",
            "分层购买率之差（意向治疗）。",
        ),
        number("low?", "Lower end of the 95 % interval.", "95% 区间下限。"),
        number("high?", "Upper end of the 95 % interval.", "95% 区间上限。"),
        number(
            "smallest_detectable_effect?",
            "Smallest effect this draw could show.",
            "本次可检出的最小效应。",
        ),
        text(
            "verdict",
            "What can be said.",
            "结论。",
            values=VERDICTS_OF_EFFECT,
        ),
        text(
            "outcome?",
            "What counts as bought: the trial's item, or anything of its need group.",
            "购买的口径：试用商品本身，或其需求组内任一商品。",
            values=("item", "need_group"),
        ),
        text(
            "estimator?",
            "itt: winners against held out; dreo: offered against not offered, without the last"
            " taker, because the waitlist received units.",
            "itt：中签者对留出者；dreo：因候补获得过试用，比较获得机会者与未获得者，并去掉最后一位领取者。",
            values=("itt", "dreo"),
        ),
        share(
            "p_value?",
            "Share of all lotteries that would show as large a difference by chance"
            " (exact randomisation test).",
            "在所有可能的抽签中，仅凭偶然出现同样大差异的比例（精确随机化检验）。",
        ),
        number(
            "cuped_itt?",
            "The difference adjusted for purchases in the window before the draw; never decides.",
            "按抽签前同长窗口的购买调整后的差；不作为判定依据。",
        ),
        number("cuped_low?", "Lower end of its 95 % interval.", "其 95% 区间下限。"),
        number("cuped_high?", "Upper end of its 95 % interval.", "其 95% 区间上限。"),
        share(
            "cuped_rho2?",
            "Share of the variance that those purchases explain, which the adjustment removes.",
            "抽签前购买所解释（即调整可消除）的方差比例 ρ²。",
        ),
        number(
            "cost_per_buyer?",
            "Units at list price for each buyer who would not have bought otherwise; null where it"
            " cannot be told.",
            "每位增量购买者的试用成本（按标价）；说不准时为空。",
            low=0,
        ),
        number("cost_low?", "It is at least this (95 %).", "至少为此值（95%）。", low=0),
        number(
            "cost_high?",
            "It is at most this (95 %); null where there is no limit.",
            "至多为此值（95%）；无上限时为空。",
            low=0,
        ),
        text("cost_currency?", "Currency of the costs.", "成本的货币。"),
        number(
            "shrunken_itt?",
            "The difference in the light of the merchant's other trials; null without any.",
            "结合该商家其他试用后的差；没有其他试用时为空。",
        ),
        number("shrunken_low?", "Lower end of its 95 % interval.", "其 95% 区间下限。"),
        number("shrunken_high?", "Upper end of its 95 % interval.", "其 95% 区间上限。"),
    ),
)

EFFECT_SPLIT = Table(
    name="effect_split",
    key=("trial_id", "buyers", "component"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="Where the purchases a trial caused came from: later days, other products, nowhere else.",
    zh="增量来源：提前购买、替代同组其他商品、还是净增长。",
    columns=(
        TRIAL,
        text(
            "buyers",
            "all; new: had not bought the item in the year before; existing: had.",
            "all 全部；new 此前一年未买过该商品；existing 买过。",
            values=("all", "new", "existing"),
        ),
        text(
            "component",
            "early_gain: the item in days 1–30; of it acceleration: missing in days 31–90;"
            " cannibalisation: missing from the need group's other items in days 1–90;"
            " expansion: added to the need group in days 1–90.",
            "early_gain 第 1–30 天该商品的增量，其中：acceleration 第 31–90 天相应减少（提前购买）；"
            "cannibalisation 第 1–90 天同组其他商品相应减少（替代）；expansion 第 1–90 天需求组净增。",
            values=("early_gain", "acceleration", "cannibalisation", "expansion"),
        ),
        integer("n_treatment", "People offered a unit by lot.", "抽中（获得机会）的人数。", low=0),
        integer("n_holdout", "People held out by lot.", "随机留出的人数。", low=0),
        number(
            "value?",
            "Difference between the arms; an order is a day with a kept purchase of an item.",
            "两组人均订单之差；一单指某商品有留存购买的一天。",
            unit="orders a person",
        ),
        number("low?", "Lower end of the 95 % interval.", "95% 区间下限。"),
        number("high?", "Upper end of the 95 % interval.", "95% 区间上限。"),
    ),
)

POOLED_EFFECT = Table(
    name="pooled_effect",
    key=("scope", "scope_id", "window_days"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="What several trials together show: the mean effect of the shop's, a merchant's, a need"
    " group's.",
    zh="多次试用合并后的平均效果：全店、单个商家、需求组。",
    columns=(
        text(
            "scope",
            "Whose trials are pooled; merchants receive their own only.",
            "合并的范围；商家只会收到自己的。",
            values=("shop", "merchant", "need_group"),
        ),
        text("scope_id", "The merchant, the need group, or shop.", "商家、需求组，或 shop。"),
        integer("window_days", "Days after the draw.", "抽签后的天数。", unit="days", above=0),
        integer("n_trials", "Trials pooled.", "合并的试用数。", low=2),
        number(
            "itt", "Mean effect on the rate of buyers (random effects).", "平均效果（随机效应）。"
        ),
        number("low", "Lower end of the 95 % interval.", "95% 区间下限。"),
        number("high", "Upper end of the 95 % interval.", "95% 区间上限。"),
        number(
            "tau2", "Variance of the true effects between trials.", "试用间真实效果的方差。", low=0
        ),
        share(
            "i2",
            "Share of the variation between trials that is not sampling error.",
            "试用间差异中非抽样误差的比例。",
        ),
        text("verdict", "What can be said.", "结论。", values=VERDICTS_OF_EFFECT),
        MERCHANT_OF_SCOPE,
    ),
)
