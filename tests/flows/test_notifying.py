"""Who is told when a day does not end well, and what: posted for real to a server on this machine."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelling, Crashed

from flows.day import run_day
from flows.errors import SettingsError
from flows.notifying import tell
from flows.settings import load_settings

ABOUT = {
    "event",
    "shop",
    "store",
    "flow",
    "day",
    "flow_run",
    "flow_run_id",
    "run_id",
    "stage",
    "error",
    "exit_code",
    "what_to_do",
}


class Receiver:
    """What was posted, and how to answer."""

    def __init__(self):
        self.documents, self.status, self.address = [], 200, ""


@contextmanager
def receiving():
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.documents.append(json.loads(body))
            self.send_response(receiver.status)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.address = f"http://127.0.0.1:{server.server_port}/hook/canary-token"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield receiver
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def receiver(monkeypatch):
    with receiving() as receiver:
        monkeypatch.setenv("SHIKE_NOTIFY_WEBHOOK_URL", receiver.address)
        yield receiver


def run_of(**parameters):
    """A run as a runner hands it to a hook after the process of the day is gone."""
    flow_id = "7a5b2c60-0000-4000-8000-000000000001"
    return FlowRun(name="day 2017-12-04", flow_id=flow_id, parameters=parameters)


@pytest.mark.prefect
@pytest.mark.xdist_group("prefect")
def test_a_blocked_day_is_told_with_its_findings(command, as_of, receiver, tmp_path):
    data, store = tmp_path / "data", tmp_path / "store"
    data.mkdir()
    (data / "events.csv").write_text("event_id,user_id\ne1,canary-person\n", encoding="utf-8")

    assert command.run("validate", data, store, as_of) == 3

    (told,) = receiver.documents
    pointer = json.loads((store / "internal" / "current.json").read_text(encoding="utf-8"))
    assert set(told) == ABOUT
    assert told["event"] == "failed"
    assert told["day"] == str(as_of)
    assert told["exit_code"] == 3
    assert told["run_id"] == pointer["run_id"]
    assert "validation blocks the day" in told["error"]
    assert "validation report" in told["what_to_do"]
    assert "canary" not in json.dumps(told)


@pytest.mark.prefect
@pytest.mark.xdist_group("prefect")
@pytest.mark.parametrize("fault", ["refused", "nobody there"])
def test_a_notification_that_fails_changes_nothing(
    command, as_of, receiver, tmp_path, monkeypatch, capsys, fault
):
    if fault == "refused":
        receiver.status = 500
    else:
        monkeypatch.setenv("SHIKE_NOTIFY_WEBHOOK_URL", "http://127.0.0.1:1/canary-token")

    assert command.run("daily", tmp_path / "absent", tmp_path / "store", as_of) == 3

    assert len(receiver.documents) == (fault == "refused")
    assert all(told["stage"] == "land" for told in receiver.documents)
    said = capsys.readouterr().err
    assert "nobody could be notified" in said
    assert "canary-token" not in said


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (Crashed(message="Flow run process exited with non-zero status code -9."), "crashed"),
        (Cancelling(), "cancelling"),
    ],
)
def test_a_day_whose_process_is_gone_is_told_by_the_one_that_started_it(receiver, state, event):
    tell(run_day, run_of(as_of="2017-12-04", store="s", config=None), state)

    (told,) = receiver.documents
    assert told["event"] == event
    assert told["day"] == "2017-12-04"
    assert told["exit_code"] is None
    assert told["error"] == (state.message or state.name)
    assert "run the same day again" in told["what_to_do"]


def test_every_end_that_is_not_good_is_listened_to():
    for hooks in (
        run_day.on_failure_hooks,
        run_day.on_crashed_hooks,
        run_day.on_cancellation_hooks,
    ):
        assert hooks == [tell]


def test_without_an_address_nobody_is_told(receiver, monkeypatch):
    monkeypatch.delenv("SHIKE_NOTIFY_WEBHOOK_URL")

    tell(run_day, run_of(), Crashed())

    assert receiver.documents == []


def test_an_address_that_is_none_is_refused_and_not_repeated():
    with pytest.raises(SettingsError) as error:
        load_settings(environ={"SHIKE_NOTIFY_WEBHOOK_URL": "ftp://canary-token"})

    assert "[notify] webhook_url" in str(error.value)
    assert "canary-token" not in str(error.value)
