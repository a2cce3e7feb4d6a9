"""How much a unit is expected to bring in this applicant's hands, whatever they may think of it.

    s = w1·p·q + w2·u + w3·f + w4·r − w5·d,   each part in [0, 1]

p completion, q usefulness of past reports, u uplift, f fit, r reach, d freebie index. How kind past
ratings were is never read.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from trials.arrays import numbers, texts
from trials.calibration import FEWEST_PEOPLE, fit_beta

if TYPE_CHECKING:
    import pyarrow as pa

    from trials.arrays import Floats, Ints

WEIGHTS = ("report", "uplift", "fit", "reach", "freebie")
PARTS = ("completion", "usefulness", "uplift", "fit", "reach", "freebie_index")
"""Columns of the score's parts in ``selection``."""
FREEBIE_SHARES = {
    "freebie_applications": 0.4,
    "freebie_copied": 0.2,
    "freebie_haste": 0.2,
    "freebie_cluster": 0.2,
}
"""Columns of the freebie index's parts in ``selection``, and what each counts for."""
BARRED = (
    "birth_year",
    "age_band",
    "declared_age_band",
    "region",
    "household_id",
    "joined_on",
    "has_profiling_consent",
)
"""What is known of an applicant and never read by the score; ratings are not even gathered."""
DECIMALS = 6
"""Decimals of every published score: what is published is what was compared."""
_UNHURRIED = 2
"""Unhurried applications that everybody is credited with."""


@dataclass(frozen=True, kw_only=True)
class ScoreOptions:
    """Weights by goal, and what is assumed of newcomers."""

    weights_improve: str = "report=0.60 uplift=0.10 fit=0.20 reach=0.10 freebie=0.30"
    """Weights where the trial is to improve the product; all but freebie sum to 1."""
    weights_convert: str = "report=0.20 uplift=0.40 fit=0.30 reach=0.10 freebie=0.30"
    """Weights where the trial is to win buyers."""
    weights_spread: str = "report=0.30 uplift=0.10 fit=0.20 reach=0.40 freebie=0.30"
    """Weights where the trial is to spread the word."""
    weights_balanced: str = "report=0.35 uplift=0.20 fit=0.25 reach=0.20 freebie=0.30"
    """Weights where the trial is for a bit of everything."""
    prior_on_time: float = 2.8
    """Reports on time that a newcomer is credited with."""
    prior_missed: float = 1.2
    """Missed reports that a newcomer is charged with."""
    prior_usefulness: float = 0.5
    """Usefulness of a report by somebody who has not written one."""
    prior_reports: float = 2.0
    """Reports that the prior usefulness counts for."""
    letters_saturation: float = 300.0
    """Letters at which a report has 63 % of the credit for detail; a Chinese character is three."""
    reach_cap_quantile: float = 0.9
    """Quantile of shares, among a trial's sharing applicants, above which more counts no more."""
    prior_orders: float = 5.0
    """Days of orders that everybody is credited with before applications count as freebie hunting."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """The score of each applicant and its parts, each of shape (n_applicants,)."""

    completion: Floats
    usefulness: Floats
    uplift: Floats
    fit: Floats
    reach: Floats
    freebie_index: Floats
    freebie_applications: Floats
    freebie_copied: Floats
    freebie_haste: Floats
    freebie_cluster: Floats
    score: Floats
    strongest: Ints
    """Which of the first four ``WEIGHTS`` adds most to the score."""

    def part(self, name: str) -> Floats:
        """Return a column by name."""
        values: Floats = getattr(self, name)
        return values


def score_applicants(
    facts: pa.Table,
    options: ScoreOptions,
    *,
    has_need_states: bool,
    uplift: Floats | None = None,
) -> Scores:
    """Score every applicant of every trial.

    Completion and usefulness are drawn towards the trial's own applicants of known history where
    there are enough of them (``calibration``), else towards the stated priors.

    Args:
        facts: What is known of each applicant, n rows, as ``facts.gather_facts`` returns it.
        options: Weights and priors.
        has_need_states: Whether ``p_need`` is known; else fit is judged by purchase history.
        uplift: What a unit added, in earlier randomised draws, to the chance that people like each
            applicant buy, shape (n,); None, like 0, where nothing is known.

    Returns:
        Scores, rounded to six decimals, so that what is published is what was compared.

    Raises:
        ValueError: If weights cannot be read or do not sum to 1.
    """
    facts = facts.drop_columns([name for name in BARRED if name in facts.column_names])
    _, trial = np.unique(texts(facts, "trial_id").astype(str), return_inverse=True)
    fit_by = "p_need" if has_need_states else "need_days"
    parts = {
        "completion": _completion(facts, trial, options),
        "usefulness": _usefulness(facts, trial, options),
        "uplift": _uplift(len(facts), uplift),
        "fit": percentile_in_group(trial, numbers(facts, fit_by)),
        "reach": _reach(trial, numbers(facts, "shares"), options.reach_cap_quantile),
        **_freebie_parts(facts, options),
    }
    parts["freebie_index"] = sum(
        (share * parts[name] for name, share in FREEBIE_SHARES.items()), np.zeros(len(facts))
    )
    parts = {name: np.round(values, DECIMALS) for name, values in parts.items()}
    gains = _gains(parts) * _weights(facts, options)
    return Scores(
        **parts,
        score=np.round(gains[:, :4].sum(axis=1) - gains[:, 4], DECIMALS),
        strongest=gains[:, :4].argmax(axis=1),
    )


def parse_weights(text: str) -> Floats:
    """Read weights such as "report=0.6 uplift=0.1 fit=0.2 reach=0.1 freebie=0.3".

    Returns:
        Weights in the order of ``WEIGHTS``, shape (5,).

    Raises:
        ValueError: If a weight is missing, unknown, negative or not a number, or if those that
            add to the score do not sum to 1.
    """
    pairs = dict(part.partition("=")[::2] for part in text.split())
    if tuple(sorted(pairs)) != tuple(sorted(WEIGHTS)):
        raise ValueError(f"weights must name {', '.join(WEIGHTS)} once each, found {text!r}")
    weights = np.array([float(pairs[name]) for name in WEIGHTS])
    if not (weights >= 0).all() or abs(weights[:4].sum() - 1) > 1e-9:  # noqa: PLR2004  the four that add
        raise ValueError(f"weights must not be negative and, freebie aside, sum to 1: {text!r}")
    return weights


def percentile_in_group(group: Ints, values: Floats) -> Floats:
    """Rank values within their group, as the middle share of the group that ranks below.

    Args:
        group: Group of each row, shape (n,).
        values: What is ranked, same shape, finite.

    Returns:
        Percentiles in (0, 1), same shape; equal values share one, so a constant is 0.5.
    """
    pairs, inverse, counts = np.unique(
        np.column_stack([group.astype(np.float64), values]),
        axis=0,
        return_inverse=True,
        return_counts=True,
    )
    if not len(pairs):
        return np.zeros(0)
    _, first, sizes = np.unique(pairs[:, 0], return_index=True, return_counts=True)
    before = np.cumsum(counts) - counts
    start, total = before[first], np.add.reduceat(counts, first)
    middle = (before - np.repeat(start, sizes) + counts / 2) / np.repeat(total, sizes)
    return np.asarray(middle[inverse.ravel()])


def _completion(facts: pa.Table, trial: Ints, options: ScoreOptions) -> Floats:
    """Beta-binomial: (on time + a) / (due + a + b); a newcomer gets the prior a / (a + b)."""
    done, due = numbers(facts, "reports_on_time"), numbers(facts, "reports_due")
    a, b = np.full(len(done), options.prior_on_time), np.full(len(done), options.prior_missed)
    for one in np.unique(trial[due > 0]):
        mine = trial == one
        fitted = fit_beta(done[mine], due[mine])
        if fitted is not None:
            a[mine], b[mine] = fitted
    return np.asarray((done + a) / (due + a + b))


def _usefulness(facts: pa.Table, trial: Ints, options: ScoreOptions) -> Floats:
    """Usefulness of past reports, in what stars do not sway, drawn to the prior."""
    written = numbers(facts, "reports_written")
    earned = numbers(facts, "useful_micro") / 1e6
    prior = np.full(len(written), options.prior_usefulness)
    for one in np.unique(trial[written > 0]):
        mine = trial == one
        if (written[mine] > 0).sum() >= FEWEST_PEOPLE:
            prior[mine] = earned[mine].sum() / written[mine].sum()
    return np.asarray((earned + prior * options.prior_reports) / (written + options.prior_reports))


def _uplift(n: int, uplift: Floats | None) -> Floats:
    """Uplift over the largest; 0 for all where nothing is known or nobody is moved."""
    if uplift is None or not (uplift > 0).any():
        return np.zeros(n)
    return np.asarray(np.maximum(uplift, 0) / uplift.max())


def _reach(trial: Ints, shares: Floats, quantile: float) -> Floats:
    """Shares over a cap: the quantile among those of the trial who share at all."""
    reach = np.zeros(len(shares))
    for one in np.unique(trial):
        mine = trial == one
        sharing = shares[mine & (shares > 0)]
        if len(sharing):
            reach[mine] = np.minimum(shares[mine] / np.quantile(sharing, quantile), 1)
    return reach


def _freebie_parts(facts: pa.Table, options: ScoreOptions) -> dict[str, Floats]:
    """Signs of somebody who is after free things, each in [0, 1].

    Applications against days with orders; a statement that others made word for word; quick
    applications among all, two unhurried ones being credited; and how many others of the household,
    and further ids of the same person, apply for the trial, three being as many as count.
    """
    others, orders = numbers(facts, "other_applications"), numbers(facts, "order_days")
    crowd = numbers(facts, "household_applicants") - 1 + numbers(facts, "other_ids")
    return {
        "freebie_applications": others / (others + orders + options.prior_orders),
        "freebie_copied": numbers(facts, "is_statement_copied"),
        "freebie_haste": numbers(facts, "quick_applications") / (others + 1 + _UNHURRIED),
        "freebie_cluster": np.minimum(crowd / 3, 1),
    }


def _gains(parts: dict[str, Floats]) -> Floats:
    report = parts["completion"] * parts["usefulness"]
    return np.column_stack(
        [report, parts["uplift"], parts["fit"], parts["reach"], parts["freebie_index"]]
    )


def _weights(facts: pa.Table, options: ScoreOptions) -> Floats:
    prefix = "weights_"
    by_goal = {
        field.name.removeprefix(prefix): parse_weights(getattr(options, field.name))
        for field in fields(ScoreOptions)
        if field.name.startswith(prefix)
    }
    goals, inverse = np.unique(texts(facts, "goal").astype(str), return_inverse=True)
    if not len(goals):
        return np.zeros((0, len(WEIGHTS)))
    return np.vstack([by_goal[goal] for goal in goals])[inverse]
