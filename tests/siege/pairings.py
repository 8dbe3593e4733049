"""Who calls while a code is shown: broken, slow and silent callers in a crowd, among whom one knows the code."""

import contextlib
import random
import socket
import threading
from typing import Any, ClassVar

from campaign import Campaign, Fault
from mutation import damaged

from restored.studio import callers, pairing
from restored.studio.keys import StudioError
from restored.studio.pairing import Introduction

CODE = "otter-lamp-violet"
ASKING = Introduction("desk", "a" * 40)
STRONG = Introduction("studio", "b" * 40, 47340)


class Pairings(Campaign):
    name, about, whole, share = "pairing", "callers while a code for pairing is shown", 20_000, 0.5
    AT_ONCE: ClassVar[int] = callers.MOST + 8
    EVERY: ClassVar[int] = 25
    """Cases between two calls with the right code."""

    @classmethod
    def least(cls) -> int:
        return 50

    def begin(self) -> None:
        self.open: list[socket.socket] = []
        self._show_a_code()

    def _show_a_code(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=callers.MOST)
        self._over = threading.Event()
        self._found: Any = None
        self._thread = threading.Thread(target=self._wait)
        self._thread.start()

    def _wait(self) -> None:
        with self._listener:
            try:
                self._found = callers.wait_for_caller(self._listener, CODE, STRONG, cancelled=self._over.is_set)
            except Exception as error:
                self._found = error

    def case(self, chance: random.Random, number: int) -> None:
        from spake2 import SPAKE2_A

        guess = SPAKE2_A(chance.randbytes(6), idA=b"asking", idB=b"strong")
        hello = pairing.framed(pairing.HELLO + guess.start())
        stranger = socket.socket()
        self.open.append(stranger)
        with contextlib.suppress(OSError):
            stranger.settimeout(1)
            stranger.connect(self._listener.getsockname())
            stranger.sendall(chance.choice((hello, damaged(chance, hello), hello[: chance.randrange(len(hello))], b"")))
        while len(self.open) > self.AT_ONCE:
            self.open.pop(chance.randrange(len(self.open))).close()
        if (number + 1) % self.EVERY == 0:
            self._one_who_knows()

    def _one_who_knows(self) -> None:
        try:
            said: Any = pairing.call("127.0.0.1", self._listener.getsockname()[1], CODE, ASKING)
        except (StudioError, OSError) as error:
            said = error
        self._thread.join(self.limit)
        # a damaged hello may be a whole one with something behind it, which is an attempt like any other
        if isinstance(self._found, StudioError) and str(self._found) == pairing.BURNT:
            self.done["notes"]["used_up"] = self.done["notes"].get("used_up", 0) + 1
        elif self._found != ASKING or said != STRONG:
            raise Fault(f"who knows the code was told {said!r}, and the strong machine has {self._found!r}")
        self._close()
        self._show_a_code()

    def _close(self) -> None:
        for stranger in self.open:
            stranger.close()
        self.open.clear()
        self._over.set()
        self._thread.join()

    def end(self) -> None:
        self._close()
