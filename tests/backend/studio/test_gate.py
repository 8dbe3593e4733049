"""The one process that calls: paired addresses only, bytes as they are, gone when its daemon is gone."""

import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.backend.studio.machines import wait_for

from restored.studio.book import Machine, Machines
from restored.studio.connection import LinkLost

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere libzmq calls by itself")

KEY = "k" * 40


@pytest.fixture
def echo() -> Iterator[socket.socket]:
    """Sends back what it gets, to one caller after the other."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                with caller:
                    while piece := caller.recv(1 << 16):
                        caller.sendall(piece)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def gate(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A gate in a process of its own, asked by one more: a test's own process has threads, which no child should share."""
    import subprocess

    monkeypatch.setenv("RESTORED_RUNTIME_DIR", str(tmp_path))
    code = (
        "import sys\n"
        "from restored.studio.book import Machine\n"
        "from restored.studio.gate import Gate\n"
        "from restored.studio.connection import LinkLost\n"
        "gate = Gate.start()\n"
        "for line in sys.stdin:\n"
        "    name, key, host, port = line.split()\n"
        "    try: print(gate.open(Machine(name, key, host, int(port))), flush=True)\n"
        "    except LinkLost as error: print('no:', error, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    class Asked:
        pid = process.pid

        def open(self, machine: Machine) -> str:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{machine.name} {machine.key} {machine.host} {machine.port}\n")
            process.stdin.flush()
            answer = process.stdout.readline().strip()
            if answer.startswith("no:"):
                raise LinkLost(answer)
            return answer

    yield Asked()  # type: ignore[misc]
    assert process.stdin is not None
    process.stdin.close()
    process.wait(30)
    assert process.stdout is not None
    process.stdout.close()


def test_bytes_pass_as_they_are(gate, echo: socket.socket) -> None:
    machine = Machine("there", KEY, "127.0.0.1", echo.getsockname()[1])
    Machines().add(machine)
    path = gate.open(machine).removeprefix("ipc://")
    assert os.stat(path).st_mode & 0o077 == 0
    data = os.urandom(3_000_000)
    with socket.socket(socket.AF_UNIX) as visitor:
        visitor.connect(path)
        sender = threading.Thread(target=visitor.sendall, args=(data,))
        sender.start()
        got = bytearray()
        while len(got) < len(data):
            got += visitor.recv(1 << 16)
        sender.join()
    assert got == data
    wait_for(lambda: not Path(path).exists(), "the visitor's door to be closed behind it")


def test_nobody_else_is_called(gate, echo: socket.socket) -> None:
    port = echo.getsockname()[1]
    with pytest.raises(LinkLost, match="not paired any more"):
        gate.open(Machine("there", KEY, "127.0.0.1", port))
    # what it is told beside the key counts for nothing: the list says where a machine is
    Machines().add(Machine("there", KEY, "127.0.0.1", port))
    assert gate.open(Machine("there", KEY, "192.0.2.1", 9)).startswith("ipc://")


def test_a_machine_that_does_not_listen_is_said(gate) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    machine = Machine("there", KEY, "127.0.0.1", port)
    Machines().add(machine)
    with pytest.raises(LinkLost, match="is on, but no restored listens"):
        gate.open(machine)


def test_a_machine_that_is_struck_out_loses_its_connection(gate, echo: socket.socket) -> None:
    machine = Machine("there", KEY, "127.0.0.1", echo.getsockname()[1])
    Machines().add(machine)
    with socket.socket(socket.AF_UNIX) as visitor:
        visitor.connect(gate.open(machine).removeprefix("ipc://"))
        visitor.sendall(b"x")
        assert visitor.recv(1) == b"x"
        Machines().forget("there")
        visitor.settimeout(30)
        assert visitor.recv(1) == b""


def test_it_ends_with_its_daemon(gate) -> None:
    import psutil

    (child,) = wait_for(lambda: psutil.Process(gate.pid).children())
    os.kill(gate.pid, 9)
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
