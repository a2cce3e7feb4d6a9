"""``shike verify-draw`` for an auditor who has the published files and nothing else."""

import json
import shutil

import pytest

from flows.cli import run_command_line

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]

FILES = ("_manifest.json", "run.json", "selection.parquet", "draw_certificate.parquet")
"""What a replay reads of a run, beside the pointer to it."""
PLACES = 24
"""Bytes changed a file, one at a time, evenly spread."""


@pytest.fixture
def alone(published, tmp_path):
    """A folder with the files that a replay reads, and not one other."""
    pointer = published.path / "internal" / "current.json"
    run = published.path / "internal" / "runs" / json.loads(pointer.read_text())["run_id"]
    for path in (pointer, *(run / name for name in FILES)):
        copy = tmp_path / "audit" / path.relative_to(published.path)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return tmp_path / "audit"


@pytest.fixture
def replay(published, alone):
    trial = published.table("selection")[0]["trial_id"]
    return lambda: run_command_line(["verify-draw", trial, "--store", str(alone), "--json"])


def test_the_published_files_alone_replay_the_draw(replay, capsys):
    assert replay() == 0

    assert json.loads(capsys.readouterr().out)["is_equal"] is True


@pytest.mark.parametrize("name", FILES)
def test_one_changed_byte_of_any_file_is_noticed(replay, alone, name, capsys):
    (path,) = alone.rglob(name)
    whole = path.read_bytes()

    for place in range(0, len(whole), max(1, len(whole) // PLACES)):
        path.chmod(0o644)
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])

        assert replay() != 0, place
        said = capsys.readouterr()
        told = json.loads(said.out)
        assert told["exit_code"] == 5
        assert name in told["error"]
        assert "is_equal" not in told
