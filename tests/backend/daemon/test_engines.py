"""Engines that fail, hang or take their time: the daemon stays answerable and says what is the matter."""

import threading
from contextlib import ExitStack, suppress

import pytest

from restored_client import Cancelled, ClientError, Pixels, Progress, Session
from restored_client.wire.messages import describe

LAYER = Pixels(2, 2, 3, "u8", bytes(12))


def test_words_tell_what_is_waited_for(launch_odd, folder) -> None:
    def hear(progress: Progress) -> None:
        if progress.words == "Loading the models…":
            (folder / "run" / "go").touch()

    with launch_odd("Slow").session() as session:
        assert session.hello["state"] == "new"
        assert session.hello["models"] == []
        assert session.restore(LAYER, instruction="x", on_progress=hear).changed
        assert session.status()["state"] == "ready"
        with Session.open(client="later", start=False) as later:
            assert later.hello["default_model"] == "echo"


def test_hello_and_status_are_answered_while_the_engine_loads(launch_odd) -> None:
    daemon = launch_odd("Slow")
    with daemon.session():
        assert daemon.status()["state"] == "loading"


def test_an_unforeseen_failure_is_told_and_logged_and_the_next_job_works(launch_odd) -> None:
    daemon = launch_odd("Raising")
    with daemon.session() as session:
        with pytest.raises(ClientError) as raised:
            session.restore(LAYER, instruction="raise")
        assert raised.value.code == "engine_failed"
        assert "deep inside" in raised.value.detail
        assert session.restore(LAYER, instruction="x").changed
    assert "RuntimeError: deep inside" in daemon.log


def test_an_incomplete_installation_is_told(launch_odd) -> None:
    with launch_odd("Unloadable").session() as session:
        for _ in range(2):
            with pytest.raises(ClientError) as raised:
                session.restore(LAYER, instruction="x")
            assert raised.value.code == "engine_missing"
            assert "restored_is_not_complete" in raised.value.detail
        assert session.status()["state"] == "broken"


def test_a_job_that_does_not_stop_does_not_keep_the_daemon(launch_odd, folder) -> None:
    daemon = launch_odd("Stubborn")
    with daemon.session() as session:
        thread = threading.Thread(target=swallow, args=(session,))
        thread.start()
        daemon.wait_for(lambda status: status["jobs"] and status["jobs"][0]["stage"] == "running")
        assert daemon.end() == 3
        thread.join()
    assert {path.name for path in (folder / "run").iterdir()} == {"lock"}


def swallow(session) -> None:
    with pytest.raises(ClientError, match="shutting down"):
        session.restore(LAYER, instruction="x")


def test_finished_pieces_are_shown_when_they_are_wanted(launch_odd) -> None:
    heard: list[Progress] = []
    with launch_odd("Piecewise").session() as session:
        assert session.restore(LAYER, instruction="x", on_progress=heard.append).changed
        assert [progress for progress in heard if progress.preview] == []
        assert session.restore(LAYER, instruction="x", previews=True, on_progress=heard.append).changed
    (piece,) = [progress for progress in heard if progress.preview]
    assert (piece.x, piece.y, piece.fraction, piece.words) == (1, 0, 0.5, "Restoring")
    assert piece.preview is not None
    assert piece.preview.view.tobytes() == b"abc"


def test_whatever_there_is_to_say_a_client_can_read_it(launch_odd) -> None:
    """Models by the thousand, and a plan as long as a request may be: neither hello, list, result nor the end is refused."""
    plan = {"steps": [{"task": "denoise", "words": "noise"}], "text": "x" * 240_000}
    with launch_odd("Wordy").session() as session:
        assert len(session.models()) == 200
        assert session.restore(LAYER, instruction="x", plan=plan).recipe["plan"]["text"] == plan["text"]
        with Session.open(client="later", start=False) as later:
            assert len(later.hello["models"]) == 200
            later.shutdown()


def test_a_search_keeps_no_plan_waiting_and_ends_when_nobody_wants_it(launch_odd) -> None:
    daemon = launch_odd("Searching")
    enough = threading.Event()
    heard: list[str] = []

    def search(session: Session) -> None:
        with pytest.raises(Cancelled):
            session.region(
                {"places": ["marks"]}, LAYER, on_progress=lambda step: heard.append(step.words), cancelled=enough.is_set
            )

    with daemon.session() as session:
        thread = threading.Thread(target=search, args=(session,))
        thread.start()
        daemon.wait_for(lambda status: [(job["kind"], job["stage"]) for job in status["jobs"]] == [("region", "running")])
        with Session.open(client="other", start=False) as other:
            assert other.explain("x")["steps"]
            daemon.wait_for(lambda _: "Searching" in heard)
            enough.set()
            thread.join(60)
            assert other.restore(LAYER, instruction="x").changed  # the lane is free again


@pytest.mark.parametrize("places", [7, None, "marks", [["marks"]], {"marks": 1}, ["marks"] * 1000])
def test_places_of_any_kind_cost_nobody_anything(daemon, places) -> None:
    with daemon.session() as session:
        with suppress(ClientError):
            session.region({"places": places}, LAYER)
        assert session.restore(LAYER, instruction="x").changed


PATIENT = """
from restored.daemon import serve
from restored.daemon.settings import DaemonSettings
serve(DaemonSettings(engine="echo", upload=600, stall=600))
"""
"""A daemon that waits for pictures longer than it takes to ask for very many on any machine."""


@pytest.mark.slow
def test_a_crowd_of_clients_and_requests_leaves_a_status_that_can_be_read(launch) -> None:
    daemon = launch(program=["-c", PATIENT])
    with daemon.session() as watcher, ExitStack() as stack:
        for number in range(8):
            raw = stack.enter_context(daemon.raw())
            raw.ask("hello", client=f"{number} " + "x" * 60)
            for request in range(40):  # none of whose pictures comes
                raw.ask("restore", request=f"{request}", instruction="x", frames=[describe("layer", LAYER)])
        status = watcher.status()
        assert len(status["jobs"]) == 200
        assert len(status["clients"]) == 9
