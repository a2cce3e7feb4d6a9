"""Coupon mailings of Complete Journey as trials, because the data hold no trials.

A campaign is a trial, the households that were sent its coupons are the applicants, and a
redeemed coupon is the response of somebody who was given a unit. Nobody applied for anything:
application times are spread over the first day by arithmetic and mean nothing.

A campaign that ended before the as-of date has awarded its units to the households that redeemed;
what arrived when is unknown, so ``delivered_on`` stays null and no report was ever due. A campaign
that is still running is a trial to be drawn. Three campaigns began before the first purchase on
record and are left out: what their households bought before is unknown.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa

from infra.sources.complete_journey import merchant_id
from quality.tables.inputs import APPLICATIONS, AWARDS, TRIALS

if TYPE_CHECKING:
    from datetime import date

    import duckdb

APPLICATION_DAYS = 7
"""Days on which applications are open, the first included."""

_GOALS = {"Type A": "balanced", "Type B": "convert", "Type C": "improve"}

_QUOTAS = {
    18: [
        {"attribute": "age_band", "value": "19-24", "min": 3, "max": 20},
        {"attribute": "age_band", "value": "45-54", "min": 10, "max": 40},
        {"attribute": "age_band", "value": "65+", "min": 5, "max": 20},
    ],
    20: [{"attribute": "age_band", "value": "25-34", "min": 4, "max": 20}],
}
"""Quotas by campaign; they bind without being out of reach of the households with a known age."""


def campaign_tables(connection: duckdb.DuckDBPyConnection, *, as_of: date) -> dict[str, pa.Table]:
    """Return ``trials``, ``applications`` and ``awards`` in their declared shape.

    Args:
        connection: What ``complete_journey.open_journey`` returned.
        as_of: Campaigns that ended before this day have awarded their units.
    """
    connection.register("products_on_trial", _products_on_trial(connection))
    parameters = {"as_of": as_of, "last": APPLICATION_DAYS - 1}
    connection.execute(_CAMPAIGN_TRIALS, parameters)
    trials = connection.sql(_TRIALS).to_arrow_table()
    numbers = trials["campaign_id"].to_pylist()
    departments = trials["department"].to_pylist()
    types = trials["campaign_type"].to_pylist()
    quotas = [json.dumps(_QUOTAS[number]) if number in _QUOTAS else None for number in numbers]
    trials = (
        trials.append_column("merchant_id", pa.array([merchant_id(name) for name in departments]))
        .append_column("goal", pa.array([_GOALS[kind] for kind in types]))
        .append_column("quotas", pa.array(quotas, pa.string()))
    )
    return {
        "trials": TRIALS.conform(trials),
        "applications": APPLICATIONS.conform(connection.sql(_APPLICATIONS).to_arrow_table()),
        "awards": AWARDS.conform(connection.sql(_AWARDS).to_arrow_table()),
    }


def _products_on_trial(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Choose each campaign's most bought packaged brand product that is not on trial already."""
    taken: dict[int, int] = {}
    for campaign, product in connection.execute(_CANDIDATES).fetchall():
        if campaign not in taken and product not in taken.values():
            taken[campaign] = product
    return pa.table({"campaign_id": list(taken), "product_id": list(taken.values())})


# Days with a purchase before the campaign began, so that the choice uses nothing that came later.
_CANDIDATES = """
SELECT campaign_id, product_id
FROM (SELECT DISTINCT campaign_id, product_id FROM coupons)
JOIN campaign_descriptions USING (campaign_id)
JOIN lines USING (product_id)
WHERE day < start_date AND brand = 'National'
  AND department IN ('GROCERY', 'DRUG GM', 'COSMETICS', 'NUTRITION')
GROUP BY campaign_id, product_id, start_date
ORDER BY start_date, campaign_id, count(DISTINCT (household_id, day)) DESC, product_id
"""

_CAMPAIGN_TRIALS = """
CREATE OR REPLACE TABLE campaign_trials AS
WITH applicants AS (
    SELECT campaign_id, count(*) AS households FROM campaigns GROUP BY campaign_id),
redeemers AS (
    SELECT campaign_id, count(DISTINCT household_id) AS households
    FROM coupon_redemptions GROUP BY campaign_id)
SELECT campaign_id, 'campaign-' || lpad(campaign_id::VARCHAR, 2, '0') AS trial_id, campaign_type,
       product_id, start_date::DATE AS opens_on, start_date::DATE + $last::INTEGER AS closes_on,
       end_date::DATE AS reports_due_on, end_date::DATE < $as_of AS is_over,
       greatest(least(a.households // 4, 120),
                CASE WHEN is_over THEN coalesce(r.households, 0) ELSE 0 END) AS units
FROM campaign_descriptions
JOIN products_on_trial USING (campaign_id)
JOIN applicants a USING (campaign_id)
LEFT JOIN redeemers r USING (campaign_id)
"""

_TRIALS = """
SELECT campaign_id, campaign_type, department, trial_id, product_id::VARCHAR AS item_id, units,
       opens_on, closes_on, reports_due_on
FROM campaign_trials JOIN products USING (product_id) ORDER BY campaign_id
"""

# Between 8 and 22 o'clock; the multipliers are primes that only spread the households out.
_APPLICATIONS = """
SELECT trial_id || '-' || household_id AS application_id, trial_id,
       household_id::VARCHAR AS user_id, 'mailing' AS source,
       opens_on + INTERVAL 8 HOUR
           + ((household_id * 7919 + campaign_id * 104729) % 50400) * INTERVAL 1 SECOND
           AS applied_at
FROM campaigns JOIN campaign_trials USING (campaign_id) ORDER BY application_id
"""

_AWARDS = """
SELECT DISTINCT trial_id, household_id::VARCHAR AS user_id,
       closes_on + INTERVAL 1 DAY + INTERVAL 9 HOUR AS awarded_at
FROM coupon_redemptions JOIN campaign_trials USING (campaign_id)
WHERE is_over ORDER BY trial_id, user_id
"""
