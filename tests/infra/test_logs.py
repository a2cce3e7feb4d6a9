"""Log lines: text for a person, one JSON object a line for a machine, and nobody else's noise."""

import json
import logging
import sys
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.progress import progress_bar
from infra.logs import JsonFormatter, configure_logging, is_configured, log_about


@pytest.fixture(autouse=True)
def logging_as_it_was():
    """Put handlers and levels back, which are the process's own."""
    loggers = [logging.root, *map(logging.getLogger, ("flows", "infra", "somebody"))]
    before = [(it, it.handlers[:], it.level, it.propagate) for it in loggers]
    yield
    for logger, handlers, level, propagate in before:
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


@pytest.fixture
def lines(capsys):
    """What was written to stderr since the last look, parsed; stdout must have stayed clean."""

    def read():
        said = capsys.readouterr()
        assert said.out == ""
        return [json.loads(line) for line in said.err.splitlines()]

    return read


def test_a_line_of_json_tells_when_who_what_and_its_figures(lines):
    configure_logging(verbose=False, form="json")

    logging.getLogger("flows.day").info("made %d lists", 3, extra={"rows": 3, "seconds": 0.5})

    (line,) = lines()
    assert datetime.fromisoformat(line.pop("time")).utcoffset().total_seconds() == 0
    assert line == {
        "level": "info",
        "logger": "flows.day",
        "message": "made 3 lists",
        "rows": 3,
        "seconds": 0.5,
    }


def test_what_a_line_is_about_is_said_by_everybody_and_may_become_known_later(lines):
    configure_logging(verbose=False, form="json")
    logger, about = logging.getLogger("infra.store"), {"as_of": "2017-12-04", "stage": "none"}

    with log_about(about):
        logger.info("one")
        about["run_id"] = "r"
        with log_about({"stage": "publish"}):
            logger.warning("two")
    logger.info("three")

    one, two, three = lines()
    assert (one["as_of"], one["stage"], "run_id" in one) == ("2017-12-04", "none", False)
    assert (two["run_id"], two["stage"], two["level"]) == ("r", "publish", "warning")
    assert "as_of" not in three


def test_json_holds_other_libraries_lines_and_text_does_not(lines, capsys):
    configure_logging(verbose=False, form="json")
    logging.getLogger("somebody").warning("careful")
    assert [line["logger"] for line in lines()] == ["somebody"]

    configure_logging(verbose=False)
    logging.getLogger("somebody").warning("careful")
    logging.getLogger("flows.day").info("ours")

    said = capsys.readouterr().err
    assert "careful" not in said
    assert said.endswith("flows.day: ours\n")


def test_debug_lines_of_others_stay_hidden_since_an_s3_clients_hold_tokens(lines):
    configure_logging(verbose=True, form="json")

    logging.getLogger("somebody").debug("x-amz-security-token: hush")
    logging.getLogger("infra.store").debug("ours")

    assert [line["message"] for line in lines()] == ["ours"]


def test_setting_it_up_twice_says_nothing_twice(lines):
    configure_logging(verbose=False)
    configure_logging(verbose=False, form="json")

    logging.getLogger("flows").info("once")

    assert len(lines()) == 1
    assert is_configured()


def test_a_progress_bar_stays_out_of_json(lines, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    configure_logging(verbose=False, form="json")

    with progress_bar() as progress:
        progress("publish", 1, 2)

    assert lines() == []


def test_a_traceback_stays_on_its_line(lines):
    configure_logging(verbose=False, form="json")
    try:
        int("nonsense")
    except ValueError:
        logging.getLogger("flows").exception("a fault")

    (line,) = lines()
    assert line["message"] == "a fault"
    assert "ValueError" in line["error"]


@given(st.text(), st.floats() | st.integers() | st.booleans() | st.text())
def test_whatever_is_said_is_one_line_of_strict_json(message, figure):
    record = logging.LogRecord("n", logging.INFO, "p", 1, "%s", (message,), None)
    record.figure = figure

    text = JsonFormatter().format(record)

    def refuse(constant):
        raise AssertionError(constant)

    assert "\n" not in text
    assert json.loads(text, parse_constant=refuse)["message"] == message


def test_an_object_is_never_written_out():
    record = logging.LogRecord("n", logging.INFO, "p", 1, "m", (), None)
    record.settings = object()

    assert "settings" not in json.loads(JsonFormatter().format(record))


def test_a_handler_to_a_file_stays(tmp_path):
    handler = logging.FileHandler(tmp_path / "log")
    logging.getLogger("somebody").addHandler(handler)

    configure_logging(verbose=False)

    assert handler in logging.getLogger("somebody").handlers
    handler.close()
