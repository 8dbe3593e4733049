"""Paired machines that die, fall silent, come back, are struck out or forgotten: what becomes of the job, and what is said."""

import signal
import sys
import time
from collections.abc import Iterator

import pytest
from tests.backend.studio.machines import Job, Place, acquainted, inverted, picture, wait_for

from restored.studio.book import Guests, Machine, Machines
from restored_client import Cancelled

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="drives processes by signals")


@pytest.fixture
def fresh() -> Iterator[tuple[Place, Place]]:
    with acquainted("always") as both:
        yield both


@pytest.mark.slow
def test_a_machine_that_dies_in_a_job(fresh) -> None:
    """Asked once more in vain, and then it is done here, and said."""
    desk, strong = fresh
    layer = picture()
    with desk.session() as session:
        assert "in the studio" in session.restore(layer, instruction="x").device
    job = Job(desk, layer, instruction="sleep 1")
    job.says("Sleeping (the studio)")
    strong.kill()
    answer = job.result()
    assert bytes(answer.pixels.view) == bytes(layer.view)
    assert answer.device.startswith("echo, because the studio is on, but no restored listens at"), answer.device
    assert "This machine did it, because" in answer.message
    assert any("Asking the studio once more" in words for words in job.words) or "a job is not done" in desk.log


@pytest.mark.slow
def test_a_machine_that_falls_silent_is_noticed_within_six_seconds(fresh) -> None:
    """Stopped, not dead: its connections stand, nothing comes back over them; resubmitted once, then done here."""
    desk, strong = fresh
    layer = picture()
    job = Job(desk, layer, instruction="sleep 1")
    job.says("Sleeping (the studio)")
    assert strong.process is not None
    strong.process.send_signal(signal.SIGSTOP)
    stopped = time.monotonic()
    try:
        job.says("Asking the studio once more")
        noticed = time.monotonic() - stopped
        answer = job.result()
    finally:
        strong.process.send_signal(signal.SIGCONT)
    assert noticed < 30, "five seconds are promised; the rest is for a machine that is busy with other things"
    assert bytes(answer.pixels.view) == bytes(layer.view)
    assert "because the studio" in answer.device


@pytest.mark.slow
def test_a_machine_that_comes_back_gets_the_job_again(fresh) -> None:
    desk, strong = fresh
    layer = picture(3)
    job = Job(desk, layer, instruction="sleep 2")
    job.says("Sleeping (the studio)")
    assert strong.process is not None
    strong.process.send_signal(signal.SIGSTOP)
    job.says("Asking the studio once more")
    strong.process.send_signal(signal.SIGCONT)
    answer = job.result()
    assert bytes(answer.pixels.view) == inverted(layer)
    assert "in the studio" in answer.device


@pytest.mark.slow
def test_a_key_that_is_struck_out_is_refused_at_the_next_message(fresh) -> None:
    desk, strong = fresh
    layer = picture()
    with desk.session() as session:
        assert "in the studio" in session.restore(layer, instruction="x").device
        job = Job(desk, layer, instruction="sleep 600", client="another")
        job.says("Sleeping (the studio)")
        with strong.visited():
            Guests().forget("desk")
        wait_for(lambda: job.words[-1] == "Sleeping", "the one at work to be ended too, and to go on here")
        with strong.session() as watcher:
            wait_for(lambda: not watcher.status()["jobs"])
        job.cancelled.set()
        with pytest.raises(Cancelled):
            job.result()
        answer = session.restore(layer, instruction="x")
        assert bytes(answer.pixels.view) == bytes(layer.view)
        assert "does not know this" in answer.device or "fell silent" in answer.device, answer.device


@pytest.mark.slow
def test_a_stranger_is_told_to_pair(fresh) -> None:
    """A key that was never on the list: refused at the handshake, in words, without a second try."""
    desk, strong = fresh
    with strong.visited():
        Guests().forget("desk")
    with desk.session() as session:
        answer = session.restore(picture(), instruction="x")
    assert "because the studio does not know this machine any more; pair the two again" in answer.device
    assert "a machine that is not paired knocked" in strong.log


@pytest.mark.slow
def test_another_machine_at_its_address_is_noticed(fresh) -> None:
    """Its key differs from the one that was paired: libzmq alone would try for ever, and say nothing."""
    desk, _ = fresh
    with desk.visited():
        known = Machines().named("the studio")
        Machines().forget("the studio")
        other = strong_key(desk)
        Machines().add(Machine("the studio", other, known.host, known.port))
        start = time.monotonic()
    with desk.session() as session:
        answer = session.restore(picture(), instruction="x")
    assert "could not prove to be the studio, so it was told nothing" in answer.device, answer.device
    assert time.monotonic() - start < 120, "libzmq would try for ever"


def strong_key(desk: Place) -> str:
    """The public key of some machine that is not there."""
    import zmq

    return zmq.curve_keypair()[0].decode()


@pytest.mark.slow
def test_a_machine_that_is_forgotten_has_no_connection_left(fresh) -> None:
    import psutil

    desk, strong = fresh
    with desk.session() as session:
        session.restore(picture(), instruction="x")
    assert desk.process is not None
    gate = psutil.Process(desk.process.pid).children()
    assert len(gate) == 1
    connections = [each.raddr.port for each in gate[0].net_connections("inet") if each.raddr]
    assert connections == [strong.port] * len(connections)
    assert connections
    assert psutil.Process(desk.process.pid).net_connections("inet") == []
    with desk.visited():
        Machines().forget("the studio")
    wait_for(lambda: not [each for each in gate[0].net_connections("inet") if each.raddr and each.status == "ESTABLISHED"])
    with desk.session() as session:
        assert session.restore(picture(), instruction="x").device == "echo: gives pictures back unchanged"
    desk.end()
    wait_for(lambda: not gate[0].is_running() or gate[0].status() == "zombie")


@pytest.mark.slow
def test_a_listening_daemon_is_not_replaced_by_a_client_that_comes_by(fresh) -> None:
    _, strong = fresh
    with strong.session() as session:
        assert session.hello["idle"] is False
    assert strong.process is not None
    assert strong.process.poll() is None
