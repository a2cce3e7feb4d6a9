"""The metrics as a scraper reads them."""

import re
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from infra.operations.metrics import exposition


def scraped(attempts):
    """Return what a scraper makes of the metrics: (name, labels) to value."""
    return {
        (sample.name, tuple(sorted(sample.labels.values()))): sample.value
        for family in text_string_to_metric_families(exposition(attempts).decode())
        for sample in family.samples
    }


def unix(*moment):
    return datetime(*moment, tzinfo=UTC).timestamp()


def test_a_good_attempt_is_told_whole(good):
    found = scraped([good])

    assert found["shike_attempt_success", ()] == 1
    assert found["shike_attempt_retries", ()] == 1
    assert found["shike_last_success_timestamp_seconds", ()] == unix(2017, 12, 4, 3, 2, 0, 500_000)
    assert found["shike_last_success_day_timestamp_seconds", ()] == unix(2017, 12, 4)
    assert found["shike_stage_seconds", ("checkpoint", "recommend")] == 1.25
    assert found["shike_stage_tries", ("land",)] == 2
    assert found["shike_stage_peak_growth_bytes", ("recommend",)] == 1 << 20
    assert found["shike_output_rows", ("recommendations",)] == 60
    assert found["shike_people", ("recommended",)] == 6
    assert found["shike_published_objects", ("new",)] == 30
    assert found["shike_published_objects", ("old",)] == 10
    assert found["shike_published_bytes", ()] == 123_456


def test_exactly_one_verdict_holds(good):
    found = scraped([good])

    verdicts = {labels: value for (name, labels), value in found.items() if name == "shike_verdict"}
    assert verdicts == {("pass",): 0, ("warn",): 1, ("block",): 0}


@pytest.mark.parametrize(("table", "read"), [("events", 100), ("items", 7)])
def test_the_fates_of_a_table_add_up_to_the_rows_read(good, table, read):
    fates = [
        value
        for (name, labels), value in scraped([good]).items()
        if name == "shike_input_rows" and table in labels
    ]

    assert len(fates) == 6
    assert sum(fates) == read


def test_a_failed_attempt_leaves_the_last_success_standing(good, failed):
    found = scraped([good, failed])

    assert found["shike_attempt_success", ()] == 0
    assert found["shike_attempt_exit_code", ()] == 5
    assert found["shike_last_success_day_timestamp_seconds", ()] == unix(2017, 12, 4)
    assert found["shike_attempt_day_timestamp_seconds", ()] == unix(2017, 12, 5)
    assert found["shike_stage_seconds", ("failed", "land")] == 61
    assert ("shike_published_bytes", ()) not in found


def test_the_alarms_of_the_handbook_ask_for_metrics_that_there_are(good, pytestconfig):
    handbook = (pytestconfig.rootpath / "docs" / "operations.md").read_text(encoding="utf-8")
    asked = set(re.findall(r"\bshike_[a-z_]+", handbook))

    assert len(asked) >= 4
    assert asked <= {name for name, _ in scraped([good])}


def test_before_any_success_there_is_none(failed):
    assert ("shike_last_success_timestamp_seconds", ()) not in scraped([failed])
