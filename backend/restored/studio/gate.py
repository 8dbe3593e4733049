"""The one process that may call another machine, where the kernel keeps the daemon from it (Linux).

A daemon refuses itself every internet socket once it listens (`restored.seal`). Before that, and only when a machine is paired,
it makes this child, which waits on a socket pair for the key of a machine, calls that machine's address and no other, and passes
bytes between the connection and a unix socket in the daemon's folder. It can read nothing of what passes: both ends of CURVE are
elsewhere. Its calls are Python's own, so the audit hook of `restored.offline` sees each of them.
"""

import contextlib
import errno
import itertools
import json
import os
import signal
import socket
import sys
import tempfile
import threading
from pathlib import Path
from typing import Final

from restored import sockets
from restored.ground.bounded import parse_json
from restored.offline import stay_offline
from restored_client.session.paths import runtime_dir

from .book import Machine, Machines
from .connection import TIME_TO_CONNECT, Unreached
from .keys import StudioError

CHUNK: Final = 1 << 18
MAX_SOCKET_PATH: Final = 100
MOST: Final = 4096
LOOK_AROUND: Final = 1.0

_AWAY: Final = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN)


class Gate:
    """The daemon's end."""

    def __init__(self, letters: socket.socket) -> None:
        self._letters = letters
        self._numbers = itertools.count()
        self._one_at_a_time = threading.Lock()

    @classmethod
    def start(cls) -> "Gate":
        """Make the child. To be called while this process has one thread and no lock of its own."""
        ours, its = sockets.letters()
        if os.fork() == 0:
            ours.close()
            code = 1
            try:
                code = keep(its)
            finally:
                os._exit(code)
        its.close()
        ours.settimeout(2 * TIME_TO_CONNECT)
        return cls(ours)

    def open(self, machine: Machine) -> str:
        """See `link.Road`."""
        with self._one_at_a_time:
            asked = next(self._numbers)
            try:
                self._letters.send(json.dumps({"key": machine.key, "asked": asked}).encode())
                answer = parse_json(self._letters.recv(MOST))
                while answer["asked"] != asked:  # a late answer to somebody who has given up
                    answer = parse_json(self._letters.recv(MOST))
            except TimeoutError:
                raise Unreached(f"{machine.name} did not answer") from None
            except (OSError, ValueError) as error:
                raise Unreached("this machine's own gate to the network is gone; restart the daemon") from error
        if "path" in answer:
            return f"ipc://{answer['path']}"
        raise Unreached(f"{machine.name} {answer.get('why', 'did not answer')}")

    def close(self) -> None:
        """The child ends when it notices."""
        self._letters.close()


def keep(letters: socket.socket) -> int:
    """The child's life: until the daemon's end of the pair is closed."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # a terminal's Ctrl+C is for the daemon, whose end is ours too
    os.umask(0o077)
    machines = Machines()
    stay_offline(paired=lambda host, port: _is_paired(machines, host, port))
    numbers = itertools.count()
    open_now: dict[socket.socket, str] = {}
    letters.settimeout(LOOK_AROUND)
    while True:
        for each in [each for each, key in open_now.items() if each.fileno() < 0 or not _is_known(machines, key)]:
            del open_now[each]
            _end(each)  # a machine that was struck out has no connection left
        try:
            letter = letters.recv(MOST)
        except TimeoutError:
            continue
        if not letter:
            return 0
        asked = parse_json(letter)
        answer = _open(machines, asked["key"], next(numbers), open_now)
        letters.send(json.dumps({**answer, "asked": asked["asked"]}).encode())


def _is_known(machines: Machines, key: str) -> bool:
    try:
        return machines.by_key(key) is not None
    except StudioError:
        return False


def _is_paired(machines: Machines, host: str, port: int | None) -> bool:
    try:
        return any(each.host == host and port in (None, each.port) for each in machines.entries())
    except StudioError:
        return False


def _open(machines: Machines, key: str, number: int, open_now: dict[socket.socket, str]) -> dict[str, str]:
    machine = machines.by_key(key) if _is_known(machines, key) else None
    if machine is None:
        return {"why": "is not paired any more"}
    try:
        there = sockets.call(machine.host, machine.port, TIME_TO_CONNECT)
    except ConnectionRefusedError:
        return {"why": f"is on, but no restored listens at {machine.address}"}
    except OSError as error:
        return {"why": "cannot be reached from this network" if error.errno in _AWAY else "did not answer"}
    try:
        path = _path(number)
        listener = sockets.listen_here(path)
    except OSError as error:
        there.close()
        return {"why": f"cannot be reached: {error.strerror or error}"}
    open_now[there] = key
    threading.Thread(target=_pass_on, args=(listener, path, there), daemon=True).start()
    return {"path": path}


def _path(number: int) -> str:
    path = runtime_dir() / f"gate-{os.getpid()}-{number}.sock"
    if len(os.fsencode(path)) > MAX_SOCKET_PATH:
        path = Path(tempfile.mkdtemp(prefix="rg-")) / "gate.sock"
    return str(path)


def _pass_on(listener: socket.socket, path: str, there: socket.socket) -> None:
    """Let the daemon in, once, and carry bytes both ways until one side ends."""
    with there:
        try:
            with listener:
                listener.settimeout(TIME_TO_CONNECT)
                here, _ = listener.accept()
        except OSError:
            return
        finally:
            with contextlib.suppress(OSError):
                os.unlink(path)
        with here:
            there.settimeout(None)
            here.settimeout(None)
            back = threading.Thread(target=_carry, args=(there, here), daemon=True)
            back.start()
            _carry(here, there)
            back.join()


def _carry(source: socket.socket, target: socket.socket) -> None:
    buffer = memoryview(bytearray(CHUNK))
    with contextlib.suppress(OSError):
        while count := source.recv_into(buffer):
            target.sendall(buffer[:count])
    for end in (source, target):
        _end(end)


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def needed() -> bool:
    """Whether the kernel will keep this process from calling anybody."""
    return sys.platform.startswith("linux") and os.environ.get("RESTORED_SEAL") != "0"
