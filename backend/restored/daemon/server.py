"""The daemon's life: one thread that listens, keeps time, and ends in good order."""

import contextlib
import logging
import os
import secrets
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import psutil
import zmq

from restored import sockets
from restored.ground.build import build_id
from restored.ground.folders import log_file
from restored.ground.memory import total
from restored.ground.versions import version
from restored.service.protocol import Service
from restored.sockets.post import Entrance
from restored_client.session.discovery import Connection
from restored_client.wire import proof
from restored_client.wire.messages import PROTOCOL_VERSION

from .dispatcher import Dispatcher
from .logs import NAME
from .runtime_folder import RuntimeFolder
from .settings import DaemonSettings
from .wire import Wire

if TYPE_CHECKING:
    from restored.studio.wire import StudioWire

log: Final = logging.getLogger(NAME)

BEAT: Final = 0.15
"""Seconds between two words about a job: often enough for a progress bar, and a vanished client is noticed by it."""

LOOK_AROUND: Final = 1.0
KEEP_IN_TOUCH: Final = 10.0

LOADING_BEGINS: Final = 2.0
"""Seconds after the start at which the engine is loaded even when nobody has said hello."""

BURST: Final = 32
"""Messages taken in a row before jobs get their words again."""

LINGER: Final = 1.0


def open_studio(listen: "tuple[str, int] | None") -> "StudioWire | None":
    """Where machines that were paired come in, when this one is to listen for them. Raises StudioError."""
    if listen is None:
        return None
    from restored.studio.book import Guests
    from restored.studio.keys import own_keys
    from restored.studio.wire import StudioWire

    return StudioWire(Guests(), own_keys(), *listen)


class Server:
    """Binds and publishes itself when made; `run` serves until `end`."""

    def __init__(self, work: Service, settings: DaemonSettings, runtime: RuntimeFolder) -> None:
        self._settings = settings
        self._runtime = runtime
        self._build = build_id()
        self._version = version()
        self._started = time.monotonic()
        self._ending = False
        self._unloaded_after = 0.0
        self._process = psutil.Process()
        self._looked_up, self._other_build = 0.0, False
        self._bell, self.button = sockets.bell()
        memory = total()
        token = secrets.token_urlsafe(32)
        self._wire = Wire(token=token)
        self._wire.watch(self._bell.fileno())
        self._studio = open_studio(settings.listen)
        for each in self._studio.sockets if self._studio else ():
            self._wire.watch(each)
        self._ways: tuple[Entrance, ...] = (self._wire, self._studio) if self._studio else (self._wire,)
        endpoint = self._listen(settings.tcp)
        self._dispatcher = Dispatcher(
            work,
            self._wire,
            settings,
            memory=memory,
            facts=self._facts,
            prove=partial(proof.answer, token),
            ring=self._ring,
            shut=self.end,
        )
        runtime.publish(Connection(endpoint, token, os.getpid(), PROTOCOL_VERSION, self._version, self._build))
        log.info("version %s, build %s, listening", self._version, self._build)

    def run(self) -> bool:
        """Serve until told to end. False when a job was still at work when its grace was over."""
        beat = look_around = in_touch = 0.0
        while not self._ending:
            self._wire.wait(LOOK_AROUND if self._dispatcher.idle else beat - time.monotonic())
            self._silence()
            if self._studio is not None:
                self._studio.attend()
            self._receive()
            self._dispatcher.collect()
            now = time.monotonic()
            if now >= beat:
                beat = now + BEAT
                self._dispatcher.beat()
                if self._studio is not None:
                    self._studio.beat()
            if now >= look_around and not self._ending:
                look_around = now + LOOK_AROUND
                self._look_around(now)
            if now >= in_touch:
                in_touch = now + KEEP_IN_TOUCH
                self._dispatcher.keep_in_touch()
        return self._finish()

    def end(self) -> None:
        """Stop serving soon. From any thread and from signal handlers."""
        self._ending = True
        # before the answer to a shutdown goes out: who reads it may start another daemon at once
        self._runtime.withdraw()
        self._ring()

    def _listen(self, tcp: bool) -> str:
        try:
            return self._wire.bind(self._runtime.endpoint(tcp))
        except zmq.ZMQError as error:  # a folder on a disk that knows no sockets
            log.warning("no unix socket: %s", error)
            return self._wire.bind(self._runtime.endpoint(tcp=True))

    def _receive(self) -> None:
        for way in self._ways:
            for _ in range(BURST):
                received = way.receive()
                if received is None:
                    break
                try:
                    self._dispatcher.handle(way, *received)
                except Exception:  # no message may end the daemon
                    log.exception("a message could not be handled")

    def _look_around(self, now: float) -> None:
        self._dispatcher.check_uploads()
        self._dispatcher.residuals.expire(self._settings.idle_unload)
        if now - self._started > LOADING_BEGINS:
            self._dispatcher.runner.load()
        if not self._dispatcher.idle:
            return
        unused = now - self._dispatcher.used
        if unused > self._settings.idle_exit and self._studio is None:
            log.info("ending: unused for %.0f s", unused)
            self.end()
        elif unused > self._settings.idle_unload and self._unloaded_after != self._dispatcher.used:
            log.info("unloading: unused for %.0f s", unused)
            self._unloaded_after = self._dispatcher.used
            self._dispatcher.unload()
        elif not self._runtime.still_ours():
            log.info("ending: clients cannot find this daemon any more")
            self.end()

    def _finish(self) -> bool:
        log.info("ending")
        finished = self._dispatcher.close(self._settings.grace)
        self._receive()  # who asked meanwhile is told that this one ends, and asks the next
        for way in (self._wire, self._studio):
            if way is not None:
                way.close(LINGER)
        self._runtime.leave()
        return finished

    def _facts(self) -> dict[str, Any]:
        return {
            "version": self._version,
            "build": self._build,
            "outdated": self._outdated(),
            "pid": os.getpid(),
            "uptime": round(time.monotonic() - self._started, 1),
            "memory": self._process.memory_info().rss,
            "log": str(log_file()),
            "newcomers": {"waiting": self._wire.newcomers.waiting, "turned_away": self._wire.newcomers.turned_away},
        }

    def _outdated(self) -> bool:
        """Whether another build is installed by now; looked up now and then, since that reads a folder."""
        now = time.monotonic()
        if now - self._looked_up > LOOK_AROUND:
            self._looked_up, self._other_build = now, build_id() != self._build
        return self._other_build

    def _ring(self) -> None:
        with contextlib.suppress(OSError):  # full: it rings already
            self.button.send(b"\0")

    def _silence(self) -> None:
        try:
            while self._bell.recv(4096):
                pass
        except BlockingIOError:
            pass
