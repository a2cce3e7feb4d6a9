"""Bad trials, applications and awards: named and set aside, and everything else goes on.

One tiny shop, delivered with every fault at once: each fault is refused by its own rule, and what
was delivered beside it is drawn as if the fault had not been there.
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quality.tables.inputs import INPUTS

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]

CLOSED_ON = date(2026, 3, 1)
AS_OF = CLOSED_ON + timedelta(days=1)
PEOPLE = [f"u{number:02d}" for number in range(60)]
BLOCKED, INFEASIBLE = 3, 4
WINNERS = ("core", "band", "open")


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def trial(trial_id, **changes):
    return {
        "trial_id": trial_id,
        "merchant_id": "M1",
        "item_id": "I1",
        "units": 10,
        "opens_on": CLOSED_ON - timedelta(days=9),
        "closes_on": CLOSED_ON,
        "reports_due_on": CLOSED_ON + timedelta(days=30),
        "goal": "improve",
    } | changes


def quotas(*bounds):
    """Regions with their minimum and maximum."""
    return json.dumps(
        [
            {"attribute": "region", "value": region, "min": low, "max": high}
            for region, low, high in bounds
        ]
    )


LONG_AGO = {
    "opens_on": date(2025, 9, 1),
    "closes_on": date(2025, 9, 9),
    "reports_due_on": date(2025, 10, 9),
}
SOUND = [trial("old", units=40, **LONG_AGO), trial("good")]
APPLICANTS = {"good": PEOPLE[:50], "old": PEOPLE[:45]}
AWARDED = {"old": PEOPLE[:40]}


def deliver(folder, trials, applicants, awarded):
    """Write a shop of sixty people, half of them in each of two regions."""
    dated = {row["trial_id"]: row for row in trials}
    day_of = {name: row["opens_on"] for name, row in dated.items()}
    rows = {
        "items": [{"item_id": "I1", "merchant_id": "M1", "name": "soap", "category": "home/soap"}],
        "users": [
            {"user_id": user, "region": "NS"[number % 2], "has_marketing_consent": True}
            for number, user in enumerate(PEOPLE)
        ],
        "events": [
            {
                "event_id": f"e-{user}",
                "user_id": user,
                "item_id": "I1",
                "event_type": "purchase",
                "occurred_at": noon(date(2026, 1, 1)),
            }
            for user in PEOPLE
        ],
        "trials": trials,
        "applications": [
            {
                "application_id": f"{name}-{number}",
                "trial_id": name,
                "user_id": user,
                "applied_at": noon(day_of[name]) + timedelta(minutes=number),
            }
            for name, users in applicants.items()
            for number, user in enumerate(users)
        ],
        "awards": [
            {
                "trial_id": name,
                "user_id": user,
                "awarded_at": noon(date(2025, 9, 10)),
                "delivered_on": date(2025, 9, 12),
            }
            for name, users in awarded.items()
            for user in users
        ],
    }
    folder.mkdir()
    for name, some in rows.items():
        declared = INPUTS[name]
        pq.write_table(pa.Table.from_pylist(some, declared.schema), folder / f"{name}.parquet")
    return folder


FAULTY = [
    trial("backwards", opens_on=CLOSED_ON, closes_on=CLOSED_ON - timedelta(days=3)),
    trial("unitless", units=0),
    trial("endless", units=10**9),
    trial("contradictory", quotas=quotas(("N", 9, 1))),
]
REFUSED = {
    ("trials", "backwards"): "opens_on.not_after_closes_on",
    ("trials", "unitless"): "units.bounds",
    ("trials", "endless"): "units.plausible",
    ("trials", "contradictory"): "quotas.min_not_above_max",
    ("applications", "good-50"): "application.one_a_person",
    ("awards", "u59"): "award.to_applicant",
}
"""Table and row → the rule that must refuse it."""


@dataclass(frozen=True)
class Day:
    """One run of ``shike run recruit`` and the folder it published to."""

    store: Path
    code: int

    def table(self, name):
        run_id = json.loads((self.store / "internal" / "current.json").read_text())["run_id"]
        path = self.store / "internal" / "runs" / run_id / f"{name}.parquet"
        return pq.read_table(path).to_pylist()

    def pointers(self):
        return {
            path.relative_to(self.store).as_posix(): path.read_bytes()
            for path in sorted(self.store.rglob("current.json"))
        }


@pytest.fixture(scope="module")
def faulty(command, tmp_path_factory):
    """The day on which every fault comes at once, beside what is sound and what is merely odd."""
    root = tmp_path_factory.mktemp("faulty")
    applicants = APPLICANTS | {"good": [*PEOPLE[:50], PEOPLE[0]]}
    applicants |= {"short": PEOPLE[50:53], "nobody": PEOPLE[53:58]}
    odd = [trial("short", units=25), trial("nobody", regions="the moon")]
    data = deliver(
        root / "data",
        [*SOUND, *odd, *FAULTY],
        applicants,
        AWARDED | {"old": [*PEOPLE[:40], "u59"]},
    )
    return Day(root / "store", command.run("recruit", data, root / "store", AS_OF))


@pytest.mark.parametrize(("table", "key"), REFUSED)
def test_a_faulty_row_is_set_aside_by_the_rule_it_breaks(faulty, table, key):
    assert faulty.code == 0

    (refused,) = [
        row
        for row in faulty.table("quarantine")
        if row["table"] == table and key in json.loads(row["raw"]).values()
    ]

    assert refused["rule_ids"] == [REFUSED[table, key]]
    assert refused["source_file"] == f"{table}.parquet"


@pytest.mark.parametrize(("table", "key"), REFUSED)
def test_the_report_says_what_must_hold_and_where_it_does_not(faulty, table, key):
    (told,) = [
        row
        for row in faulty.table("validation_report")
        if row["table"] == table and row["rule_id"] == REFUSED[table, key]
    ]

    assert told["rows_failed"] == 1
    assert f"{table}.parquet, row " in told["found_en"]
    assert f"{table}.parquet 第 " in told["found_zh"]
    assert told["sentence_en"]
    assert told["why_en"]


def test_what_was_refused_takes_no_part(faulty):
    drawn = {row["trial_id"] for row in faulty.table("selection")}

    assert drawn == {"good", "short", "nobody"}
    assert {row["trial_id"] for row in faulty.table("trial_funnel")} == drawn | {"old"}
    assert "u59" not in {row["user_id"] for row in faulty.table("award_states")}


def test_whoever_applied_twice_has_one_lot(faulty):
    mine = [row for row in faulty.table("selection") if row["trial_id"] == "good"]

    assert sorted(row["user_id"] for row in mine) == PEOPLE[:50]
    assert sum(row["arm"] in WINNERS for row in mine) == 10


def test_with_fewer_applicants_than_units_each_gets_one_and_the_rest_stay(faulty):
    mine = [row for row in faulty.table("selection") if row["trial_id"] == "short"]
    (certificate,) = [row for row in faulty.table("draw_certificate") if row["trial_id"] == "short"]

    assert [row["arm"] for row in mine] == ["core"] * 3
    assert {row["inclusion_probability"] for row in mine} == {1.0}
    assert certificate["units"] == 3


def test_a_trial_nobody_is_eligible_for_gives_nothing_and_says_why(faulty):
    mine = [row for row in faulty.table("selection") if row["trial_id"] == "nobody"]
    (certificate,) = [
        row for row in faulty.table("draw_certificate") if row["trial_id"] == "nobody"
    ]

    assert [row["reason_code"] for row in mine] == ["region"] * 5
    assert certificate["units"] == 0
    assert json.loads(certificate["eligibility"])["refused"] == {"region": 5}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            quotas(("N", 8, 10), ("S", 7, 10)),
            ("trial late", "region=N", "at least 8", "lower its minimum from 8 to"),
        ),
        (
            quotas(("N", 40, None)),
            ("trial late", "region=N", "at least 40", "lower its minimum from 40 to"),
        ),
    ],
    ids=["more in sum than units", "more than units"],
)
def test_quotas_that_cannot_be_met_change_nothing_that_is_published(
    command, faulty, tmp_path, capsys, asked, said
):
    late = trial("late", closes_on=AS_OF, quotas=asked)
    applicants = APPLICANTS | {"late": PEOPLE[40:]}
    data = deliver(tmp_path / "data", [*SOUND, late], applicants, AWARDED)
    before = faulty.pointers()

    code = command.run("recruit", data, faulty.store, AS_OF + timedelta(days=1))

    told = capsys.readouterr().err
    assert code == INFEASIBLE
    assert all(words in told for words in said), told
    assert "Traceback" not in told
    assert faulty.pointers() == before
