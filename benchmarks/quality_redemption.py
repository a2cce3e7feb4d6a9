"""Who redeems: shike's facts of an applicant against recency, frequency and value alone.

    python benchmarks/quality_redemption.py

The coupon mailings of Complete Journey stand in for trials: the households mailed are the
applicants, a redemption is the response. Both models are the same logistic regression with the same
training rows; they differ in what they know. Recency, frequency and value: days since the last
purchase, days with one, money spent. shike's: besides these what ``gather_facts`` knows of an
applicant (needs, earlier applications and awards) and the needs that the mailing's coupons serve.

Beside them stands what the product says without being fitted to redemptions: the score that a draw
would rank these households by (``score_applicants``, weights of the campaign's goal), its part fit,
which is the rank of p_need for the one item on trial, and the sum of p_need over all needs that the
mailing's coupons serve. p_need is the recommender's, learned on the day the first of these campaigns
opened and brought up to date on each later one. No report was ever due of a mailing and no lot was
ever drawn, so that of the score's parts completion and usefulness are everybody's prior and uplift
is unknown.

Everything is known before a mailing opens; an earlier redemption counts once its campaign has ended.
The regressions are trained on campaigns that ended before 25 September 2017, the strength of the ridge chosen among
them (the last one against those before it); tested on all that began later, each once. The AUC
compares households of the same campaign; its interval resamples households, the same ones for both.
"""

from __future__ import annotations

from datetime import date, datetime, time

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.optimize import minimize

from infra.sources.complete_journey import journey_tables, open_journey
from infra.sources.coupon_campaigns import campaign_tables
from quality.needs import NEED_GROUP_SQL
from quality.tables.outputs import NEED_STATES_TABLE
from recommender.interactions import Interactions, day_number, purchase_days
from recommender.shike_model import ShikeModel
from trials.facts import gather_facts
from trials.inputs import complete
from trials.score import ScoreOptions, score_applicants

CUT = date(2017, 9, 25)
LAST = date(2018, 3, 1)
RIDGES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
RESAMPLES = 1_000
VALUE_COLUMNS = ("recency_days", "frequency_days", "value")
SHIKE_COLUMNS = (
    *VALUE_COLUMNS,
    "need_days",
    "other_applications",
    "awards_year",
    "response_rate",
    "coupon_need_days",
    "coupon_needs",
    "coupon_item_days",
    "recent_coupon_need_days",
)
EARLIER_COLUMNS = ("other_applications", "awards_year", "response_rate")
PUBLISHED = {
    "shike's score, not fitted": "score",
    "its fit: p_need of the item": "fit",
    "p_need of all coupons' needs": "served",
}
MODELS = {
    "recency, frequency, value": VALUE_COLUMNS,
    "shike": SHIKE_COLUMNS,
    "shike, needs alone": tuple(name for name in SHIKE_COLUMNS if name not in EARLIER_COLUMNS),
}
FACTS = ["trial_id", "user_id", "need_days", "other_applications", "awards_year"]
PRIOR_RESPONSES, PRIOR_SILENCES = 0.5, 9.5
"""One in twenty responds: what a household without a past is credited with."""

# Purchases of the 365 days before a mailing opens, against what its coupons are for.
_PURCHASES = """
with offered as (
    select distinct 'campaign-' || lpad(c.campaign_id::varchar, 2, '0') as trial_id, product_id,
           product_type
    from coupons c join products using (product_id)
),
needs as (select distinct trial_id, product_type from offered),
mailed as (
    select a.trial_id, a.user_id, t.opens_on from applications a join trials t using (trial_id)
),
past as (
    select m.trial_id, m.user_id, m.opens_on, l.day, l.product_id, p.product_type, l.sales_value
    from mailed m join lines l on l.household_id = m.user_id::bigint
        and l.day < m.opens_on and l.day >= m.opens_on - 365
    join products p using (product_id)
)
select m.trial_id, m.user_id,
       coalesce(min(m.opens_on - p.day), 366) as recency_days,
       count(distinct p.day) as frequency_days,
       coalesce(sum((p.sales_value * 100)::bigint), 0) / 100 as value,
       count(distinct p.day) filter (n.product_type is not null) as coupon_need_days,
       count(distinct n.product_type) as coupon_needs,
       count(distinct p.day) filter (o.product_id is not null) as coupon_item_days,
       count(distinct p.day) filter (n.product_type is not null and p.day >= m.opens_on - 60)
           as recent_coupon_need_days
from mailed m
left join past p using (trial_id, user_id)
left join needs n on n.trial_id = m.trial_id and n.product_type = p.product_type
left join offered o on o.trial_id = m.trial_id and o.product_id = p.product_id
group by all order by m.trial_id, m.user_id
"""


def main() -> None:
    """Print both AUCs on the later campaigns, and what they differ by."""
    connection = open_journey()
    tables = journey_tables(connection, as_of=LAST) | campaign_tables(connection, as_of=LAST)
    rows = _rows(connection, tables)
    trials = tables["trials"].to_pandas().set_index("trial_id")
    ended = trials["reports_due_on"] < CUT
    begins = trials["opens_on"] >= CUT
    is_train = rows["trial_id"].map(ended).to_numpy()
    is_test = rows["trial_id"].map(begins).to_numpy()
    last = trials[ended].sort_values("opens_on").index[-1]
    is_tuned_on = is_train & (rows["trial_id"] == last).to_numpy()
    before = rows["trial_id"].map(trials["reports_due_on"] < trials.loc[last, "opens_on"])
    is_before = is_train & before.to_numpy()
    print(
        f"train {is_train.sum()} mailings, {rows['responded'][is_train].sum()} redeemed; ", end=""
    )
    print(f"test {is_test.sum()}, {rows['responded'][is_test].sum()} redeemed, ", end="")
    print(f"{begins.sum()} campaigns from {trials[begins]['opens_on'].min()}")
    scores = {}
    for name, columns in MODELS.items():
        tuned = [
            _auc(rows[is_tuned_on], _fitted(rows[is_before], rows[is_tuned_on], columns, ridge))
            for ridge in RIDGES
        ]
        ridge = RIDGES[int(np.argmax(tuned))]
        scores[name] = _fitted(rows[is_train], rows[is_test], columns, ridge)
        low, high = np.quantile(_resampled(rows[is_test], scores[name]), [0.025, 0.975])
        auc = _auc(rows[is_test], scores[name])
        print(f"{name:<28} ridge {ridge:<6g} AUC {auc:.4f} [{low:.4f}, {high:.4f}]")
    published = _published(connection, tables, trials.index[begins].tolist())
    joined = rows[is_test].merge(published.to_pandas(), on=["trial_id", "user_id"], how="left")
    for name, column in PUBLISHED.items():
        scores[name] = joined[column].fillna(0).to_numpy()
        low, high = np.quantile(_resampled(rows[is_test], scores[name]), [0.025, 0.975])
        auc = _auc(rows[is_test], scores[name])
        print(f"{name:<41} AUC {auc:.4f} [{low:.4f}, {high:.4f}]")
    value, *others = scores
    for name in others:
        gains = _resampled(rows[is_test], scores[name]) - _resampled(rows[is_test], scores[value])
        low, high = np.quantile(gains, [0.025, 0.975])
        gain = _auc(rows[is_test], scores[name]) - _auc(rows[is_test], scores[value])
        print(f"{name + ', gained':<41} AUC {gain:+.4f} [{low:+.4f}, {high:+.4f}]")


def _rows(connection: duckdb.DuckDBPyConnection, tables: dict[str, pa.Table]):  # noqa: ANN202
    """Return a row a mailing: who, of which campaign, what was known, whether they redeemed."""
    whole = complete(tables)
    known = whole | {"awards": _once_ended(whole), "reports": whole["reports"].slice(0, 0)}
    for name in ("trials", "applications", "awards"):
        connection.register(name, whole[name])
    nothing = NEED_STATES_TABLE.empty()
    facts = pa.concat_tables(
        _facts(known, whole["trials"].slice(number, 1), nothing, has_deliveries=False)
        for number in range(len(whole["trials"]))
    )
    connection.register("facts", facts.select(FACTS))
    purchases = connection.sql(_PURCHASES).to_arrow_table()
    connection.register("purchases", purchases)
    return connection.sql(_JOINED).df()


_JOINED = f"""
with past as (
    select m.trial_id, m.user_id, count(*) as mailings, count(w.user_id) as responses
    from applications m join trials t using (trial_id)
    join applications o on o.user_id = m.user_id
    join trials e on e.trial_id = o.trial_id and e.reports_due_on < t.opens_on
    left join awards w on w.trial_id = o.trial_id and w.user_id = o.user_id
    group by all
)
select p.*, f.need_days, f.other_applications, f.awards_year,
       (coalesce(h.responses, 0) + {PRIOR_RESPONSES})
           / (coalesce(h.mailings, 0) + {PRIOR_RESPONSES + PRIOR_SILENCES}) as response_rate,
       w.user_id is not null as responded
from purchases p join facts f using (trial_id, user_id)
left join past h on h.trial_id = p.trial_id and h.user_id = p.user_id
left join awards w on w.trial_id = p.trial_id and w.user_id = p.user_id
order by p.trial_id, p.user_id
"""


def _published(
    connection: duckdb.DuckDBPyConnection, tables: dict[str, pa.Table], campaigns: list[str]
) -> pa.Table:
    """Return what the product says of each household on the day a mailing opens."""
    whole = complete(tables)
    known = whole | {"awards": _once_ended(whole), "reports": whole["reports"].slice(0, 0)}
    bought = purchase_days(whole["events"], whole["items"], level="need")
    model, said = ShikeModel(relearn_days=(LAST - CUT).days), []
    trials = whole["trials"].filter(pc.is_in(whole["trials"]["trial_id"], pa.array(campaigns)))
    trials = trials.sort_by("opens_on")
    connection.register("items", whole["items"])
    for number, opens_on in enumerate(trials["opens_on"].to_pylist()):
        day = day_number(opens_on)
        model.fit(bought.before(day), as_of=day)
        states = _states(model, bought.before(day))
        facts = _facts(known, trials.slice(number, 1), states, has_deliveries=True)
        scores = score_applicants(facts, ScoreOptions(), has_need_states=True)
        connection.register("states", states)
        connection.register("asked", facts.select(["trial_id", "user_id"]))
        connection.register("scored", pa.table({"fit": scores.fit, "score": scores.score}))
        said.append(connection.sql(_SERVED).to_arrow_table())
    return pa.concat_tables(said)


_SERVED = f"""
with served as (
    select distinct 'campaign-' || lpad(c.campaign_id::varchar, 2, '0') as trial_id,
           {NEED_GROUP_SQL} as need_group
    from coupons c join items i on i.item_id = c.product_id::varchar
)
select a.trial_id, a.user_id, any_value(z.fit) as fit, any_value(z.score) as score,
       coalesce(sum(s.p_need) filter (v.need_group is not null), 0) as served
from asked a positional join scored z
left join states s on s.user_id = a.user_id
left join served v on v.trial_id = a.trial_id and v.need_group = s.need_group
group by all order by a.trial_id, a.user_id
"""


def _states(model: ShikeModel, bought: Interactions) -> pa.Table:
    """Return everybody's chance of each need they have bought before."""
    users, things = np.unique(np.column_stack([bought.users, bought.things]), axis=0).T
    return pa.table(
        {
            "user_id": bought.user_ids[users].astype(str),
            "need_group": bought.thing_ids[things].astype(str),
            "p_need": model.chances(users, things),
        }
    )


def _once_ended(whole: dict[str, pa.Table]) -> pa.Table:
    """Date every award to the end of its campaign: on the way there nobody knew of it."""
    ends = dict(
        zip(
            whole["trials"]["trial_id"].to_pylist(),
            whole["trials"]["reports_due_on"].to_pylist(),
            strict=True,
        )
    )
    awards = whole["awards"]
    at = [datetime.combine(ends[one], time(23)) for one in awards["trial_id"].to_pylist()]
    place = awards.column_names.index("awarded_at")
    field = awards.schema.field(place)
    return awards.set_column(place, field, pa.array(at, pa.timestamp("us")).cast(field.type))


def _facts(
    known: dict[str, pa.Table],
    trial: pa.Table,
    need_states: pa.Table,
    *,
    has_deliveries: bool,
) -> pa.Table:
    """Gather the facts of a campaign's households as they stood when the mailing opened."""
    opens_on = trial["opens_on"][0].as_py()
    place = trial.column_names.index("closes_on")
    eve = pa.array([date.fromordinal(opens_on.toordinal() - 1)], pa.date32())
    closing = trial.set_column(place, trial.schema.field(place), eve)
    return gather_facts(
        known,
        closing,
        need_states,
        as_of=opens_on,
        letters_saturation=300.0,
        has_deliveries=has_deliveries,
    )


def _fitted(train, test, columns: tuple[str, ...], ridge: float) -> np.ndarray:  # noqa: ANN001
    """Fit a ridge-penalised logistic regression, an intercept a campaign; score the test rows."""
    x, mean, spread = _standardised(np.log1p(train[list(columns)].to_numpy(dtype=float)))
    campaigns = (train["trial_id"].to_numpy()[:, None] == np.unique(train["trial_id"])).astype(
        float
    )
    y, n = train["responded"].to_numpy(dtype=float), len(columns)
    design = np.hstack([x, campaigns])
    # The intercepts are held loosely: a campaign nobody redeemed has none of its own.
    penalty = np.r_[np.full(n, ridge), np.full(campaigns.shape[1], 0.1)]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        margin = design @ weights
        chance = 1 / (1 + np.exp(-margin))
        value = (np.logaddexp(0, margin) - y * margin).sum() + 0.5 * penalty @ weights**2
        return float(value), design.T @ (chance - y) + penalty * weights

    weights = minimize(loss, np.zeros(len(penalty)), jac=True, method="L-BFGS-B").x[:n]
    found = (np.log1p(test[list(columns)].to_numpy(dtype=float)) - mean) / spread
    return np.asarray(found @ weights)


def _standardised(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    mean, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)
    return (x - mean) / spread, mean, spread


def _auc(rows, scores: np.ndarray, weights: np.ndarray | None = None) -> float:  # noqa: ANN001
    """Return the share of pairs of a redeemer and another of the same campaign ranked rightly."""
    weights = np.ones(len(rows)) if weights is None else weights
    right = pairs = 0.0
    for places in rows.reset_index(drop=True).groupby("trial_id").indices.values():
        order = places[np.argsort(scores[places], kind="stable")]
        _, level = np.unique(scores[order], return_inverse=True)
        y = rows["responded"].to_numpy()[order]
        others = np.bincount(level, weights[order] * ~y)
        redeemers = np.bincount(level, weights[order] * y)
        right += float(redeemers @ (np.cumsum(others) - others / 2))
        pairs += float(redeemers.sum() * others.sum())
    return right / pairs


def _resampled(rows, scores: np.ndarray) -> np.ndarray:  # noqa: ANN001
    """Return the AUC over resampled households, the same ones whatever the scores."""
    rng = np.random.default_rng(0)
    households, of = np.unique(rows["user_id"].to_numpy().astype(str), return_inverse=True)
    found = []
    for _ in range(RESAMPLES):
        times = np.bincount(
            rng.integers(0, len(households), len(households)), minlength=len(households)
        )
        found.append(_auc(rows, scores, times[of].astype(float)))
    return np.array(found)


if __name__ == "__main__":
    main()
