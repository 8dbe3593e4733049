"""Find the daemon, or start it, and greet it: afterwards it has shown that it is ours, and that it speaks as we do."""

from __future__ import annotations

import os
import time
import uuid
from typing import Any, Callable, Dict, Final, Optional, Sequence

from ..wire import messages, proof
from ..wire.errors import ClientError
from ..wire.zmtp import AccessRefused, ConnectionLost, Dealer, Silent, ZmtpError
from . import launch
from .discovery import Connection, is_alive, read_connection
from .exchange import LOOK_UP, SMALL, Exchange, as_client_errors, checked

USERNAME: Final = b"restored"

TIME_TO_ANSWER: Final = 30.0
"""Seconds for connecting and for short questions; generous, because a loading daemon may hold its breath."""

TIME_TO_START: Final = 60.0

LEAVING: Final = "shutting_down"
TIME_TO_LEAVE: Final = 30.0
"""Seconds in which a daemon that ends makes way for the next, on a machine that does much else."""

TRIES: Final = 4
"""How often a daemon is asked that does not let us in."""

OnStatus = Optional[Callable[[str], None]]


class Daemon:
    """The daemon of this user, found or started when it is needed; `exchange` talks with it after `connect`."""

    def __init__(
        self, client: str, start: bool, on_status: OnStatus, executable: Optional[Sequence[str]], build: Optional[str]
    ) -> None:
        """See `Session.open`."""
        self._client, self._start, self._build = client, start, build
        self._executable = executable
        self._say = on_status or (lambda words: None)
        self.exchange = Exchange()
        self.hello: Dict[str, Any] = {}
        """The answer to the greeting."""

    @property
    def starts(self) -> bool:
        """Whether one is started where there is none."""
        return self._start

    def connect(self) -> None:
        """Say hello to the running daemon, or to a new one; one that is about to end is waited for. An idle one that is not the
        installed build is replaced."""
        deadline = time.monotonic() + TIME_TO_LEAVE
        while True:
            try:
                return self._meet()
            except ClientError as error:
                # one of another protocol is of no use to us: that it makes way is waited for, too
                waits = error.code == LEAVING or (error.code == "protocol" and self._other_than_installed())
                if not (waits and self._start) or time.monotonic() > deadline:
                    raise
            time.sleep(LOOK_UP)

    def _meet(self) -> None:
        with as_client_errors():
            if not self._greet_running():
                if not self._start:
                    raise ClientError("unreachable")
                self._begin()
            elif self._start and self.hello.get("idle") is True and self._other_than_installed():
                self._say("Restarting the restoration engine: another version is installed now…")
                self.end(if_idle=True)
                if not self._greet_running():
                    self._begin()
        if self.hello["type"] == messages.ERROR:
            self.exchange.drop()
            checked(self.hello, [])

    def _begin(self) -> None:
        """Start a daemon and wait for its hello."""
        self._say("Starting the restoration engine…")
        starting = launch.start(self._executable)
        deadline = time.monotonic() + TIME_TO_START
        try:
            while not self._greet_running():
                if starting.check():  # another was first, and has gone since
                    starting.close()
                    time.sleep(LOOK_UP)
                    starting = launch.start(self._executable)
                if time.monotonic() > deadline:
                    raise ClientError("start_failed", detail=f"no hello after {TIME_TO_START:.0f} seconds")
                time.sleep(0.02)
        finally:
            starting.close()

    def _greet_running(self) -> bool:
        for tries_left in reversed(range(TRIES)):
            connection = read_connection()
            try:
                return connection is not None and self._greet(connection)
            except AccessRefused:
                # another daemon may have begun since the file was read, or strangers crowd its door
                if not tries_left:
                    raise
                time.sleep(LOOK_UP)
        return False

    def _greet(self, connection: Connection) -> bool:
        """Connect and say hello; False when nobody is there. The answer, which may be an error, is left in `hello`."""
        request = uuid.uuid4().hex
        asked = proof.challenge()
        hello = messages.message(
            messages.HELLO, request, client=self._client, pid=os.getpid(), build=self._build, challenge=asked
        )
        self.exchange.drop()
        try:
            self.exchange.dealer = dealer = _connect(connection)
            dealer.send([messages.encode(hello)])
            deadline = time.monotonic() + TIME_TO_ANSWER
            while time.monotonic() < deadline:
                header, _ = self.exchange.receive(request, SMALL)
                if header:
                    # an error says nothing that an impostor could use, and a daemon of another protocol may not know of proofs
                    if header["type"] != messages.ERROR and not proof.is_right(connection.token, asked, header.get("proof")):
                        raise ZmtpError("the peer does not know the token")
                    self.hello = header
                    return True
            raise Silent("no hello")
        except ConnectionLost:
            self.exchange.drop()
            return False
        except ZmtpError:
            self.exchange.drop()
            if is_alive(connection.pid):
                raise
            return False  # a stale file, and another program has taken its port
        except BaseException:
            self.exchange.drop()
            raise

    def _other_than_installed(self) -> bool:
        """Whether the daemon is of another build than would be started; never where none can be: an old engine is better."""
        other = self._build is not None and self._build != self.hello.get("build")
        return (other or bool(self.hello.get("outdated"))) and bool(self._executable or launch.find_executable())

    def end(self, *, if_idle: bool) -> None:
        """Ask the daemon to end and wait until its connection file is gone; a busy one stays when `if_idle`."""
        running = read_connection()
        request = uuid.uuid4().hex
        try:
            if self.exchange.dealer is None and not self._greet_running():
                return
            self.exchange.send([messages.encode(messages.message(messages.SHUTDOWN, request, if_idle=if_idle))])
            self.exchange.next(request)
        except ConnectionLost:
            pass
        finally:
            self.exchange.drop()
        deadline = time.monotonic() + TIME_TO_ANSWER
        while running is not None and not if_idle and read_connection() == running and time.monotonic() < deadline:
            time.sleep(LOOK_UP)


def _connect(connection: Connection) -> Dealer:
    try:
        return Dealer.connect(
            connection.endpoint, username=USERNAME, password=proof.password(connection.token), timeout=TIME_TO_ANSWER
        )
    except AccessRefused:
        if not connection.endpoint.startswith("ipc://"):
            raise
        # a daemon from before proofs wants the token itself; in the user's own folder nobody else can be listening
        return Dealer.connect(connection.endpoint, username=USERNAME, password=connection.token.encode(), timeout=TIME_TO_ANSWER)
