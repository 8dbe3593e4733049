"""Two and three machines in networks of their own, joined by cables that are slowed down and cut (Linux, as root)."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from tests.backend.studio.machines import Job, Place, introduce, inverted, listed, noise, pair, picture, places, wait_for
from tests.backend.studio.networks import Cable, inside, networks

from restored_client import Pixels

pytestmark = pytest.mark.slow  # eleven times networks are made, and cables are cut and waited for

PORT = 47340


class House:
    """A strong machine and two desks, each in a network of its own."""

    def __init__(self, strong: Place, desks: dict[str, Place], cables: dict[str, Cable]) -> None:
        self.strong, self.desks, self.cables = strong, desks, cables

    def know(self, *names: str) -> None:
        """Pair these desks with the strong machine, and let everything go there."""
        for name in names:
            introduce(self.desks[name], self.strong, PORT, host=self.cables[name].strong, use="always")


@pytest.fixture
def house() -> Iterator[House]:
    with networks("one", "two") as (strong, spaces, cables), places() as make:
        yield House(
            make("strong", "0.0.0.0", inside(strong)),
            {name: make(name, cables[name].desk, inside(space)) for name, space in spaces.items()},
            cables,
        )


def test_two_machines_are_paired_by_hand_and_one_restores_for_the_other(house: House) -> None:
    """From the first command to a picture; a wrong code on the way; nobody is called before, and nobody else after."""
    strong, desk, other = house.strong, house.desks["one"], house.desks["two"]
    strong.serve(PORT, engine="Inverting")
    _, said, shown = pair(other, strong, house.cables["two"].strong, lambda code: "-".join(reversed(code.split("-"))))
    assert "not the code" in said
    assert "used up" in shown
    _, said, shown = pair(desk, strong, house.cables["one"].strong)
    assert f"at {house.cables['one'].strong}:{PORT}" in said, said
    assert "may now have pictures restored here" in shown
    assert [each["host"] for each in listed(desk)["machines"]] == [house.cables["one"].strong]
    desk.start()
    layer = picture(2)
    with strong.session() as there, desk.session() as session:
        own = there.restore(layer, instruction="x")
        answer = session.restore(layer, instruction="x")
    assert answer.pixels is not None
    assert own.pixels is not None
    assert bytes(answer.pixels.view) == bytes(own.pixels.view) == inverted(layer)
    assert answer.device.startswith("NVIDIA Testing in the studio, ")
    # the daemon itself has no connection; its one child has some to the strong machine, and to nobody else
    daemon = psutil.Process(desk_daemon(desk))
    assert sockets_of(daemon.pid) == 0
    assert all(sockets_of(child.pid) == 0 or child.pid == gate_of(daemon).pid for child in daemon.children())
    assert sockets_of(gate_of(daemon).pid) >= 1


def desk_daemon(desk: Place) -> int:
    """The daemon's own id, behind the command that put it into its network."""
    from restored_client.session.discovery import read_connection

    with desk.visited():
        found = read_connection()
    assert found is not None
    return found.pid


def gate_of(daemon: psutil.Process) -> psutil.Process:
    (gate,) = daemon.children()
    return gate


def sockets_of(pid: int) -> int:
    """How many TCP sockets a process has open, whichever network it lives in."""
    table = {line.split()[9] for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]}
    own = set()
    for each in Path(f"/proc/{pid}/fd").iterdir():
        try:
            own.add(each.readlink().name.removeprefix("socket:[").removesuffix("]"))
        except OSError:
            continue
    return len(table & own)


@pytest.mark.parametrize("phase", ["upload", "result"])
def test_a_cut_link_is_noticed_and_the_job_is_done_here(house: House, phase: str) -> None:
    house.know("one")
    strong, desk, cable = house.strong, house.desks["one"], house.cables["one"]
    strong.serve(PORT, engine="Inverting")
    desk.start()
    layer = noise(20)
    job = halfway(house, layer, phase)
    cable.cut()
    cut = time.monotonic()
    job.says("Asking the studio once more")
    assert time.monotonic() - cut < 120, "five seconds are promised; the rest is for a machine that is busy with other things"
    answer = job.result()
    assert bytes(answer.pixels.view) == bytes(layer.view), "this machine's own engine did it"
    assert answer.device.startswith("echo, because the studio"), answer.device
    assert "This machine did it, because the studio" in answer.message


def test_a_link_that_comes_back_brings_the_result_that_was_made(house: House) -> None:
    """Cut in the result and mended: the job is sent again under its id, and nothing is computed twice."""
    house.know("one")
    strong, desk, cable = house.strong, house.desks["one"], house.cables["one"]
    strong.serve(PORT, engine="Inverting")
    desk.start()
    layer = noise(20)
    job = halfway(house, layer, "result")
    cable.cut()
    job.says("Asking the studio once more")
    cable.mend()
    answer = job.result()
    assert bytes(answer.pixels.view) == inverted(layer), desk.log + strong.log
    assert "in the studio" in answer.device
    assert "came back for a result" in strong.log
    assert strong.log.count("restore of one: result") == 1


def test_a_link_that_comes_back_takes_the_picture_again(house: House) -> None:
    house.know("one")
    strong, desk, cable = house.strong, house.desks["one"], house.cables["one"]
    strong.serve(PORT, engine="Inverting")
    desk.start()
    layer = noise(20)
    job = halfway(house, layer, "upload")
    cable.cut()
    job.says("Asking the studio once more")
    cable.mend()
    answer = job.result()
    assert bytes(answer.pixels.view) == inverted(layer), "no piece of the first attempt is in it"
    assert "in the studio" in answer.device


def halfway(house: House, layer: Pixels, phase: str) -> Job:
    """A job whose picture, or whose result, is half-way: over a cable that needs four seconds for either."""
    house.cables["one"].slow(40)
    job = Job(house.desks["one"], layer, instruction="x")
    job.says("Taking the picture (the studio)")
    if phase == "upload":
        time.sleep(0.5)
    else:
        wait_for(lambda: "restore of one: result" in house.strong.log, "the result to be ready")
        time.sleep(0.5)
    assert job.outcome is None, "the cable is too fast for this test"
    return job


@pytest.mark.parametrize(("channels", "depth"), [(3, "u8"), (4, "u16"), (1, "f32")])
def test_a_slow_cable_carries_strips_packed_and_they_arrive_to_the_bit(house: House, channels: int, depth: str) -> None:
    """Both ways: what is sent there, and what comes back; on a cable as fast as a wireless network."""
    house.know("one")
    house.cables["one"].slow(100)
    house.strong.serve(PORT, engine="Inverting")
    house.desks["one"].start()
    layer = smooth(channels, depth)
    before = house.cables["one"].carried()
    with house.desks["one"].session() as session:
        answer = session.restore(layer, instruction="x")
    carried = house.cables["one"].carried() - before
    assert "in the studio" in answer.device
    assert answer.pixels is not None
    assert bytes(answer.pixels.view) == inverted(layer)
    assert carried < 0.75 * 2 * layer.nbytes, "after the first two of eight strips in each direction"


def smooth(channels: int, depth: str) -> Pixels:
    """Eight megabytes of a soft gradient in each channel."""
    values = {"u8": ("<u1", 255), "u16": ("<u2", 65535), "f32": ("<f4", 1.2)}
    kind, most = values[depth]
    width = 2**20 // (channels * np.dtype(kind).itemsize * 256)
    down, along = np.mgrid[0:2048, 0:width]
    tone = (down / 2048 + along / width) / 2
    pixels = np.stack([tone**power for power in range(1, channels + 1)], axis=-1) * most
    return Pixels(width, 2048, channels, depth, pixels.astype(kind).tobytes())


def test_two_desks_alternate_job_by_job(house: House) -> None:
    house.know("one", "two")
    strong = house.strong
    strong.serve(PORT, engine="Slow")
    for desk in house.desks.values():
        desk.start()
    held = Job(
        strong, picture(), client="somebody here", instruction="sleep 600"
    )  # until both desks wait, however slowly they start
    held.says("Sleeping")
    jobs = [
        (Job(house.desks[name], picture(seed=number), client=f"program {number}", instruction="x"), picture(seed=number))
        for number in range(3)
        for name in ("one", "two")
    ]
    with strong.session("watcher") as watcher:
        wait_for(lambda: sum(each["stage"] == "queued" for each in watcher.status()["jobs"]) == 2, "both desks to wait")
    held.cancelled.set()
    for job, layer in jobs:
        answer = job.result()
        assert bytes(answer.pixels.view) == inverted(layer)
        assert "in the studio" in answer.device
    order = [line.split("restore of ")[1].split(":")[0] for line in strong.log.splitlines() if "restore of " in line]
    assert sorted(order) == ["one"] * 3 + ["two"] * 3
    # both waited when the first was begun; who comes later, and when, is a matter of how fast each desk sends its next
    assert set(order[:2]) == {"one", "two"}


def test_a_desk_whose_cable_is_cut_does_not_hold_up_the_other(house: House) -> None:
    """Its upload was announced and never comes; its work is dropped when it has been silent for long enough."""
    house.know("one", "two")
    strong = house.strong
    strong.serve(PORT, engine="Inverting")
    for desk in house.desks.values():
        desk.start()
    job = halfway(house, noise(20), "upload")
    house.cables["one"].cut()
    with house.desks["two"].session() as session:
        assert "in the studio" in session.restore(picture(), instruction="x").device
    with strong.session() as watcher:
        wait_for(lambda: not watcher.status()["jobs"], "the silent desk's job to be dropped")
    job.cancelled.set()
    with pytest.raises(Exception, match="Cancelled"):
        job.result()


def test_a_machine_that_is_switched_off_delays_no_job_twice(house: House) -> None:
    """The first job may look for it; those that follow do not, and say the same."""
    house.know("one")
    desk = house.desks["one"]
    house.cables["one"].cut()
    desk.start()
    with desk.session() as session:
        first = session.restore(picture(), instruction="x")
        assert first.device.startswith("echo, because the studio"), first.device
        calls = desk.log.count("a job is not done in")
        assert calls > 0
        again = session.restore(picture(), instruction="x")
        assert desk.log.count("a job is not done in") == calls, "it was not called for this one"
        assert again.device == first.device
