"""What must hold of users and merchants beyond their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.rules.maker import Maker, Meaning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from quality.rules.rule import Rule

_LANGUAGE_SHAPE = "[a-z][a-z][a-z]?(-[A-Za-z0-9]+)*"
"""BCP 47, as far as its shape goes: zh, en, zh-CN."""
_BAND_YEARS = 5
"""A band is noted when a person joins and they age on; so many years late it may be."""


def user_rules(maker: Maker, as_of: date) -> Iterator[Rule]:
    """Yield the rules of a person's age."""
    yield _born_before(maker, as_of)
    yield _band_fits_year(maker, as_of)


def _born_before(maker: Maker, as_of: date) -> Rule:
    meaning = Meaning(
        en=f"birth_year must not be after {as_of.year}, the year of the as-of day.",
        zh=f"birth_year 不得晚于截止日所在的 {as_of.year} 年。",
        why_en="Nobody who is not born yet shops; such a year passes for a minor or for no age.",
        why_zh="尚未出生者不会购物；这类年份会被误当作未成年人。",
        passes={"birth_year": as_of.year - 30},
        fails={"birth_year": as_of.year + 4},
    )
    condition = f"t.birth_year > {as_of.year}"
    return maker.row_rule("birth_year.not_in_future", condition, meaning, "birth_year")


def _band_fits_year(maker: Maker, as_of: date) -> Rule:
    meaning = Meaning(
        en="age_band must fit birth_year, give or take"
        f" {_BAND_YEARS} years, where it names ages as 25-34 or 65+.",
        zh=f"age_band（如 25-34 或 65+）须与 birth_year 相符，允许相差 {_BAND_YEARS} 年。",
        why_en="Age decides who may take part in a trial and which quota a person counts for.",
        why_zh="年龄决定能否参加试用以及计入哪个配额。",
        dimension="consistency",
        passes={"birth_year": as_of.year - 30, "age_band": "25-34"},
        fails={"birth_year": as_of.year - 70, "age_band": "25-34"},
    )
    age = f"({as_of.year} - t.birth_year)"
    low = r"regexp_extract(t.age_band, '^(\d+)', 1)::INTEGER"
    high = r"coalesce(TRY_CAST(regexp_extract(t.age_band, '-(\d+)$', 1) AS INTEGER), 1000)"
    # A person's age in years may be one less than the difference of the years.
    condition = (
        r"t.birth_year IS NOT NULL AND CASE WHEN"
        r" regexp_full_match(t.age_band, '\d\d?\d?(-\d\d?\d?|\+)')"
        f" THEN {age} < {low} - {_BAND_YEARS} OR {age} - 1 > {high} + {_BAND_YEARS} ELSE false END"
    )
    return maker.row_rule("age_band.fits_birth_year", condition, meaning, "age_band")


def merchant_locale(maker: Maker) -> Rule:
    """Make the rule that a merchant's locale is a language tag."""
    return language_shape(maker, "locale", "zh-CN", "Chinese")


def language_shape(maker: Maker, column: str, good: str, bad: str) -> Rule:
    """Make the rule that a column holds a language tag."""
    meaning = Meaning(
        en=f"{column} must be a language tag, such as zh, en or zh-CN.",
        zh=f"{column} 必须是语言标签，如 zh、en 或 zh-CN。",
        why_en="A language that is not understood would be read, or written, as another one.",
        why_zh="无法识别的语言会被当作另一种语言处理。",
        passes={column: good},
        fails={column: bad},
    )
    condition = f"NOT regexp_full_match(t.{column}, '{_LANGUAGE_SHAPE}')"
    return maker.row_rule(f"{column}.language_tag", condition, meaning, column)
