"""A desk's daemon and a strong machine's, on this machine's loopback: where jobs go, and what is said of it."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from tests.backend.studio.machines import Job, Place, acquainted, free_port, introduce, inverted, picture, places, wait_for

from restored.studio.book import Machines
from restored_client import Cancelled, ClientError, Pixels

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="drives processes by signals")


@pytest.fixture(scope="module")
def pairing() -> Iterator[tuple[Place, Place]]:
    """A desk and a strong machine that know each other."""
    with acquainted() as both:
        yield both


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


@pytest.mark.slow
def test_an_order_that_is_wrong_everywhere_is_not_tried_twice(two) -> None:
    desk, _ = two
    with desk.session() as session, pytest.raises(ClientError) as caught:
        session.restore(picture(), instruction="wrong")
    assert caught.value.code == "bad_plan"
    assert caught.value.sentence == "This plan cannot be followed."
    assert caught.value.detail == ""


@pytest.mark.slow
def test_two_programs_of_one_desk_take_turns_over_one_link(two) -> None:
    desk, strong = two
    jobs = [Job(desk, picture(seed=number), client=f"program {number % 2}", instruction="x") for number in range(6)]
    for number, job in enumerate(jobs):
        assert bytes(job.result().pixels.view) == inverted(picture(seed=number))
    with strong.session() as watcher:
        assert watcher.status()["clients"].count("desk") <= 2


# --- machines of their own, which are killed, stopped and struck out ---


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
def test_the_real_engine_there_gives_the_very_bytes_that_it_gives_to_its_own() -> None:
    """With words and with a plan, a mask, a profile's place and a scale: the order travels whole."""
    import numpy as np

    from restored.service.arrays import pixels_of

    with acquainted("always", there="LocalService", here="LocalService") as (desk, strong):
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
def test_a_daemon_with_nothing_paired_has_no_gate() -> None:
    with places() as make:
        desk = make("desk")
        desk.start()
        assert desk.process is not None
        children = subprocess.run(["ps", "--ppid", str(desk.process.pid), "-o", "pid="], capture_output=True, text=True).stdout
        assert children.split() == []
