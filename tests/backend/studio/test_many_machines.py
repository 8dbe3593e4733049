"""More than two machines, or two that ask each other: who is asked, in which turn, and where a picture stays."""

import re
import sys
import threading

import pytest
from tests.backend.studio.machines import Job, free_port, introduce, inverted, picture, places, wait_for

from restored.studio.book import Machines
from restored.studio.speeds import HERE, Speeds, work_of
from restored_client import Cancelled

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="drives processes by signals")

WORK = work_of([{"task": "denoise"}], 1)


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
            introduce(desk, strong, port, use="always")
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
