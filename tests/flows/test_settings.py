"""Tests for flows.settings and the settings example."""

import tomllib
from pathlib import Path

import pytest

from flows.cli import run_command_line
from flows.errors import SettingsError
from flows.example import example_toml
from flows.settings import Settings, load_settings
from infra.logs import configure_logging, is_for_machines

ROOT = Path(__file__).parents[2]


def write(folder, text):
    path = folder / "shike.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_every_setting_has_its_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert load_settings(environ={}) == Settings()


def test_a_variable_beats_the_file(tmp_path):
    path = write(tmp_path, '[shop]\nname = "from file"\nsmallest_cell = 7\n')

    settings = load_settings(path, {"SHIKE_SHOP_NAME": "from environment"})

    assert settings.shop.name == "from environment"
    assert settings.shop.smallest_cell == 7


@pytest.mark.parametrize(
    ("setting", "argument", "is_json"),
    [
        ("text", (), False),
        ("json", (), True),
        ("json", ("--log-format", "text"), False),
        ("text", ("--log-format", "json"), True),
    ],
)
def test_the_logs_form_is_a_setting_that_an_argument_beats(tmp_path, setting, argument, is_json):
    config = write(tmp_path, f'[logging]\nformat = "{setting}"\n')

    # There is nothing to check there, which is noticed after the log was set up.
    run_command_line(["check", str(tmp_path / "absent"), "--config", str(config), *argument])

    assert is_for_machines() == is_json
    configure_logging(verbose=False)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[shop]\nnmae = 'x'\n", "unknown setting 'nmae' in [shop]"),
        ("[shops]\nname = 'x'\n", "unknown section [shops]"),
        ("[shop]\nsmallest_cell = 'many'\n", "[shop] smallest_cell"),
        ("[shop\n", "not valid TOML"),
        ("name = 'x'\n", "unknown section [name]"),
        ("shop = 'x'\n", "[shop] must be a section"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path, text, named):
    with pytest.raises(SettingsError) as error:
        load_settings(write(tmp_path, text), {})

    assert named in str(error.value)


def test_a_variable_that_sets_nothing_is_an_error():
    with pytest.raises(SettingsError, match="SHIKE_SHOPS_NAME names no section"):
        load_settings(environ={"SHIKE_SHOPS_NAME": "x"})


def test_a_missing_file_that_was_asked_for_is_an_error(tmp_path):
    with pytest.raises(SettingsError, match="no settings file"):
        load_settings(tmp_path / "absent.toml", {})


def test_a_variable_can_set_a_list():
    settings = load_settings(environ={"SHIKE_SHOP_NOTES_EN": '["one", "two"]'})

    assert settings.shop.notes_en == ("one", "two")


def test_the_example_holds_every_setting_with_its_default():
    example = ROOT / "shike.example.toml"

    assert example.read_text(encoding="utf-8") == example_toml(), "run `make docs`"
    assert load_settings(example, {}) == Settings()
    assert tomllib.loads(example_toml())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[shop]\npseudonym_key = "hush"\n', r"\[shop\] pseudonym_key .* SHIKE_SHOP_PSEUDONYM_KEY"),
        ('[store]\nsecret_key = "hush"\naccess_key = "a"\n', r"\[store\] secret_key"),
        ('[recruit]\ndraw_secret = "hush"\n', r"\[recruit\] draw_secret"),
    ],
)
def test_a_file_with_secrets_that_everybody_may_read_is_refused(tmp_path, text, named):
    path = tmp_path / "shike.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)

    with pytest.raises(SettingsError, match=named) as refused:
        load_settings(path, {})
    assert "hush" not in str(refused.value)

    path.chmod(0o640)
    load_settings(path, {})


def test_a_file_without_secrets_may_be_read_by_everybody(tmp_path):
    path = tmp_path / "shike.toml"
    path.write_text('[shop]\nname = "Shop"\n', encoding="utf-8")
    path.chmod(0o644)

    assert load_settings(path, {}).shop.name == "Shop"
