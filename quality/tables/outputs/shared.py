"""Columns that several output tables have in common."""

from quality.schema import (
    Column,
    Sensitivity,
    number,
    text,
)

PUBLIC = Sensitivity.PUBLIC
FREE_TEXT = Sensitivity.FREE_TEXT

USER = text(
    "user_id",
    "The person; a pseudonym outside internal/.",
    "用户；internal/ 之外为化名。",
    sensitivity=Sensitivity.PERSONAL,
)
ITEM = text("item_id", "The item.", "商品。", references="items", sensitivity=PUBLIC)
MERCHANT = text(
    "merchant_id", "The merchant.", "商家。", references="merchants", sensitivity=PUBLIC
)
NEED = text("need_group", "The need group.", "需求组。", sensitivity=PUBLIC)
TRIAL = text("trial_id", "The trial.", "试用。", references="trials", sensitivity=PUBLIC)
REASON_ZH = text("reason_zh", "The reason as a sentence in Chinese.", "理由（中文句子）。")
REASON_EN = text("reason_en", "The reason as a sentence in English.", "理由（英文句子）。")


def share(name: str, en: str, zh: str) -> Column:
    """Declare a number in [0, 1]."""
    return number(name, en, zh, unit="share", low=0, high=1)
