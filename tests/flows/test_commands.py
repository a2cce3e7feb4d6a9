"""Tests for the commands that run no flow."""

import json
import subprocess
import sys

import pytest

from flows.cli import run_command_line
from quality.tables import INPUTS, OUTPUTS
from recommender.evaluation.baselines import baselines


def test_the_evaluation_compares_shike_with_every_baseline(shop, tmp_path, capsys):
    page = tmp_path / "evaluation.html"
    arguments = ["evaluate", "--data", str(shop), "--cuts", "2017-05-01", "--no-timing"]

    assert run_command_line([*arguments, "--without", "brand", "--page", str(page), "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    names = [model["model"] for model in found["models"]]
    assert names[:3] == ["shike", "shike, nothing held back", "shike without brand"]
    for baseline in baselines():
        assert {baseline.name, f"{baseline.name} + suppression"} <= set(names)
    assert found["ablations"] == ["shike, nothing held back", "shike without brand"]
    drawn = page.read_text(encoding="utf-8")
    for section in ("models", "rivals", "ablations", "slots"):
        assert f'<section id="{section}"' in drawn


def test_only_known_groups_can_be_left_out(shop, capsys):
    assert run_command_line(["evaluate", "--data", str(shop), "--without", "luck"]) == 2

    assert "'luck' is not one of 'timing', 'collaborative'" in capsys.readouterr().err


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_data_dictionary_names_every_table_and_column(language, capsys):
    assert run_command_line(["tables", "--lang", language]) == 0

    said = capsys.readouterr().out
    for table in (*INPUTS.values(), *OUTPUTS.values()):
        assert table.name in said
        for column in table.columns:
            assert column.name in said


def test_the_written_dictionary_is_the_one_the_code_declares(request, capsys):
    for language, name in (("en", "tables.md"), ("zh", "tables.zh.md")):
        run_command_line(["tables", "--lang", language])
        written = (request.config.rootpath / "docs" / name).read_text(encoding="utf-8")
        assert capsys.readouterr().out == written, "run `make docs`"


def test_a_synthetic_shop_has_its_truth_beside_it(tmp_path):
    out = tmp_path / "shop"

    assert run_command_line(["synth", "--users", "20", "--days", "60", "--out", str(out)]) == 0

    assert (out / "events.parquet").exists()
    assert list((out / "truth").glob("*.parquet"))


def test_a_good_delivery_passes_the_check(shop, as_of, capsys):
    assert run_command_line(["check", str(shop), "--as-of", str(as_of), "--json"]) == 0

    said = json.loads(capsys.readouterr().out)
    assert said["verdict"] == "pass"
    assert {count["table"] for count in said["counts"]} >= {"events", "items"}


def test_help_waits_for_no_library_that_only_a_day_needs():
    asked = (
        "import sys; from flows.cli import run_command_line; run_command_line(['--help']);"
        "heavy = {'duckdb', 'numpy', 'pandas', 'prefect', 'pyarrow', 'scipy', 'sklearn'};"
        "print('heavy:', sorted(heavy & set(sys.modules)))"
    )

    said = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout

    assert "evaluate" in said
    assert said.splitlines()[-1] == "heavy: []"
