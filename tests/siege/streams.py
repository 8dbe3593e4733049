"""What strangers and clients send: streams that are no ZMTP, and authenticated messages that are no requests."""

import contextlib
import random
import socket
from typing import Any, ClassVar

import zmq
from campaign import Campaign, Fault
from daemons import Daemon
from mutation import damaged

from restored_client import Pixels
from restored_client.wire import proof
from restored_client.wire.messages import FORMS, describe, encode, message

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01PLAIN" + bytes(15) + b"\0" + bytes(31)
HELLO = b"\x04\x1c\x05HELLO\x08restored\x0csome guesses"
READY = b"\x04\x19\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER"


class Streams(Campaign):
    name, about, whole, share = "streams", "malformed streams, unauthenticated", 1_000_000, 2.0
    AT_ONCE: ClassVar[int] = 20

    @classmethod
    def least(cls) -> int:
        return 1000

    def begin(self) -> None:
        self.daemon = Daemon("--tcp")
        self.daemon.serves()
        self.before = self.daemon.size()
        self.port = int(self.daemon.connection.endpoint.rpartition(":")[2])
        self.open: list[socket.socket] = []

    def case(self, chance: random.Random, number: int) -> None:
        stream = chance.choice(
            (GREETING, GREETING + HELLO, GREETING + HELLO + READY, chance.randbytes(40), b"GET / HTTP/1.1\r\n\r\n")
        )
        stranger = socket.socket()
        self.open.append(stranger)
        with contextlib.suppress(OSError):  # turned away: so it should be
            stranger.settimeout(1)
            stranger.connect(("127.0.0.1", self.port))
            stranger.sendall(damaged(chance, stream))
        if len(self.open) > self.AT_ONCE:
            self.open.pop(chance.randrange(len(self.open))).close()
        if number % 500 == 0:
            self.daemon.serves()

    def check(self) -> None:
        for stranger in self.open:
            stranger.close()
        self.daemon.serves()
        memory, _ = self.daemon.size()
        self.done["notes"].update(grown_MB=(memory - self.before[0]) >> 20)
        if memory - self.before[0] > 64 << 20:
            raise Fault(f"memory grew by {(memory - self.before[0]) >> 20} MB before authentication")

    def end(self) -> None:
        self.daemon.end()


class Messages(Campaign):
    name, about, whole, share = "messages", "authenticated messages, valid and not", 100_000, 1.0

    @classmethod
    def least(cls) -> int:
        return 500

    def begin(self) -> None:
        self.daemon = Daemon()
        self.daemon.serves()
        self.before = self.daemon.size()
        self.context = zmq.Context()
        self._connect()

    def _connect(self) -> None:
        connection = self.daemon.connection
        self.dealer: Any = self.context.socket(zmq.DEALER)
        self.dealer.linger = 0
        self.dealer.plain_username, self.dealer.plain_password = b"restored", proof.password(connection.token)
        self.dealer.connect(connection.endpoint)

    def case(self, chance: random.Random, number: int) -> None:
        kind = chance.choice([kind for kind in FORMS if kind != "shutdown"])
        layer = describe("layer", Pixels(2, 2, 3, "u8", bytes(12)))
        fields = {
            "instruction": chance.choice(("x", "", "sleep 0")),
            "client": "x",
            "job": "1",
            "strength": 0.5,
            "frames": [layer],
        }
        known = {**FORMS[kind].needs, **FORMS[kind].may, "frames": None}
        header = encode(
            message(kind, str(chance.randrange(4)), **{name: value for name, value in fields.items() if name in known})
        )
        parts = [header if chance.random() < 0.3 else damaged(chance, header)]
        parts += [chance.randbytes(chance.choice((0, 12, 13))) for _ in range(chance.choice((0, 0, 1, 3)))]
        self.dealer.send_multipart(parts)
        while self.dealer.poll(0):
            self.dealer.recv_multipart()
        if number % 1000 == 0:
            self.daemon.serves()
            self.dealer.close()
            self._connect()

    def check(self) -> None:
        self.daemon.serves()
        memory, descriptors = self.daemon.size()
        self.done["notes"].update(grown_MB=(memory - self.before[0]) >> 20)
        if descriptors > self.before[1] + 8:
            raise Fault(f"{descriptors - self.before[1]} descriptors leaked")

    def end(self) -> None:
        self.dealer.close()
        self.context.term()
        self.daemon.end()


STREAMS: list[type[Campaign]] = [Streams, Messages]
