"""The daemon opens no outbound connection."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from restored.seal import wake_driver
from restored_client import Pixels

OFFLINE = "import socket; from restored.offline import stay_offline; stay_offline(); "

REFUSED = (
    "socket.create_connection(('192.0.2.1', 80), 1)",
    "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 53))",
    "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 53))",
    "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('192.0.2.1', 53))",
    "socket.socket().bind(('0.0.0.0', 0))",
    "socket.socket().bind(('', 0))",
    "socket.gethostbyaddr('192.0.2.1')",
    "socket.getnameinfo(('192.0.2.1', 80), 0)",
    "socket.getaddrinfo('example.org', 80)",
    "socket.gethostbyname('example.org')",
    "__import__('urllib.request').request.urlopen('http://example.org', timeout=1)",
)


@pytest.mark.slow
@pytest.mark.parametrize("attempt", REFUSED)
def test_the_interpreter_refuses_other_machines(attempt) -> None:
    done = subprocess.run([sys.executable, "-c", OFFLINE + attempt], capture_output=True, text=True)
    assert done.returncode != 0
    assert "restored works offline" in done.stderr


GATE = (
    "import socket; from restored.offline import stay_offline; "
    "stay_offline(paired=lambda host, port: host == '127.0.0.9' and port in (None, 47340)); "
)


@pytest.mark.slow
def test_only_a_paired_machine_may_be_called_by_the_one_process_that_calls() -> None:
    allowed = "socket.socket().connect_ex(('127.0.0.9', 47340)); socket.getaddrinfo('127.0.0.9', 47340)"
    subprocess.run([sys.executable, "-c", GATE + allowed], check=True)
    for attempt in (
        "socket.socket().connect(('127.0.0.9', 47341))",
        "socket.socket().connect(('127.0.0.8', 47340))",
        "socket.getaddrinfo('example.org', 47340)",
        "socket.socket().bind(('127.0.0.9', 47340))",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'', ('127.0.0.9', 47340))",
    ):
        done = subprocess.run([sys.executable, "-c", GATE + attempt], capture_output=True, text=True)
        assert "restored works offline" in done.stderr, attempt


SEALED = (
    "import ctypes, socket, subprocess, sys, threading; "
    "from restored.seal import seal; "
    "pair = socket.create_server(('127.0.0.1', 0)); old = socket.socket(); "
    "assert seal(); "
)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's own refusal is Linux's")
@pytest.mark.parametrize(
    "attempt",
    [
        "socket.socket(socket.AF_INET)",
        "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
        "subprocess.run([sys.executable, '-c', 'import socket; socket.socket()'], check=True)",
        "assert ctypes.CDLL(None).socket(2, 1, 0) >= 0",
    ],
)
def test_the_kernel_refuses_what_python_does_not_see(attempt) -> None:
    done = subprocess.run([sys.executable, "-c", SEALED + attempt], capture_output=True, text=True)
    assert done.returncode != 0
    assert "Permission denied" in done.stderr or "AssertionError" in done.stderr
    assert "seal" not in done.stderr.partition("Traceback")[2].partition("AssertionError")[2]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's own refusal is Linux's")
def test_what_listens_already_goes_on_listening() -> None:
    goes_on = "old.connect(pair.getsockname()); there, _ = pair.accept(); there.sendall(b'x'); assert old.recv(1) == b'x'; "
    local = "a, b = socket.socketpair(); a.sendall(b'y'); assert b.recv(1) == b'y'; socket.socket(socket.AF_UNIX)"
    subprocess.run([sys.executable, "-c", SEALED + goes_on + local], check=True)


def test_the_user_can_do_without() -> None:
    code = "from restored.seal import seal; assert not seal(); import socket; socket.socket()"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "RESTORED_SEAL": "0"}, check=True)


@pytest.mark.skipif(os.name == "nt", reason="a script stands for the driver's tool")
@pytest.mark.parametrize(("there", "asked"), [((), False), (("nvidiactl",), True), (("nvidiactl", "nvidia-uvm"), False)])
def test_a_gpus_driver_is_woken_while_that_can_be_done(tmp_path: Path, there: tuple[str, ...], asked: bool) -> None:
    """As root, which a sealed process cannot become, though the driver asks for it at its first use."""
    for name in there:
        (tmp_path / name).touch()
    tool = tmp_path / "nvidia-modprobe"
    tool.write_text(f'#!/bin/sh\necho "$*" >"{tmp_path}/said"\n')
    tool.chmod(0o755)
    wake_driver(tmp_path, ("/nowhere", str(tmp_path)))
    assert (tmp_path / "said").exists() is asked
    wake_driver(tmp_path, ("/nowhere",))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's own refusal is Linux's")
@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_a_daemon_is_sealed(launch, tcp) -> None:
    daemon = launch(*(["--tcp"] if tcp else []))
    with daemon.session() as session:
        assert session.restore(Pixels(1, 1, 3, "u8", bytes(3)), instruction="x").changed
    status = Path(f"/proc/{daemon.process.pid}/status").read_text()
    assert "Seccomp:\t2" in status
    for thread in Path(f"/proc/{daemon.process.pid}/task").iterdir():
        assert "Seccomp:\t2" in (thread / "status").read_text(), "libzmq's own threads too"


def test_this_machine_may_be_talked_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        attempt = f"socket.create_connection({server.getsockname()!r})"
        subprocess.run([sys.executable, "-c", OFFLINE + attempt], check=True)


@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_a_working_daemon_has_no_connection_but_its_clients(launch, tcp) -> None:
    daemon = launch(*(["--tcp"] if tcp else []))
    with daemon.busy():
        seen = psutil.Process(daemon.process.pid).net_connections("inet")
    port = int(daemon.connection().endpoint.rpartition(":")[2]) if tcp else None
    assert {connection.laddr for connection in seen} == ({("127.0.0.1", port)} if tcp else set())
    assert {connection.raddr[0] for connection in seen if connection.raddr} == ({"127.0.0.1"} if tcp else set())


@pytest.mark.slow
def test_the_real_engine_needs_no_network(launch) -> None:
    """Everything that is imported and opened for a first picture, with sockets watched from outside."""
    daemon = launch("--engine", "restored")
    seen: list[object] = []
    process = psutil.Process(daemon.connection().pid)
    with daemon.session() as session:
        layer = Pixels(64, 64, 3, "u8", bytes(64 * 64 * 3))
        outcome = session.restore(
            layer,
            plan={"steps": [{"task": "denoise"}]},
            on_progress=lambda progress: seen.extend(process.net_connections("inet")),
        )
        assert outcome.model
    assert seen == []
    assert "works offline" not in daemon.log
