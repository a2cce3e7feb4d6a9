"""What every applicant is told: the outcome, why, what happens next, and how to check the draw.

Who was held out reads what others who were not drawn read: whoever knew could behave otherwise, and
the comparison would be spoilt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.database import query
from quality.tables.outputs import APPLICANT_LETTERS
from trials.letter_reasons import LETTER_REASONS

if TYPE_CHECKING:
    import pyarrow as pa

_OPENINGS = (
    ("chosen", "您获得了本次试用的一份商品。", "You get one of the products of this trial."),
    (
        "waiting",
        "您在本次试用的候补名单上，第 {place} 位。",
        "You are number {place} on the waiting list of this trial.",
    ),
    ("not_chosen", "您本次没有获得试用商品。", "You do not get a product of this trial."),
    (
        "refused",
        "您的申请未能参加本次试用的评选。",
        "Your application could not be considered in this trial.",
    ),
)
_WHY = ("理由：", "Why: ")
_NEXT = (
    (
        "chosen",
        "收到后请试用，并在 {due} 前提交报告，注明商品为获赠；褒贬不影响今后的申请。",
        "Please try it and report by {due}, naming it as a gift; praise or blame changes nothing.",
    ),
    (
        "waiting",
        "若有商品退回，将按名次递补并另行通知。",
        "If a unit comes back it goes to the first in line, who is told.",
    ),
    (
        "not_chosen",
        "未获得不影响今后的申请。",
        "This makes no difference to later applications.",
    ),
    (
        "refused",
        "所述情况改变后，可申请其他试用。",
        "Once this has changed, other trials are open to you.",
    ),
)
_CHECK = (
    "如何核验：抽签按“试用|种子|用户”的 SHA-256 从小到大排序，您为“{trial}|…|{user}”。",
    "To check: lots go by SHA-256 of “trial|seed|user”, lowest first, here “{trial}|…|{user}”.",
)

_LETTERS = """
with told as (
    select s.*, r.told_zh, r.told_en, t.reports_due_on, c.seed, c.seed_commitment, c.is_precommitted,
           case when s.arm in ('core', 'band', 'open') then 'chosen'
                when s.arm = 'waitlist' then 'waiting'
                when s.arm = 'ineligible' then 'refused'
                else 'not_chosen' end as outcome
    from selection s join trials t using (trial_id) join certificates c using (trial_id)
    left join reasons r on r.trial_id = s.trial_id and r.user_id = s.user_id
)
select trial_id, user_id, outcome, {zh} as letter_zh, {en} as letter_en,
       seed, seed_commitment, is_precommitted
from told order by trial_id, user_id
"""
_BLANKS = {
    "place": "waitlist_position",
    "due": "reports_due_on",
    "trial": "trial_id",
    "user": "user_id",
}


def write_letters(
    selection: pa.Table, certificates: pa.Table, trials: pa.Table, reasons: pa.Table
) -> pa.Table:
    """Write a letter an applicant, for customer service.

    Args:
        selection: ``SELECTION`` rows of the day's draws, whole.
        certificates: ``DRAW_CERTIFICATE`` rows of the same trials.
        trials: The trials.
        reasons: ``trial_id``, ``user_id``, ``told_zh`` and ``told_en``: the reason as the applicant
            reads it; who has none applied under another id too.

    Returns:
        ``APPLICANT_LETTERS`` rows, one a row of ``selection``.
    """
    sources = {
        "selection": selection,
        "certificates": certificates,
        "trials": trials,
        "reasons": reasons,
    }
    both = {language: _letter(at) for at, language in ((0, "zh"), (1, "en"))}
    return APPLICANT_LETTERS.conform(query(_LETTERS.format(**both), sources))


def _letter(language: int) -> str:
    """Return the SQL of a letter; 0 is Chinese, 1 English."""
    told = ("told_zh", "told_en")[language]
    twice = _filled(LETTER_REASONS["duplicate_person"][language])
    parts = (
        _by_outcome(_OPENINGS, language),
        f"'{_WHY[language]}' || coalesce({told}, {twice})",
        _by_outcome(_NEXT, language),
        _filled(_CHECK[language]),
    )
    return f" || '{('', ' ')[language]}' || ".join(parts)


def _by_outcome(sentences: tuple[tuple[str, str, str], ...], language: int) -> str:
    cases = (f"when '{outcome}' then {_filled(both[language])}" for outcome, *both in sentences)
    return f"case outcome {' '.join(cases)} end"


def _filled(sentence: str) -> str:
    """Return a sentence as SQL, its blanks joined in."""
    quoted = "'" + sentence.replace("'", "''") + "'"
    for blank, column in _BLANKS.items():
        quoted = quoted.replace(f"{{{blank}}}", f"' || {column} || '")
    return quoted
