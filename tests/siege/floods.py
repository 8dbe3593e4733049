"""A client that floods beside one that works."""

import os
import random
import subprocess
import sys
import threading
import time

from campaign import Campaign, Fault, crowded
from daemons import LAYER, Daemon

from restored_client import Session


class Floods(Campaign):
    """A good client's time while a hostile one floods: at most ten times its idle time."""

    name, about, whole, share = "floods", "jobs of a good client while another floods", 2000, 1.0

    @classmethod
    def least(cls) -> int:
        return 100

    def begin(self) -> None:
        self.daemon = Daemon()
        self.session = Session.open(client="good", start=False)
        self.idle = [self._timed() for _ in range(200 if self.short else 1000)]
        self.stop = threading.Event()
        self.times: list[float] = []
        here = {"siege": os.path.dirname(__file__)}
        program = FLOOD.format(**here)
        self.flood = subprocess.Popen([sys.executable, "-c", program])
        time.sleep(1)

    def _timed(self) -> float:
        began = time.perf_counter()
        self.session.restore(LAYER, instruction="x")
        return time.perf_counter() - began

    def case(self, chance: random.Random, number: int) -> None:
        self.times.append(self._timed())

    def check(self) -> None:
        if not self.times:
            return
        idle, busy = _p99(self.idle), _p99(self.times)
        for _ in range(4):  # below 50 ms it is the machine's scheduling that is measured, and one pause of it proves nothing
            if busy <= max(10 * idle, 0.05):
                break
            busy = min(busy, _p99([self._timed() for _ in range(100)]))
        self.done["notes"].update(idle_p99_ms=round(idle * 1e3, 1), flooded_p99_ms=round(busy * 1e3, 1))
        if busy > max(10 * idle, 0.05) and not crowded():
            raise Fault(f"p99 {busy * 1e3:.0f} ms while another floods, {idle * 1e3:.1f} ms without")

    def end(self) -> None:
        self.flood.kill()
        self.flood.wait()
        self.session.close()
        self.daemon.end()


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


FLOOD = """
import sys
sys.path.insert(0, {siege!r})
import zmq
from restored_client.session.discovery import read_connection
from restored_client.wire import proof
from restored_client.wire.messages import encode, message
connection = read_connection()
dealer = zmq.Context().socket(zmq.DEALER)
dealer.linger = 0
dealer.plain_username, dealer.plain_password = b"restored", proof.password(connection.token)
dealer.connect(connection.endpoint)
number = 0
while True:
    number += 1
    dealer.send(encode(message("explain", str(number), instruction="x" * 50_000)))
    dealer.send(encode(message("status", str(number))))
    dealer.send(b"\\x91" * 100_000)
    while dealer.poll(0):
        dealer.recv_multipart()
"""
