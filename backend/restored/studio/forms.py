"""What is said between two machines: the plug-ins' own messages (`restored_client.wire.messages`) with what a network asks for.

Pictures travel in pieces both ways (`delivery`), each paid for by a credit, so that no more than WINDOW pieces are ever under
way: a machine that falls silent is noticed by that. Both sides say something at least every second while a job is unfinished. A
job's id is the asking machine's; sent again after a broken link it is the same job.
"""

from collections.abc import Mapping
from typing import Any, Final

from restored_client.wire import checks, messages
from restored_client.wire.messages import RequestForm

from .strips import is_description

LINK: Final = 1
"""The version of what this module says; another one is answered with a sentence."""

CREDIT: Final = "credit"
PIECE: Final = "piece"

WINDOW: Final = 8
"""Pieces of MAX_FRAME bytes that may be under way; 80 MB/s at a tenth of a second from here to there."""

ALIVE_EVERY: Final = 1.0
"""Seconds between two signs of life of the asking side; the answering side tells of its jobs more often."""

SILENCE: Final = 5.0
"""Seconds without a sign of life after which the other side of an unfinished job has gone."""

SEALING: Final = 1024
"""Bytes that a frame may grow by when it is sealed (CurveZMQ, ZeroMQ RFC 26: 33)."""

LARGEST_PREVIEW: Final = 4 << 20
"""Bytes; a larger piece of a result is not shown on the way."""

_NOT_FORWARDED: Final = ("model", "device")
"""What the other machine decides: weights are named by their hash, and it knows what it has to compute with."""


def _pieces(value: Any) -> bool:
    return checks.whole(value) and 0 < value <= WINDOW


_RESTORE: Final = messages.FORMS[messages.RESTORE]

FORMS: Final[Mapping[str, RequestForm]] = {
    # packs: whether this machine unpacks; a machine that says nothing of it is sent pictures as they are
    messages.HELLO: RequestForm({"client": checks.short, "link": checks.whole}, {"build": checks.short, "packs": checks.flag}),
    messages.RESTORE: RequestForm(
        {"sha256": checks.short},
        {name: check for name, check in _RESTORE.may.items() if name not in _NOT_FORWARDED},
        _RESTORE.frames,
    ),
    messages.ADJUST: messages.FORMS[messages.ADJUST],
    messages.UPLOAD: RequestForm({}, {**messages.FORMS[messages.UPLOAD].may, "packed": is_description}),
    messages.CANCEL: messages.FORMS[messages.CANCEL],
    CREDIT: RequestForm({"pieces": _pieces}, {}),
    messages.ALIVE: RequestForm({}, {}),
}
"""What the asking machine may send; everything else that a plug-in may ask for is answered by its own machine."""

TOLD: Final = ("version", "build", "state", "words", "device", "models", "max_bytes")
"""What a paired machine learns from `hello`: nothing of other clients, of folders, of what else is done here."""

ERRORS: Final[Mapping[str, str]] = {
    "revoked": "That machine does not know this one any more. If that is a mistake, pair the two again.",
    "weights": "That machine has other weights of this model. Install the same version on both.",
    "quota": "That machine has as much work from this one as it takes at a time.",
    "link": "The two machines speak different versions. Install the same version on both.",
}
"""By code: what only another machine answers, and the sentence where it gives none of its own."""


CLAUSES: Final[Mapping[str, str]] = {
    "revoked": "{} does not know this machine any more; pair the two again",
    "weights": "{} has other weights of this model; install the same version on both",
    "quota": "{} has as much work from this machine as it takes at a time",
    "busy": "{} has as much work from this machine as it takes at a time",
    "link": "{} speaks another version; install the same one on both",
    "protocol": "{} speaks another version; install the same one on both",
    "too_large": "the picture is too large for {}",
    "out_of_memory": "{} has not enough memory left for it",
    "shutting_down": "{} is shutting down",
    "engine_missing": "{} is not completely installed",
    "engine_failed": "something went wrong inside {}",
}
"""By code: what the machine that asked makes of an error that is the other's, after "because"; {} is its name."""


def heartbeats(socket: Any) -> None:
    """Both ends of a connection ask each other whether they are there, and TCP gives up on what is not acknowledged in time.

    What the beats do not notice, a large message on its way to nobody, SILENCE does.
    """
    socket.heartbeat_ivl = 1500
    socket.heartbeat_timeout = 4500
    socket.heartbeat_ttl = 4500
    socket.tcp_maxrt = int(SILENCE * 1000)
