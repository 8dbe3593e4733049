"""A strong machine under attack: strangers who never prove who they are, and a paired machine gone wrong."""

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psutil
import pytest
import zmq
from tests.backend.studio.machines import PATIENCE, Place, acquainted, picture, wait_for

from restored.sockets.newcomers import MOST
from restored.studio import forms
from restored.studio.book import Guest, Guests
from restored_client.wire import messages
from restored_client.wire.messages import MAX_FRAME, decode, encode, message

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"CURVE".ljust(20, b"\0") + bytes(32)


@pytest.fixture(scope="module")
def attacked() -> Iterator[tuple[Place, Place]]:
    """A strong machine, and a good desk that it has to go on serving."""
    with acquainted("always") as both:
        yield both


@pytest.fixture
def strong(attacked: tuple[Place, Place]) -> Iterator[Place]:
    """Whatever is done to it, the good desk is served afterwards, by the same process."""
    desk, strong = attacked
    assert strong.process is not None
    yield strong
    assert strong.process.poll() is None, strong.log
    layer = picture()
    with desk.session() as session:
        deadline = time.monotonic() + PATIENCE
        while "in the studio" not in (device := session.restore(layer, instruction="x").device):
            assert time.monotonic() < deadline, device  # a desk rests for a while after a failure
            time.sleep(1)
    assert "Traceback" not in strong.log


def connect(strong: Place) -> socket.socket:
    return socket.create_connection(("127.0.0.1", strong.port), 5)


@pytest.mark.parametrize(
    "noise",
    [
        b"\0" * 200,
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        GREETING,
        GREETING[:30],
        GREETING + b"\x04\xff",
        GREETING + b"\x06" + struct.pack(">Q", 1 << 40),
        GREETING + b"\x02" + struct.pack(">Q", MAX_FRAME // 2) + bytes(4096),
        GREETING + b"\x04\xc8\x05HELLO\x01\x00" + bytes(192),
        GREETING.replace(b"CURVE", b"NULL\0") + b"\x04\x1c\x05READY\x0bSocket-Type\0\0\0\6DEALER",
        GREETING.replace(b"CURVE", b"PLAIN") + b"\x04\x09\x05HELLO\x01a\x01b",
    ],
    ids=range(10),
)
def test_noise_before_a_proof(strong: Place, noise: bytes) -> None:
    with connect(strong) as stranger:
        stranger.sendall(noise)
        stranger.settimeout(0.3)
        with suppress(OSError):
            stranger.recv(1 << 16)


@pytest.mark.slow
def test_silent_strangers_are_bounded_in_number_time_and_memory(strong: Place) -> None:
    """Each may cost one megabyte at most, whatever it announces; there are few at a time, and not for long."""
    assert strong.process is not None
    process = psutil.Process(strong.process.pid)
    before = process.memory_info().rss
    strangers: list[socket.socket] = []
    announced = GREETING + b"\x02" + struct.pack(">Q", MAX_FRAME) + bytes(60_000)
    try:
        for number in range(2 * MOST):
            stranger = connect(strong)
            strangers.append(stranger)
            if number % 2:
                stranger.sendall(announced)
        wait_for(lambda: established(process) <= MOST + 4, "most of them to be turned away")
        assert process.memory_info().rss - before < MOST * 2**20
        wait_for(lambda: established(process) <= 4, "the rest to be turned away")
    finally:
        for stranger in strangers:
            stranger.close()


def established(process: psutil.Process) -> int:
    return sum(each.status == "ESTABLISHED" for each in process.net_connections("tcp"))


# --- a machine that was paired, and has gone wrong ---


class Paired:
    """Frames out, frames in, with a key that is on the list."""

    def __init__(self, strong: Place, name: str = "wrong") -> None:
        self._keys = zmq.curve_keypair()
        self._strong, self._port = strong.keys().public, strong.port
        with strong.visited():
            Guests().add(Guest(name, self._keys[0].decode()))
        self._context = zmq.Context()
        self.dealer = self.another()

    def another(self) -> "zmq.Socket[bytes]":
        """One more connection with the same key."""
        dealer = self._context.socket(zmq.DEALER)
        dealer.linger = 0
        dealer.curve_publickey, dealer.curve_secretkey = self._keys
        dealer.curve_serverkey = self._strong
        dealer.connect(f"tcp://127.0.0.1:{self._port}")
        return dealer

    def send(self, *frames: bytes) -> None:
        self.dealer.send_multipart(frames)

    def ask(self, kind: str, request: str = "r", **fields: Any) -> dict[str, Any]:
        self.send(encode(message(kind, request, **fields)))
        return self.answer()

    def answer(self, *skip: str) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.dealer.poll(100):
                header = decode(self.dealer.recv_multipart()[0])
                if header["type"] not in ("alive", "progress", *skip):
                    return header
        raise AssertionError("no answer")

    def close(self) -> None:
        self._context.destroy(linger=0)


@pytest.fixture
def paired(strong: Place) -> Iterator[Paired]:
    guest = Paired(strong)
    yield guest
    guest.close()


def restore(width: int, height: int, **fields: Any) -> dict[str, Any]:
    frame = {"role": "layer", "bytes": width * height * 3, "width": width, "height": height, "channels": 3, "depth": "u8"}
    return {"instruction": "x", "sha256": "0" * 64, "frames": [frame], **fields}


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        ("shutdown", {}, "bad_request"),
        ("unload", {}, "bad_request"),
        ("status", {}, "bad_request"),
        ("models", {}, "bad_request"),
        ("explain", {"instruction": "x"}, "bad_request"),
        ("restore", {"instruction": "x"}, "bad_request"),
        ("restore", {k: v for k, v in restore(8, 8).items() if k != "sha256"}, "bad_request"),
        ("restore", restore(8, 8, sha256=7), "bad_request"),
        ("restore", restore(1 << 20, 1 << 20), "too_large"),
        ("restore", restore(0, 8), "bad_request"),
        ("adjust", {"job": "another's"}, "expired"),
        ("credit", {"pieces": -1}, "bad_request"),
        ("credit", {"pieces": 10**12}, "bad_request"),
        ("hello", {"client": "x", "link": 99}, "link"),
        ("hello", {"client": "x"}, "bad_request"),
        ("hello", {"client": "x", "link": 1, "packs": "jxl"}, "bad_request"),
        ("upload", {}, "not_accepted"),
        ("upload", {"packed": [1 << 20, 1 << 20, 4, "f32"]}, "bad_request"),
        ("upload", {"packed": [8, 8, 3, "u8"]}, "not_accepted"),
        ("\x1b[2J", {}, "bad_request"),
    ],
)
def test_what_a_paired_machine_may_not_ask(paired: Paired, kind: str, fields: dict[str, Any], code: str) -> None:
    answer = paired.ask(kind, **fields)
    while answer["type"] == "credit":  # what was uploaded was taken, and thrown away
        answer = paired.answer()
    assert (answer["type"], answer["code"]) == ("error", code)


def test_a_paired_machine_learns_nothing_of_others(paired: Paired) -> None:
    told = set(paired.ask("hello", client="x", link=forms.LINK))
    assert told <= {"protocol", "type", "id", "link", "packs", *forms.TOLD}
    assert {"device", "models", "version"} <= told


@pytest.mark.parametrize(
    "frames",
    [
        (b"",),
        (b"\xc1",),
        (b"\x81" * 100_000,),
        (b"\xdf\xff\xff\xff\xff",),
        (b"", b"", b""),
        (encode(message("alive", "a")), b"x" * 1000),
        (encode(message("upload", "nothing", more=True)), b"x" * MAX_FRAME),
        (encode({"protocol": 1, "type": "hello", "id": "old"}),),
        tuple([b"x"] * 500),
    ],
    ids=range(9),
)
def test_noise_after_a_proof(paired: Paired, frames: tuple[bytes, ...]) -> None:
    paired.send(*frames)
    answer = paired.ask("hello", request="after", client="x", link=forms.LINK)
    while answer["id"] != "after":
        answer = paired.answer()
    assert answer["type"] == "hello"


def test_a_frame_larger_than_a_piece_ends_the_connection(strong: Place) -> None:
    guest = Paired(strong, "loud")
    try:
        assert guest.ask("hello", client="x", link=forms.LINK)["type"] == "hello"
        guest.send(encode(message("upload", "r", more=True)), bytes(MAX_FRAME + 10_000))
        # libzmq connects anew by itself, and starts from nothing; what is asked before it noticed is lost with the connection
        for _ in range(20):
            guest.send(encode(message("hello", "again", client="x", link=forms.LINK)))
            if guest.dealer.poll(1000):
                break
        assert guest.answer("credit")["id"] in ("again", "r")
    finally:
        guest.close()


def test_a_machine_has_a_quota_of_jobs_over_all_its_connections(strong: Place) -> None:
    guest = Paired(strong, "greedy")
    try:
        for number in range(8):
            guest.send(encode(message("restore", f"r{number}", **restore(64, 64))))
        guest.send(encode(message("restore", "one too many", **restore(64, 64))))
        seen = guest.answer("accepted")
        assert (seen["id"], seen["code"]) == ("one too many", "busy")
    finally:
        guest.close()


@pytest.mark.slow
def test_a_machine_has_a_quota_of_connections(strong: Place) -> None:
    guest = Paired(strong, "many")
    try:
        dealers = [guest.another() for _ in range(12)]
        for dealer in dealers:
            dealer.send(encode(message("hello", "r", client="x", link=forms.LINK)))
        answers = []
        for dealer in dealers:
            assert dealer.poll(int(PATIENCE * 1000))
            answers.append(decode(dealer.recv_multipart()[0])["type"])
        assert answers.count("hello") == 8
        assert answers.count("error") == 4
    finally:
        guest.close()


@pytest.mark.slow
@pytest.mark.parametrize("said", [[64, 64, 3, "u8"], [64, 32, 3, "u8"]])
def test_a_packed_piece_that_is_no_picture_costs_its_job(paired: Paired, said: list[Any]) -> None:
    sha256 = next(model["sha256"] for model in paired.ask("hello", client="x", link=forms.LINK)["models"])
    assert paired.ask("restore", **restore(64, 64, sha256=sha256))["type"] == "accepted"
    paired.send(encode(message("upload", "r", packed=said)), bytes(5000))
    answer = paired.answer("credit")
    assert (answer["type"], answer["code"]) == ("error", "size_mismatch")


@pytest.mark.slow
def test_who_takes_no_result_holds_no_memory_for_ever(strong: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A result that nobody pays for with credit stops at the window, and goes when its machine has been silent."""
    guest = Paired(strong, "deaf")
    layer = picture(12)
    try:
        sha256 = next(model["sha256"] for model in guest.ask("hello", client="x", link=forms.LINK)["models"])
        guest.send(encode(message("restore", "r", **restore(layer.width, layer.height, sha256=sha256))))
        assert guest.answer()["type"] == "accepted"
        view = layer.view
        for at in range(0, len(view), MAX_FRAME):
            guest.send(encode(message("upload", "r", more=at + MAX_FRAME < len(view) or None)), bytes(view[at : at + MAX_FRAME]))
        assert guest.answer("credit")["type"] == messages.RESULT
        pieces = 0
        deadline = time.monotonic() + PATIENCE
        while pieces < forms.WINDOW and time.monotonic() < deadline:
            if guest.dealer.poll(100):
                pieces += decode(guest.dealer.recv_multipart()[0])["type"] == forms.PIECE
        until = time.monotonic() + 1  # and no more comes
        while time.monotonic() < until:
            if guest.dealer.poll(100):
                pieces += decode(guest.dealer.recv_multipart()[0])["type"] == forms.PIECE
        assert pieces == forms.WINDOW
    finally:
        guest.close()
