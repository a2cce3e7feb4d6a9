"""Which of the shop's own models a day reads with: never one from its future, none of an erased person."""

from datetime import date, timedelta

import pytest

from flows.corrections import Decisions
from flows.report_models import PREFIX, OwnModel, ReportModels, models_in_use, objects_of
from infra.publish import publish
from infra.store import open_store

FIRST, SECOND = date(2026, 3, 2), date(2026, 3, 9)
NOBODY = Decisions({}, frozenset(), "key")


@pytest.fixture
def store(tmp_path):
    """A store with two trainings of the English model, a week apart."""
    target = open_store(str(tmp_path))
    for day, author in ((FIRST, "ann"), (SECOND, "bob")):
        run_id = f"{day}-run"
        own = {"en": OwnModel(run_id, tuple(NOBODY.marks({author})), author.encode())}
        publish(target, PREFIX, run_id, objects_of(ReportModels(own), [], {}), as_of=day)
    return target


def erased(person, key="key"):
    names = set(Decisions({}, frozenset(), key).marks({person})) - set(NOBODY.marks(set()))
    return Decisions({}, frozenset(names), key)


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (FIRST, "packaged"),
        (FIRST + timedelta(days=1), f"{FIRST}-run"),
        (SECOND, f"{FIRST}-run"),
        (SECOND + timedelta(days=30), f"{SECOND}-run"),
    ],
)
def test_a_day_reads_with_the_last_training_before_it(store, day, version):
    assert models_in_use(store, day, NOBODY).versions == {"zh": "packaged", "en": version}


def test_a_store_without_trainings_reads_with_the_packaged_models(tmp_path):
    models = models_in_use(open_store(str(tmp_path)), SECOND, NOBODY)

    assert models.versions == {"zh": "packaged", "en": "packaged"}
    assert models.fingerprint() == ""


def test_only_who_was_learned_from_takes_a_model_away_when_erased(store):
    later = SECOND + timedelta(days=1)

    assert models_in_use(store, later, erased("bob")).own == {}
    assert models_in_use(store, later, erased("ann")).own
    # Under another key nobody can tell, so no model is trusted.
    assert models_in_use(store, later, erased("ann", key="another")).own == {}


def test_a_model_names_the_run_that_reads_with_it(store):
    found = models_in_use(store, SECOND + timedelta(days=1), NOBODY)

    assert found.fingerprint() == f"en:{SECOND}-run"
    assert found.own["en"].body == b"bob"
