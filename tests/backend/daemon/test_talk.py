"""What clients get from a daemon that echoes."""

import threading
import time

import pytest

from restored_client import Cancelled, ClientError, Pixels, Progress


def picture(side: int = 4) -> Pixels:
    return Pixels(side, side, 3, "u8", bytes(range(256))[: side * side * 3].ljust(side * side * 3, b"\1"))


def test_hello_says_who_is_there(survivor) -> None:
    with survivor.session() as session:
        hello = session.hello
    assert hello["protocol"] == 2
    assert hello["pid"] == survivor.process.pid
    assert hello["version"]
    assert hello["build"]
    assert hello["outdated"] is False
    assert hello["tasks"] == [{"id": "denoise", "label": "noise"}]


@pytest.mark.slow
@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_pixels_come_back_as_they_went(launch, tcp) -> None:
    daemon = launch(*(["--tcp"] if tcp else []))
    assert daemon.connection().endpoint.startswith("tcp://127.0.0.1:" if tcp else "ipc://")
    layer = Pixels(1000, 1500, 4, "u16", bytes(range(250)) * 48000)
    with daemon.session() as session:
        outcome = session.restore(layer, instruction="echo", mask=Pixels(1000, 1500, 1, "u8", bytes(1_500_000)))
    assert outcome.changed
    assert outcome.pixels is not None
    assert outcome.pixels.data == layer.data
    assert (outcome.pixels.width, outcome.pixels.height, outcome.pixels.depth) == (1000, 1500, "u16")
    assert outcome.plan["steps"][0]["task"] == "denoise"


def test_nothing_to_do_sends_no_pixels(survivor) -> None:
    with survivor.session() as session:
        outcome = session.restore(picture(), instruction=" ")
    assert not outcome.changed
    assert outcome.pixels is None
    assert outcome.message.startswith("There is nothing to do")


def test_an_instruction_may_be_long_or_broken_text(survivor) -> None:
    with survivor.session() as session:
        assert session.explain("x" * 100_000)["steps"]
        assert session.explain("surrogate \ud800")["steps"]


def test_adjust_needs_what_was_kept(survivor) -> None:
    with survivor.session() as session, survivor.session("other") as other:
        kept = session.restore(picture(), instruction="x", keep=True)
        assert session.adjust(kept.job, strength=0.25).recipe == {"strength": 0.25}
        assert session.adjust(kept.job).pixels is not None
        lost = session.restore(picture(), instruction="x")
        for asker, job in ((session, lost.job), (other, kept.job), (session, "nonsense")):
            with pytest.raises(ClientError) as raised:
                asker.adjust(job)
            assert raised.value.code == "expired"
        session.unload()
        with pytest.raises(ClientError, match="restore again"):
            session.adjust(kept.job)


def test_a_region_that_is_looked_for_says_how_far_it_is_and_can_be_cancelled(survivor) -> None:
    """Nobody waits for it any more: a plan is understood at once, on the same lane."""
    heard: list[Progress] = []
    with survivor.session() as session:
        asleep = {"places": ["marks"], "label": "sleep 600"}
        with pytest.raises(Cancelled):
            session.region(asleep, picture(), on_progress=heard.append, cancelled=lambda: len(heard) > 3)
        assert session.explain("x")["steps"]
        mask = session.region({"places": ["marks"]}, picture())
    assert (mask.width, mask.height) == (picture().width, picture().height)
    assert any(step.words == "Sleeping" for step in heard)


def test_progress_comes_while_a_job_runs_and_cancel_ends_it(survivor) -> None:
    heard: list[Progress] = []
    with survivor.session() as session:
        with pytest.raises(Cancelled):
            session.restore(picture(), instruction="sleep 600", on_progress=heard.append, cancelled=lambda: len(heard) > 3)
        assert session.restore(picture(), instruction="at once").changed
    assert heard[-1].words == "Sleeping"
    assert heard[-1].fraction is not None
    assert 0 <= heard[-1].fraction < 1


def test_a_waiting_job_is_told_so_and_a_question_need_not_wait(survivor) -> None:
    heard: list[Progress] = []
    with survivor.session("first") as first, survivor.session("second") as second, survivor.session("third") as third:
        stop = threading.Event()

        def hold() -> None:
            with pytest.raises(Cancelled):
                first.restore(picture(), instruction="sleep 600", cancelled=stop.is_set)

        thread = threading.Thread(target=hold)
        thread.start()
        try:
            # one whose picture is still on its way would be overtaken
            while not any(job["stage"] == "running" for job in third.status()["jobs"]):
                time.sleep(0.02)
            with pytest.raises(Cancelled):
                second.restore(picture(), instruction="x", on_progress=heard.append, cancelled=lambda: len(heard) > 4)
            assert third.explain("a question")["steps"]
            status = third.status()
        finally:
            stop.set()
            thread.join()
    assert heard[-1].words == "Waiting for another picture to be finished"
    assert {"first", "second", "third"} <= set(status["clients"])
    assert [(job["client"], job["kind"]) for job in status["jobs"]] == [("first", "restore")]


def test_a_callback_that_raises_ends_the_job(survivor) -> None:
    with survivor.session() as session:
        with pytest.raises(ZeroDivisionError):
            session.restore(picture(), instruction="sleep 600", on_progress=lambda progress: 1 // 0)
        assert session.restore(picture(), instruction="x").changed


def test_a_session_may_be_used_from_several_threads(survivor) -> None:
    outcomes = []
    with survivor.session() as session:
        ask = lambda: outcomes.append(session.restore(picture(), instruction="x"))  # noqa: E731
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(outcomes) == 8
    assert all(outcome.changed for outcome in outcomes)


def test_neither_instructions_nor_plans_are_logged(daemon) -> None:
    with daemon.session() as session:
        session.restore(picture(), instruction="my secret holiday")
        with pytest.raises(Cancelled):
            session.restore(picture(), instruction="sleep 600 secret", cancelled=lambda: True)
        session.shutdown()
    assert daemon.process.wait(60) == 0
    assert "restore of test: result" in daemon.log
    assert "secret" not in daemon.log


def test_unload_gives_back_models_and_leaves_other_clients_results_alone(survivor) -> None:
    with survivor.session() as session, survivor.session("other") as other:
        mine, theirs = (who.restore(picture(), instruction="x", keep=True) for who in (session, other))
        session.unload()
        assert other.adjust(theirs.job, strength=0.5).pixels is not None
        with pytest.raises(ClientError) as raised:
            session.adjust(mine.job, strength=0.5)
        assert raised.value.code == "expired"


@pytest.mark.slow
def test_a_picture_may_come_in_any_pieces(survivor) -> None:
    layer = {"role": "layer", "width": 10, "height": 10, "channels": 1, "depth": "u8", "bytes": 100}
    with survivor.raw() as raw:
        assert raw.ask("restore", instruction="x", frames=[layer, {**layer, "role": "mask"}])["type"] == "accepted"
        for size in (1, 0, 99, 60):
            raw.ask_nothing("upload", bytes(size), more=True)
        assert raw.ask("upload", bytes(39), bytes(1))["type"] == "result"
        assert raw.ask("restore", instruction="x", frames=[layer])["type"] == "accepted"
        assert raw.ask("upload", bytes(101), more=True)["code"] == "size_mismatch"
        assert raw.ask("upload", bytes(1))["code"] == "not_accepted"
