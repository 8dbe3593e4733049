"""Clients that end badly, run as programs by test_clients.py: `killed.py WHERE` does half of something and waits to be killed."""

import sys
import time

from restored_client import Pixels, Session
from restored_client.messages import UPLOAD, describe, encode, message

where = sys.argv[1]
layer = Pixels(4000, 2000, 4, "u8", bytes(32_000_000))
session = Session.open(client="killed", start=False)
if where == "job":
    session.restore(layer, instruction="sleep 600", on_progress=lambda progress: print("ready", flush=True))
if where == "kept":
    session.restore(layer, instruction="x", keep=True)
if where == "upload":
    dealer = session._dealer
    assert dealer is not None
    dealer.send([encode(message("restore", "r", instruction="x", frames=[describe("layer", layer)]))])
    time.sleep(0.2)

    chunks = iter(range(10))

    def half_way() -> None:
        if next(chunks, None) is None:
            print("ready", flush=True)
            time.sleep(600)

    dealer.send([encode(message(UPLOAD, "r")), layer.data], half_way)
print("ready", flush=True)
time.sleep(600)
