import json

import pytest

pytestmark = [pytest.mark.real_data, pytest.mark.xdist_group("complete_journey")]


def rows(database, sql):
    return database.sql(sql).fetchall()


def test_campaigns_that_began_on_record_are_trials_and_their_households_applicants(journey_data):
    assert rows(
        journey_data,
        "SELECT (SELECT count(*) FROM shike_trials), (SELECT count(*) FROM shike_applications),"
        " (SELECT count(DISTINCT (trial_id, user_id)) FROM shike_applications)",
    ) == [(24, 6_442, 6_442)]


def test_four_trials_are_open_to_a_draw_on_the_as_of_date(journey_data):
    drawable = rows(
        journey_data,
        "SELECT trial_id, units FROM shike_trials ANTI JOIN shike_awards USING (trial_id)"
        " WHERE closes_on < DATE '2017-12-04' ORDER BY trial_id",
    )

    assert drawable == [
        ("campaign-15", 4),
        ("campaign-18", 120),
        ("campaign-19", 32),
        ("campaign-20", 61),
    ]


def test_dates_are_in_order(journey_data):
    assert not rows(
        journey_data,
        "FROM shike_trials WHERE NOT opens_on < closes_on OR NOT closes_on < reports_due_on",
    )
    assert not rows(
        journey_data,
        "SELECT * FROM shike_applications JOIN shike_trials USING (trial_id)"
        " WHERE (applied_at AT TIME ZONE 'UTC')::DATE NOT BETWEEN opens_on AND closes_on",
    )


def test_units_are_never_fewer_than_awards_and_always_fewer_than_applicants(journey_data):
    assert not rows(
        journey_data,
        """
        SELECT trial_id FROM shike_trials
        LEFT JOIN (SELECT trial_id, count(*) AS given FROM shike_awards GROUP BY ALL) USING (trial_id)
        JOIN (SELECT trial_id, count(*) AS asked FROM shike_applications GROUP BY ALL)
            USING (trial_id)
        WHERE units < coalesce(given, 0) OR units >= asked
        """,
    )


def test_an_award_goes_to_an_applicant_after_the_closing_of_an_ended_campaign(journey_data):
    assert rows(journey_data, "SELECT count(*) > 0 FROM shike_awards") == [(True,)]
    assert not rows(
        journey_data, "FROM shike_awards ANTI JOIN shike_applications USING (trial_id, user_id)"
    )
    assert not rows(
        journey_data,
        "SELECT * FROM shike_awards JOIN shike_trials USING (trial_id)"
        " WHERE (awarded_at AT TIME ZONE 'UTC')::DATE <= closes_on"
        " OR reports_due_on >= DATE '2017-12-04'",
    )


def test_every_trial_has_a_product_of_its_own_that_was_bought_before(journey_data):
    assert not rows(
        journey_data,
        """
        SELECT trial_id FROM shike_trials
        LEFT JOIN (SELECT item_id, min(occurred_at AT TIME ZONE 'UTC') AS first
                   FROM shike_events GROUP BY item_id) USING (item_id)
        WHERE first IS NULL OR first >= opens_on
        """,
    )
    assert rows(journey_data, "SELECT count(DISTINCT item_id) FROM shike_trials") == [(24,)]


def test_quotas_can_be_met_by_the_applicants_whose_age_is_known(journey_data):
    told = rows(
        journey_data,
        "SELECT trial_id, units, quotas FROM shike_trials WHERE quotas IS NOT NULL",
    )

    assert len(told) == 2
    for trial, units, quotas in told:
        least = 0
        for quota in json.loads(quotas):
            [(known,)] = rows(
                journey_data,
                "SELECT count(*) FROM shike_applications JOIN shike_users USING (user_id)"
                f" WHERE trial_id = '{trial}' AND age_band = '{quota['value']}'",
            )
            assert quota["min"] <= quota["max"] <= units
            assert known >= 2 * quota["min"]
            least += quota["min"]
        assert least <= units
