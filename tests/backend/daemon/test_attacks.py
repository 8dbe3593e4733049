"""Clients that send too much, too little or without end: the daemon serves the others, and its memory comes back."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from tests.waiting import PATIENCE

from restored_client import ClientError, Pixels
from restored_client.wire import messages
from restored_client.wire.messages import describe, encode, message
from restored_client.wire.zmtp import ConnectionLost

KILLED = Path(__file__).with_name("killed.py")
LAYER = Pixels(2, 2, 3, "u8", bytes(range(12)))
MB = 1 << 20

SMALL_MACHINE = """
import psutil
from restored.daemon import serve
from restored.daemon.settings import DaemonSettings
real = psutil.virtual_memory()
psutil.virtual_memory = lambda: real._replace(total=64 << 20)
serve(DaemonSettings(engine="echo", upload=600, stall=600))
"""
"""A daemon on a computer with 64 MB of memory, of which it takes half; it waits for pictures longer than any test."""

IMPATIENT = """
import sys
from restored.daemon import serve
from restored.daemon.settings import DaemonSettings
serve(DaemonSettings(engine="echo", upload=4, tcp="tcp" in sys.argv))
"""
"""A daemon that waits four seconds for a picture."""


def assert_serves(daemon) -> None:
    with daemon.session("another") as session:
        began = worked(daemon)
        assert session.restore(LAYER, instruction="x").pixels.data == LAYER.data
        assert worked(daemon) - began < 5  # a hundredth of a second, where nobody attacks


def worked(daemon) -> float:
    """Seconds of processor time that the daemon has had: how busy the machine is with other things does not count."""
    times = psutil.Process(daemon.process.pid).cpu_times()
    return times.user + times.system


def memory(daemon) -> int:
    """Megabytes that the daemon holds."""
    return psutil.Process(daemon.process.pid).memory_info().rss // MB


@contextmanager
def connected(daemon) -> Iterator[socket.socket]:
    """A bare connection to where the daemon listens, with no word said yet."""
    endpoint = daemon.connection().endpoint
    if endpoint.startswith("ipc://"):
        bare = socket.socket(socket.AF_UNIX)
        bare.connect(endpoint.removeprefix("ipc://"))
    else:
        host, _, port = endpoint.removeprefix("tcp://").rpartition(":")
        bare = socket.create_connection((host, int(port)))
    with bare:
        yield bare


@pytest.mark.slow
@pytest.mark.parametrize("where", ["large", "frames"])
def test_clients_killed_in_the_middle_of_a_large_picture(launch, folder, where) -> None:
    """In one large frame, or in a message of very many: no job, no file and no growing memory stays behind."""
    temporary = folder / "tmp"
    temporary.mkdir()
    daemon = launch(environment={"TMPDIR": str(temporary)})
    assert_serves(daemon)
    before, files = memory(daemon), sorted((folder / "run").iterdir())
    for _ in range(2):
        killed_while_sending(daemon, where, before)
        assert_serves(daemon)
    if where == "large":
        daemon.wait_for(lambda _status: memory(daemon) < before + 30)  # what had arrived is given back
    assert memory(daemon) < before + 250, "what had arrived first should be used again"
    assert sorted((folder / "run").iterdir()) == files
    assert list(temporary.iterdir()) == []


def killed_while_sending(daemon, where: str, before: int) -> None:
    client = subprocess.Popen([sys.executable, str(KILLED), where], env=daemon.environment, stdout=subprocess.PIPE)
    try:
        assert client.stdout is not None
        assert client.stdout.readline() == b"ready\n"
        daemon.wait_for(lambda _status: memory(daemon) > before + 150)  # 200 MB have arrived
        assert [job["stage"] for job in daemon.status()["jobs"]] == ["uploading"]
        assert_serves(daemon)
    finally:
        client.kill()
        client.communicate()
    daemon.wait_for(lambda status: not status["jobs"] and "killed" not in status["clients"])


def test_the_largest_picture_there_is_memory_for_and_one_row_more(launch) -> None:
    daemon = launch(program=["-c", SMALL_MACHINE])
    with daemon.session() as session:
        most = session.hello["max_bytes"] // 2  # the layer, and a result as large
        rows = most // 4096
        layer = Pixels(1024, rows, 4, "u8", bytes(4096 * rows))
        assert session.restore(layer, instruction="x").pixels.nbytes == layer.nbytes
        with pytest.raises(ClientError) as raised:
            session.restore(Pixels(1024, rows + 1, 4, "u8", bytes(4096 * (rows + 1))), instruction="x")
        assert raised.value.code == "too_large"
        assert session.restore(LAYER, instruction="x").changed


def test_a_message_larger_than_the_memory_is_cut_off_and_the_next_request_works(launch) -> None:
    daemon = launch(program=["-c", SMALL_MACHINE])
    assert_serves(daemon)
    before = memory(daemon)
    with daemon.session() as session, daemon.session("other") as other:
        too_much = bytes(session.hello["max_bytes"] + 1)
        with pytest.raises(ConnectionLost):
            send_and_wait(session, encode(message("upload", "r")), too_much)
        assert memory(daemon) < before + 16
        assert session.restore(LAYER, instruction="x").changed, "it connects again by itself"
        assert other.status()["idle"], "and nobody else is cut off"


def send_and_wait(session, *frames: bytes) -> None:
    """Send what should end the connection."""
    session._exchange.dealer.send(frames)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        session._exchange.dealer.receive(0.1)


def test_an_instruction_without_end_gets_a_sentence(survivor, monkeypatch) -> None:
    endless = "remove the noise " * 40_000
    with survivor.session() as session:
        with pytest.raises(ClientError) as raised:
            session.explain(endless)
        assert raised.value.code == "too_long"
        # an older plug-in does not count, and sends it; the daemon cannot read whose question it was
        caught: list[ClientError] = []

        def ask() -> None:
            with pytest.raises(ClientError) as raised:
                session.explain(endless)
            caught.append(raised.value)

        monkeypatch.setattr(session.__class__.__module__ + ".messages.MAX_HEADER", 1 << 30)
        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(PATIENCE)
        assert [error.code for error in caught] == ["bad_request"], "it waits for ever"
        assert session.explain("remove the noise")["steps"]


@pytest.mark.slow
@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_half_a_greeting_half_a_header_half_a_picture_and_then_nothing(launch, tcp) -> None:
    daemon = launch("tcp" if tcp else "unix", program=["-c", IMPATIENT])
    daemon.connection()
    layer = Pixels(500, 500, 4, "u8", bytes(1_000_000))
    with connected(daemon), connected(daemon) as greeting, connected(daemon) as stranger:
        greeting.sendall(b"\xff" + bytes(8) + b"\x7f\x03")
        stranger.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert_serves(daemon)
        with daemon.session("half a header") as mute, daemon.session("half a picture") as slow:
            mute._exchange.dealer._write(b"\x00\x64" + b"\x83\xa4type")
            slow._exchange.dealer.send([encode(message("restore", "r", instruction="x", frames=[describe("layer", layer)]))])
            assert receive(slow)["type"] == "accepted"
            slow._exchange.dealer._write(b"\x01\x2b" + encode(message("upload", "r")).ljust(0x2B, b"\xc0"))
            slow._exchange.dealer._write(b"\x02" + layer.nbytes.to_bytes(8, "big") + bytes(layer.nbytes // 2))
            assert_serves(daemon)
            answer = receive(slow)
            assert answer["code"] == "upload_timeout"
            assert answer["sentence"] == "The picture did not arrive in time. Nothing was changed."
            assert daemon.status()["jobs"] == []
            # the other half comes after all: it belongs to nothing any more, and the connection goes on
            slow._exchange.dealer._write(bytes(layer.nbytes // 2))
            assert receive(slow)["type"] == "error"
            assert slow.restore(layer, instruction="x").changed
    assert_serves(daemon)


def receive(session) -> dict:
    """The next message on a session's connection that is neither progress nor a sign of life."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        parts = session._exchange.dealer.receive(0.1)
        header = messages.decode(parts[0]) if parts else {"type": "progress"}
        if header["type"] not in ("progress", "alive"):
            return header
    raise AssertionError("no answer")


@pytest.mark.slow
def test_thousands_of_bad_messages_from_somebody_who_never_listens(daemon) -> None:
    assert_serves(daemon)
    before = memory(daemon)
    with daemon.raw() as raw:
        for number in range(20_000):
            raw.send(b"%d" % number, b"secret words")
        assert_serves(daemon)
    daemon.wait_for(lambda status: len(status["clients"]) == 1)
    assert memory(daemon) < before + 20
    assert_serves(daemon)


@pytest.mark.slow
def test_thousands_of_questions_from_somebody_who_never_listens(daemon) -> None:
    """Each answer is as long as its question: they must not pile up."""
    assert_serves(daemon)
    before = memory(daemon)
    with daemon.raw() as raw:
        raw.dealer.sndhwm = 1
        for number in range(1500):
            raw.ask_nothing("explain", request=str(number), instruction="x" * 500_000)
            if number % 300 == 0:
                assert_serves(daemon)
        assert memory(daemon) < before + 200
    assert_serves(daemon)


def test_more_requests_at_once_than_anybody_needs(daemon) -> None:
    layer = describe("layer", LAYER)
    with daemon.raw() as raw:
        for number in range(64):
            assert raw.ask("restore", request=str(number), instruction="x", frames=[layer])["type"] == "accepted"
        refused = raw.ask("restore", request="64", instruction="x", frames=[layer])
        assert (refused["code"], refused["sentence"]) == ("busy", "The restoration engine is busy with another picture.")
        assert raw.ask("cancel", request="0", job="0")["type"] == "cancelled"
        assert raw.ask("restore", request="64", instruction="x", frames=[layer])["type"] == "accepted"
        assert_serves(daemon)


@pytest.mark.slow
@pytest.mark.parametrize(
    "body", [b"\x91" * (1 << 17), b"\xdd\x00\x00\xff\xff" + b"\x80" * 65535, b"\x81\xa1a" * 40_000], ids=["deep", "long", "maps"]
)
def test_a_header_made_to_be_slow_holds_nobody_up(daemon, body) -> None:
    with daemon.raw() as raw, daemon.session() as session:
        began = worked(daemon)
        for _ in range(20):
            raw.send(body)
        assert session.restore(LAYER, instruction="x").changed
        assert worked(daemon) - began < 5


def test_who_announces_much_and_sends_nothing_leaves_room_for_others(launch) -> None:
    daemon = launch(program=["-c", SMALL_MACHINE])
    with daemon.session() as session:
        budget = session.hello["max_bytes"]
    piece = describe("layer", Pixels(1024, budget // 2 // 16 // 4096, 4, "u8", bytes(1024 * (budget // 2 // 16 // 4096) * 4)))
    with daemon.raw() as raw:
        for number in range(60):
            raw.ask_nothing("restore", request=str(number), instruction="x", frames=[piece])
        daemon.wait_for(lambda status: sum(job["stage"] == "uploading" for job in status["jobs"]) >= 7)
        with daemon.session() as session:
            third = Pixels(1024, budget // 6 // 4096, 4, "u8", bytes(4096 * (budget // 6 // 4096)))
            assert session.restore(third, instruction="x").changed, "before any of the others was given up"


@pytest.mark.slow
def test_a_picture_that_stops_coming_is_given_up_soon(launch) -> None:
    daemon = launch(program=["-c", IMPATIENT.replace("upload=4", "upload=60, stall=2")])
    layer = describe("layer", Pixels(4, 4, 3, "u8", bytes(48)))
    with daemon.raw() as raw:
        assert raw.ask("restore", instruction="x", frames=[layer])["type"] == "accepted"
        for _ in range(14):  # slow, but coming: longer than a stall in all, and each far sooner
            time.sleep(0.2)
            raw.ask_nothing("upload", bytes(1), more=True)
        assert daemon.status()["jobs"][0]["stage"] == "uploading"
        assert raw.answer()["code"] == "upload_timeout"


@pytest.mark.slow
def test_no_memory_for_an_accepted_picture_is_said_at_once(launch) -> None:
    """Found by the siege (limits, case 26): it was waited for until the upload's time was over."""
    program = """
import sys
from restored.daemon import jobs, main
jobs.bytearray = lambda size: (_ for _ in ()).throw(MemoryError())
sys.exit(main(["--engine", "echo"]))
"""
    daemon = launch(program=["-c", program])
    with daemon.session() as session:
        with pytest.raises(ClientError) as raised:
            session.restore(LAYER, instruction="x")
        assert raised.value.code == "out_of_memory", "and not upload_timeout, which comes when its time is over"
        assert session.status()["jobs"] == []
