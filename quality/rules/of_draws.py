"""What must hold of published draws: chances, units, ranks, certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.reading.findings import Note
from quality.rules.maker import Maker, Meaning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quality.rules.expected import Expected
    from quality.rules.rule import Rule

_WINNERS = "('core', 'band', 'open')"
_TOLERANCE = 1e-6
"""Of sums of chances, which are sums of fractions."""
_ROUNDED = 1e-5
"""Of sums of parts that are rounded to six decimals."""
_MEND = Note("The draw must not be published.", "该抽签不得发布。")


def selection_rules(maker: Maker, expected: Expected) -> Iterator[Rule]:
    """Yield the contract of ``selection``."""
    yield _chance_of_arm(maker)
    yield _chances_sum(maker)
    yield _rank_unique(maker)
    yield _waitlist(maker)
    yield _freebie_parts(maker)
    if expected.has("units"):
        yield _recipients(maker)


def _chance_of_arm(maker: Maker) -> Rule:
    meaning = Meaning(
        en="The chance must fit the arm: 1 in the core, 0 if ineligible, above 0 for whoever was"
        " drawn, and strictly between for the holdout and the waitlist.",
        zh="概率须与结果相符：core 为 1，ineligible 为 0，中签者大于 0，对照与候补严格介于 0 与 1。",
        why_en="Effects and ratings are weighted by 1 over the chance: a wrong one is a wrong"
        " answer.",
        why_zh="增量与评分按概率倒数加权，概率错则结论错。",
        dimension="consistency",
        passes={"arm": "core", "inclusion_probability": 1.0},
        fails={"arm": "holdout", "inclusion_probability": 0.0},
    )
    condition = """CASE t.arm
        WHEN 'core' THEN t.inclusion_probability <> 1
        WHEN 'ineligible' THEN t.inclusion_probability <> 0
        WHEN 'band' THEN t.inclusion_probability <= 0
        WHEN 'open' THEN t.inclusion_probability <= 0
        WHEN 'not_selected' THEN t.inclusion_probability >= 1
        ELSE t.inclusion_probability <= 0 OR t.inclusion_probability >= 1 END
        OR (t.arm = 'ineligible') AND t.rank IS NOT NULL"""
    return maker.row_rule("chance.of_arm", condition, meaning, "inclusion_probability")


def _chances_sum(maker: Maker) -> Rule:
    return maker.table_rule(
        "chance.sums_to_units",
        f"""SELECT trial_id, sum(inclusion_probability) AS chances, count(*)
            FILTER (WHERE arm IN {_WINNERS}) AS units FROM {{batch}} GROUP BY trial_id
            HAVING NOT abs(sum(inclusion_probability)
            - count(*) FILTER (WHERE arm IN {_WINNERS})) <= {_TOLERANCE} * greatest(1, count(*))
            ORDER BY trial_id""",
        Meaning(
            en="The chances of a trial's applicants must sum to the units that were given.",
            zh="一项试用全部申请人的概率之和须等于发出的份数。",
            why_en="Each unit goes to somebody: chances that sum to less or more are invented.",
            why_zh="每一份都会发出；总和不符说明概率有误。",
            dimension="consistency",
            passes={"units": 2, "chances": [1.0, 0.5, 0.5]},
            fails={"units": 2, "chances": [1.0, 0.5, 0.25]},
        ),
        fault=Note(
            "trial {trial_id}: chances sum to {chances}, {units} units",
            "试用 {trial_id}：概率之和 {chances}，份数 {units}",
        ),
        advice=_MEND,
        column="inclusion_probability",
    )


def _freebie_parts(maker: Maker) -> Rule:
    meaning = Meaning(
        en="freebie_index must be the sum of its parts: 0.4 applications, 0.2 copied, 0.2 haste,"
        " 0.2 cluster.",
        zh="freebie_index 须为各部分之和：申请 0.4、雷同 0.2、抢报 0.2、聚集 0.2。",
        why_en="Whoever is charged for it must be able to see what for.",
        why_zh="被扣分者应能看到缘由。",
        dimension="consistency",
        passes={"freebie_index": 0.2, "freebie_applications": 0.5, "freebie_copied": 0.0},
        fails={"freebie_index": 0.5, "freebie_applications": 0.5, "freebie_copied": 0.0},
    )
    condition = (
        "abs(t.freebie_index - 0.4 * t.freebie_applications - 0.2 * (t.freebie_copied"
        f" + t.freebie_haste + t.freebie_cluster)) > {_ROUNDED}"
    )
    return maker.row_rule("freebie_index.of_parts", condition, meaning, "freebie_index")


def _recipients(maker: Maker) -> Rule:
    return maker.table_rule(
        "recipients.within_units",
        f"""SELECT trial_id, recipients, units FROM (
                SELECT trial_id, count(*) AS recipients FROM {{batch}}
                WHERE arm IN {_WINNERS} GROUP BY trial_id)
            JOIN made_units USING (trial_id) WHERE recipients > units ORDER BY trial_id""",
        Meaning(
            en="A trial must not have more recipients than units.",
            zh="一项试用的获得者不得多于份数。",
            why_en="Somebody would be promised what is not there.",
            why_zh="否则会向人许诺不存在的产品。",
            dimension="consistency",
            passes={"units": 2, "recipients": 2},
            fails={"units": 2, "recipients": 3},
        ),
        fault=Note(
            "trial {trial_id}: {recipients} recipients, {units} units",
            "试用 {trial_id}：获得者 {recipients}，份数 {units}",
        ),
        advice=_MEND,
        column="arm",
    )


def _rank_unique(maker: Maker) -> Rule:
    return maker.table_rule(
        "rank.once_a_trial",
        "SELECT trial_id, rank, count(*) AS times FROM {batch} WHERE rank IS NOT NULL"
        " GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL",
        Meaning(
            en="No two applicants of a trial may have the same rank.",
            zh="同一试用的申请人名次不得重复。",
            why_en="The core is taken by rank; a tie would leave who gets the unit to chance.",
            why_zh="核心名额按名次分配；并列会使归属不明。",
            dimension="uniqueness",
            passes={"ranks": [1, 2, 3]},
            fails={"ranks": [1, 2, 2]},
        ),
        fault=Note(
            "trial {trial_id}: rank {rank} {times} times",
            "试用 {trial_id}：名次 {rank} 出现 {times} 次",
        ),
        advice=_MEND,
        column="rank",
    )


def _waitlist(maker: Maker) -> Rule:
    return maker.table_rule(
        "waitlist.in_order",
        """SELECT trial_id, count(*) FILTER (WHERE arm = 'waitlist') AS waiting,
                  count(waitlist_position) AS places FROM {batch} GROUP BY trial_id
           HAVING count(*) FILTER (WHERE arm = 'waitlist') <> count(waitlist_position)
               OR count(*) FILTER (WHERE (arm = 'waitlist') <> (waitlist_position IS NOT NULL)) > 0
               OR count(DISTINCT waitlist_position) <> count(waitlist_position)
               OR coalesce(max(waitlist_position), 0) <> count(waitlist_position)
           ORDER BY trial_id""",
        Meaning(
            en="Whoever is on the waitlist, and nobody else, must have a place: 1, 2, 3 and so on.",
            zh="候补者（且仅候补者）须有名次：1、2、3……",
            why_en="A unit that comes back goes to the next in line.",
            why_zh="退回的份数按候补名次递补。",
            dimension="consistency",
            passes={"arm": "waitlist", "waitlist_position": 1},
            fails={"arm": "holdout", "waitlist_position": 1},
        ),
        fault=Note(
            "trial {trial_id}: {waiting} waiting, {places} places",
            "试用 {trial_id}：候补 {waiting} 人，名次 {places} 个",
        ),
        advice=_MEND,
        column="waitlist_position",
    )


def certificate_rules(maker: Maker, expected: Expected) -> Iterator[Rule]:
    """Yield the contract of ``draw_certificate``."""
    meaning = Meaning(
        en="seed_commitment must be the SHA-256 of seed.",
        zh="seed_commitment 须为 seed 的 SHA-256。",
        why_en="It is how anybody proves that the seed was not chosen afterwards.",
        why_zh="任何人据此可证明种子并非事后选定。",
        dimension="consistency",
    )
    yield maker.row_rule(
        "seed.as_committed",
        "sha256(t.seed) <> t.seed_commitment",
        meaning,
        "seed_commitment",
    )
    meaning = Meaning(
        en="The score of a selection must not exceed its proven bound.",
        zh="名单总分不得超过其上界。",
        why_en="A bound that is beaten is none.",
        why_zh="被超过的上界不成立。",
        dimension="consistency",
        passes={"objective": 1.2, "bound": 1.2},
        fails={"objective": 1.3, "bound": 1.2},
    )
    condition = f"t.objective > t.bound + {_TOLERANCE}"
    yield maker.row_rule("objective.within_bound", condition, meaning, "objective")
    if expected.has("selection"):
        yield _certified_units(maker)


def _certified_units(maker: Maker) -> Rule:
    return maker.table_rule(
        "units.as_drawn",
        f"""SELECT trial_id, c.units AS certified, coalesce(s.units, 0) AS drawn
            FROM {{batch}} AS c LEFT JOIN (
                SELECT trial_id, count(*) FILTER (WHERE arm IN {_WINNERS}) AS units
                FROM made_selection GROUP BY trial_id) AS s USING (trial_id)
            WHERE c.units <> coalesce(s.units, 0) ORDER BY trial_id""",
        Meaning(
            en="A certificate must state as many units as its trial has recipients.",
            zh="抽签凭证的份数须等于该试用的获得者人数。",
            why_en="Whoever replays the draw compares with it.",
            why_zh="重演抽签者以此核对。",
            dimension="consistency",
            passes={"units": 2, "recipients": 2},
            fails={"units": 3, "recipients": 2},
        ),
        fault=Note(
            "trial {trial_id}: {certified} certified, {drawn} drawn",
            "试用 {trial_id}：凭证 {certified}，实际 {drawn}",
        ),
        advice=_MEND,
        column="units",
    )


def audit_rules(maker: Maker) -> Iterator[Rule]:
    """Yield the contract of ``selection_audit``."""
    meaning = Meaning(
        en="Every prescribed figure of a draw's audit must be as prescribed: the replay equal, no"
        " rating read.",
        zh="抽签审计中有规定的数值须合格：重演一致，未读取评分。",
        why_en="A draw that cannot be repeated, or that pays for kind ratings, is not fair.",
        why_zh="不能重演或参考好评的抽签并不公平。",
        dimension="consistency",
        passes={"measure": "replay_differences", "result": 0.0, "is_passed": True},
        fails={"measure": "replay_differences", "result": 2.0, "is_passed": False},
    )
    yield maker.row_rule("audit.passed", "NOT t.is_passed", meaning, "is_passed")


def award_state_rules(maker: Maker) -> Iterator[Rule]:
    """Yield the contract of ``award_states``."""
    meaning = Meaning(
        en="The state of an award must fit its days: late after the due day, due before it, and"
        " submitted or disclosed if and only if there is a report.",
        zh="发放进度须与日期相符：逾期在截止日之后，将到期在其前，已提交或已声明当且仅当有报告。",
        why_en="People are reminded, and later refused, by it.",
        why_zh="据此催交，并影响以后的资格。",
        dimension="consistency",
        passes={"state": "late", "days_left": -2},
        fails={"state": "due", "days_left": -2},
    )
    condition = (
        "(t.state = 'late' AND t.days_left >= 0) OR (t.state = 'due' AND t.days_left < 0)"
        " OR (t.state IN ('submitted', 'disclosed')) <> (t.submitted_on IS NOT NULL)"
    )
    yield maker.row_rule("state.of_days", condition, meaning, "state")


def replacement_rules(maker: Maker, expected: Expected) -> Iterator[Rule]:
    """Yield the contract of ``replacements``."""
    if not expected.has("selection"):
        return
    meaning = Meaning(
        en="A replacement must come from the waitlist of the same trial.",
        zh="递补者须来自同一试用的候补名单。",
        why_en="A unit to somebody held out spoils the comparison; one to another is favour.",
        why_zh="发给留出者会破坏对照，发给他人则有失公平。",
        dimension="consistency",
        passes={"replacement_user_id": "u-2", "arm": "waitlist"},
        fails={"replacement_user_id": "u-2", "arm": "holdout"},
    )
    condition = (
        "t.replacement_user_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM made_selection AS s"
        " WHERE s.trial_id = t.trial_id AND s.user_id = t.replacement_user_id"
        " AND s.arm = 'waitlist')"
    )
    yield maker.row_rule("replacement.of_waitlist", condition, meaning, "replacement_user_id")
