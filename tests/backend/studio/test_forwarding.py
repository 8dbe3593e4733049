"""A desk's daemon and a strong machine's, on this machine's loopback: where jobs go, and what is said of it."""

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.backend.studio.machines import Job, Place, free_port, introduce, picture, places, wait_for

from restored.studio.book import Guests, Machine, Machines
from restored.studio.speeds import HERE, Speeds, work_of
from restored_client import Cancelled, ClientError, Pixels

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="drives processes by signals")

WORK = work_of([{"task": "denoise"}], 1)


def inverted(layer: Pixels) -> bytes:
    return bytes(255 - value for value in layer.view)


@pytest.fixture(scope="module")
def pairing() -> Iterator[tuple[Place, Place]]:
    """A desk and a strong machine that know each other."""
    with places() as make:
        desk, strong, port = make("desk"), make("strong"), free_port()
        introduce(desk, strong, port)
        strong.serve(port, engine="Inverting")
        desk.start()
        yield desk, strong


@pytest.fixture
def two(pairing: tuple[Place, Place]) -> Iterator[tuple[Place, Place]]:
    """The same, as it was at first."""
    desk, strong = pairing
    with desk.visited():
        Machines().say(use="always")
    yield desk, strong
    with desk.visited():
        Machines().say(use="always")


def test_a_picture_comes_back_as_the_other_machine_makes_it(two) -> None:
    desk, strong = two
    layer = picture(5.3)  # more pieces than may be under way would need seven credits
    with strong.session() as there:
        own = there.restore(layer, instruction="x")
    with desk.session() as session:
        answer = session.restore(layer, instruction="x")
    assert bytes(answer.pixels.view) == bytes(own.pixels.view) == inverted(layer)
    assert answer.plan == own.plan
    assert answer.device.startswith("NVIDIA Testing in the studio, "), answer.device
    assert "(" not in answer.device


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (640, 546), (1024, 1024), (2048, 1536)])
def test_pictures_of_all_sizes_are_whole(two, size: tuple[int, int]) -> None:
    """Among them one of exactly one piece, and one whose last piece is a single row."""
    desk, _ = two
    width, height = size
    layer = Pixels(width, height, 1, "u8", bytes(layer_data(width * height)))
    with desk.session() as session:
        assert bytes(session.restore(layer, instruction="x").pixels.view) == inverted(layer)


def layer_data(size: int) -> bytes:
    return (bytes(number % 251 for number in range(251 * 4)) * (size // 1004 + 1))[:size]


def test_masks_and_thumbnails_travel_too(two) -> None:
    desk, _ = two
    layer = picture(1.5)
    mask = Pixels(layer.width, layer.height, 1, "u8", bytes(layer.width * layer.height))
    context = Pixels(16, 16, 3, "u8", bytes(768))
    with desk.session() as session:
        answer = session.restore(layer, instruction="x", mask=mask, context=context, strength=0.5)
    assert bytes(answer.pixels.view) == inverted(layer)
    assert answer.recipe["strength"] == 0.5


def test_nothing_to_do_is_said_there_too(two) -> None:
    desk, _ = two
    with desk.session() as session:
        answer = session.restore(picture(), instruction=" ")
    assert not answer.changed
    assert "nothing to do" in answer.message
    assert "in the studio" in answer.device


def test_a_kept_result_is_adjusted_there(two) -> None:
    desk, _ = two
    layer = picture()
    with desk.session() as session:
        kept = session.restore(layer, instruction="x", keep=True)
        answer = session.adjust(kept.job, strength=0.25)
        assert answer.message == "adjusted to 0.25"
        assert bytes(answer.pixels.view) == bytes(layer.view)  # echo keeps what it was given
        assert answer.device == kept.device
        with pytest.raises(ClientError) as caught:
            session.adjust("another", strength=0.5)
        assert caught.value.code == "expired"


def test_pieces_of_the_result_are_shown_on_the_way(two) -> None:
    desk, _ = two
    shown: list[Pixels] = []
    with desk.session() as session:
        session.restore(
            picture(), instruction="x", previews=True, on_progress=lambda now: now.preview and shown.append(now.preview)
        )
    assert [bytes(piece.data) for piece in shown] == [b"abc"]


def test_cancelling_ends_it_there(two) -> None:
    desk, strong = two
    job = Job(desk, picture(), instruction="sleep 600")
    job.says("(the studio)")
    with strong.session("watcher") as watcher:
        wait_for(lambda: any(each["stage"] == "running" for each in watcher.status()["jobs"]))
        job.cancelled.set()
        with pytest.raises(Cancelled):
            job.result()
        wait_for(lambda: not watcher.status()["jobs"])
    with desk.session() as session:
        assert session.restore(picture(), instruction="x").changed, "the link goes on"


def test_a_device_that_was_asked_for_is_this_machines(two) -> None:
    desk, _ = two
    with desk.session() as session:
        answer = session.restore(picture(), instruction="x", device="cpu")
    assert answer.device == "echo: gives pictures back unchanged"


def test_never_means_never(two) -> None:
    desk, _ = two
    with desk.visited():
        Machines().say(use="never")
    with desk.session() as session:
        layer = picture()
        answer = session.restore(layer, instruction="x")
        assert bytes(answer.pixels.view) == bytes(layer.view)
        assert answer.device == "echo: gives pictures back unchanged"
        assert session.status()["device"] == answer.device


def test_what_the_daemon_says_of_its_device(two) -> None:
    desk, _ = two
    with desk.session() as session:
        session.restore(picture(), instruction="x")
        assert session.status()["device"].startswith("NVIDIA Testing in the studio, else echo")
    with desk.visited():
        Machines().say(use="faster")
    with desk.session() as session:
        assert session.hello["device"].startswith("NVIDIA Testing in the studio when that is faster, else echo")


def test_an_order_that_is_wrong_everywhere_is_not_tried_twice(two) -> None:
    desk, _ = two
    with desk.session() as session, pytest.raises(ClientError) as caught:
        session.restore(picture(), instruction="wrong")
    assert caught.value.code == "bad_plan"
    assert caught.value.sentence == "This plan cannot be followed."
    assert caught.value.detail == ""


def test_two_programs_of_one_desk_take_turns_over_one_link(two) -> None:
    desk, strong = two
    jobs = [Job(desk, picture(seed=number), client=f"program {number % 2}", instruction="x") for number in range(6)]
    for number, job in enumerate(jobs):
        assert bytes(job.result().pixels.view) == inverted(picture(seed=number))
    with strong.session() as watcher:
        assert watcher.status()["clients"].count("desk") <= 2


# --- machines of their own, which are killed, stopped and struck out ---


@pytest.fixture
def fresh() -> Iterator[tuple[Place, Place]]:
    with places() as make:
        desk, strong, port = make("desk"), make("strong"), free_port()
        introduce(desk, strong, port)
        with desk.visited():
            Machines().say(use="always")
        strong.serve(port, engine="Inverting")
        desk.start()
        yield desk, strong


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
    assert time.monotonic() - start < 30


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
def test_other_weights_are_a_sentence() -> None:
    with places() as make:
        desk, strong, port = make("desk"), make("strong"), free_port()
        introduce(desk, strong, port)
        strong.serve(port, engine="Other")
        desk.start()
        with desk.session() as session:
            answer = session.restore(picture(), instruction="x")
        assert "because the studio" in answer.device
        assert "other weights of this model" in answer.device


@pytest.mark.slow
def test_the_faster_machine_is_asked_and_both_times_are_said() -> None:
    with places() as make:
        desk, strong, port = make("desk"), make("strong"), free_port()
        introduce(desk, strong, port)
        key = strong.keys().public.decode()
        with desk.visited():
            speeds = Speeds()
            speeds.learn(HERE, WORK, 1_000_000, 40.0, save=True)
        strong.serve(port, engine="Inverting")
        desk.start()
        layer = picture()
        with desk.session() as session:
            there = session.restore(layer, instruction="x")
            assert there.device.startswith("NVIDIA Testing in the studio, ")
            assert there.device.endswith("; this machine would need 10 s")
        with desk.visited():
            for _ in range(8):
                speeds.learn(key, WORK, 1_000_000, 20.0, save=True)
                speeds.learn(HERE, WORK, 1_000_000, 4.0, save=True)
        desk.end()
        desk.start()
        with desk.session() as session:
            here = session.restore(layer, instruction="x")
        assert here.pixels is not None
        assert bytes(here.pixels.view) == bytes(layer.view)
        said = r"echo, [\d.]+ s; the studio would need 5\.0 s: gives pictures back unchanged"
        assert re.fullmatch(said, here.device), here.device


@pytest.mark.slow
@pytest.mark.timeout(900)  # seventeen daemons start, on however busy a machine
def test_sixteen_machines_are_served_in_turn_and_none_touches_another() -> None:
    """Each with a daemon of its own and two pictures at once; one of them cancels, the others get what is theirs."""
    with places() as make:
        strong, port = make("strong"), free_port()
        desks = [make(f"d{number}") for number in range(16)]
        for desk in desks:
            introduce(desk, strong, port)
            with desk.visited():
                Machines().say(use="always")
        strong.serve(port, engine="Inverting")
        starting = [threading.Thread(target=desk.start) for desk in desks]
        for thread in starting:
            thread.start()
        for thread in starting:
            thread.join()
        for desk in desks:  # one after the other, so that a busy machine keeps none of them waiting for its connection
            with desk.session() as session:
                wait_for(lambda session=session: "in the studio" in session.restore(picture(), instruction="x").device)
        hold = Job(desks[0], picture(), instruction="sleep 600")
        hold.says("Sleeping")
        jobs = [Job(desk, picture(1.2, seed=number), instruction="x") for number, desk in enumerate(desks[1:], 1)]
        with strong.session() as watcher:
            wait_for(lambda: len(watcher.status()["jobs"]) == 16)
        hold.cancelled.set()
        with pytest.raises(Cancelled):
            hold.result()
        for number, job in enumerate(jobs, 1):
            answer = job.result()
            assert bytes(answer.pixels.view) == inverted(picture(1.2, seed=number))
            assert "in the studio" in answer.device


@pytest.mark.slow
def test_the_real_engine_there_gives_the_very_bytes_that_it_gives_to_its_own() -> None:
    """With words and with a plan, a mask, a profile's place and a scale: the order travels whole."""
    import numpy as np

    from restored.service.arrays import pixels_of

    with places() as make:
        desk, strong, port = make("desk"), make("strong"), free_port()
        introduce(desk, strong, port)
        with desk.visited():
            Machines().say(use="always")
        strong.serve(port, engine="LocalService")
        desk.start(engine="LocalService")
        rng = np.random.default_rng(7)
        layer = pixels_of(rng.integers(0, 60_000, (70, 90, 4), np.uint16))
        mask = pixels_of(rng.integers(0, 256, (70, 90, 1), np.uint8))
        with desk.session() as here, strong.session() as there:
            orders: tuple[dict[str, Any], ...] = (
                {"instruction": "remove the noise and brighten it"},
                {"instruction": "remove the noise", "mask": mask, "strength": 0.7, "place": (0.1, 0.1, 0.6, 0.5)},
                {"plan": {"steps": [{"task": "dejpeg"}]}, "scale": 2},
            )
            for order in orders:
                far, near = here.restore(layer, **order), there.restore(layer, **order)
                assert " in the studio, " in far.device, far.device
                assert far.pixels is not None
                assert near.pixels is not None
                assert bytes(far.pixels.view) == bytes(near.pixels.view), order
                assert (far.plan, far.recipe) == (near.plan, near.recipe)


@pytest.mark.slow
def test_a_listening_daemon_is_not_replaced_by_a_client_that_comes_by(fresh) -> None:
    _, strong = fresh
    with strong.session() as session:
        assert session.hello["idle"] is False
    assert strong.process is not None
    assert strong.process.poll() is None


@pytest.mark.slow
def test_what_another_machine_asks_for_is_sent_no_further() -> None:
    """Two machines paired both ways, and each told to ask the other always: a picture goes one way once."""
    with places() as make:
        one, other = make("one"), make("other")
        for place in (one, other):
            place.port = free_port()
        introduce(one, other, other.port, as_="the attic")
        introduce(other, one, one.port, as_="the cellar")
        for use in ("never", "always"):  # neither looks for the other before it is there
            for place, engine in ((one, "Echo"), (other, "Inverting")):
                with place.visited():
                    Machines().say(use=use)
                if use == "never":
                    place.serve(place.port, engine=engine)
        layer = picture()
        with one.session() as session, other.session() as there:
            far = session.restore(layer, instruction="x")
            back = there.restore(layer, instruction="x")
            assert session.status()["device"].startswith("NVIDIA Testing in the attic, else echo")
        assert far.pixels is not None
        assert back.pixels is not None
        assert bytes(far.pixels.view) == inverted(layer)
        assert far.device.startswith("NVIDIA Testing in the attic, ")
        assert bytes(back.pixels.view) == bytes(layer.view)
        assert back.device.startswith("echo in the cellar, ")


@pytest.mark.slow
def test_a_daemon_with_nothing_paired_has_no_gate() -> None:
    with places() as make:
        desk = make("desk")
        desk.start()
        assert desk.process is not None
        children = subprocess.run(["ps", "--ppid", str(desk.process.pid), "-o", "pid="], capture_output=True, text=True).stdout
        assert children.split() == []
