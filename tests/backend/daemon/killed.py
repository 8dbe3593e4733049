"""Clients that end badly, run as programs: `killed.py WHERE` does half of something and waits to be killed.

WHERE: "job", "kept"; "upload", in the middle of a picture; "large", in the middle of one of 400 MB; "frames", in the middle of
a message of very many frames.
"""

import sys
import time

from restored_client import Pixels, Session
from restored_client.wire.messages import MAX_FRAME, UPLOAD, describe, encode, message

where = sys.argv[1]
height = 25_000 if where in ("large", "frames") else 2000
layer = Pixels(4000, height, 4, "u8", bytes(4000 * height * 4))
session = Session.open(client="killed", start=False)


def ready() -> None:
    print("ready", flush=True)
    time.sleep(600)


if where == "job":
    session.restore(layer, instruction="sleep 600", on_progress=lambda progress: ready())
if where == "kept":
    session.restore(layer, instruction="x", keep=True)
    ready()

dealer = session._exchange.dealer
assert dealer is not None
dealer.send([encode(message("restore", "r", instruction="x", frames=[describe("layer", layer)]))])
time.sleep(0.2)
MORE, LONG = 1, 2
HALF, ROW = layer.nbytes // 2, 4000 * 4
if where == "frames":
    dealer._write(bytes((MORE, len(upload := encode(message(UPLOAD, "r"))))) + upload)
    for start in range(0, HALF, ROW):
        dealer._write(bytes((MORE | LONG,)) + ROW.to_bytes(8, "big") + bytes(layer.view[start : start + ROW]))
else:
    more = encode(message(UPLOAD, "r", more=True))
    for start in range(0, HALF, MAX_FRAME):
        dealer.send([more, layer.view[start : start + MAX_FRAME]])
    dealer._write(bytes((MORE, len(more))) + more + bytes((LONG,)) + MAX_FRAME.to_bytes(8, "big") + bytes(MAX_FRAME // 2))
ready()
