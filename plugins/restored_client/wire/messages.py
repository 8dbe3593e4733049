"""The wire, defined once: message types, header fields and their checks. Imported by the daemon too.

A message is a list of frames. The first is the header, a msgpack map with `protocol`, `type` and `id` (the request's); the
others are raw pixels, each described by one entry of the header's `frames`; they are sRGB-encoded unless the order's
`profile` says otherwise. A request that announces frames is sent
without them; they follow, in pieces of at most MAX_FRAME bytes, in `upload` messages once the daemon said `accepted`; all but the
last of these say that there is `more`. `hello`, `shutdown` and `error` keep their form in
every protocol version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, Final, List, Mapping, Sequence, Tuple, cast

from . import checks
from .checks import Check, is_model_name
from .errors import ClientError
from .limits import CONTEXT_SIDE, DEPTHS
from .order import CONTEXT, FIELDS, LAYER, MASK, ROLES
from .pixels import Pixels, geometry_problem
from .vendor import msgpack

PROTOCOL_VERSION: Final[int] = 2

MAX_HEADER: Final[int] = 1 << 18
"""Bytes of a header at most: an instruction of 100 kB and its plan fit."""

MAX_ANSWER: Final[int] = 1 << 20
"""Bytes of an answer's header at most: the plan that a request brought comes back twice, in the answer and in its recipe."""

MAX_FRAME: Final[int] = 1 << 20
"""Bytes of a frame that the daemon takes: pictures come to it in pieces, so that nobody can claim more than that."""

MAX_ITEMS: Final[int] = 4096
"""Entries of a list or a map in a header."""

# client -> daemon
HELLO: Final = "hello"
EXPLAIN: Final = "explain"
RESTORE: Final = "restore"
ADJUST: Final = "adjust"
REGION: Final = "region"
UPLOAD: Final = "upload"
CANCEL: Final = "cancel"
STATUS: Final = "status"
MODELS: Final = "models"
UNLOAD: Final = "unload"
SHUTDOWN: Final = "shutdown"

# daemon -> client (hello, region, status, models, unload and shutdown are answered with their own type)
ACCEPTED: Final = "accepted"
PROGRESS: Final = "progress"
PREVIEW: Final = "preview"
PLAN: Final = "plan"
RESULT: Final = "result"
NOTHING_TO_DO: Final = "nothing_to_do"
CANCELLED: Final = "cancelled"
ALIVE: Final = "alive"
ERROR: Final = "error"


def encode(header: Mapping[str, Any], pack: Callable[..., Any] = msgpack.packb) -> bytes:
    """The header frame. pack: msgpack's own, or a faster one. Raises ValueError or TypeError for values without a type there."""
    return cast(bytes, pack(header, unicode_errors="replace"))


def decode(frame: Any, unpack: Callable[..., Any] = msgpack.unpackb, most: int = MAX_HEADER) -> Dict[str, Any]:
    """A header frame of at most so many bytes as a map. Text that is not UTF-8 is repaired, not refused. Raises
    ClientError("bad_request")."""
    raw = bytes(memoryview(frame)[: most + 1])
    if len(raw) > most:
        raise ClientError("bad_request", detail=f"a header of more than {most} bytes")
    try:
        header = unpack(raw, unicode_errors="replace", strict_map_key=True, max_array_len=MAX_ITEMS, max_map_len=MAX_ITEMS)
    except Exception as error:  # the unpacker raises many kinds, some undocumented; their words may quote an instruction
        raise ClientError("bad_request", detail=f"not a msgpack header: {type(error).__name__}") from None
    if not isinstance(header, dict) or not all(isinstance(key, str) for key in header):
        raise ClientError("bad_request", detail="the header is not a map with names")
    return header


def message(kind: str, request: str, **fields: Any) -> Dict[str, Any]:
    """A header of this protocol version; fields that are None are left out."""
    header: Dict[str, Any] = {"protocol": PROTOCOL_VERSION, "type": kind, "id": request}
    header.update((name, value) for name, value in fields.items() if value is not None)
    return header


# --- frames ---


@dataclass(frozen=True)
class FrameHeader:
    """What a header says about one raw frame."""

    role: str
    nbytes: int
    geometry: Tuple[int, int, int, str]  # width, height, channels, depth

    def content(self, data: Any) -> Pixels:
        """The frame as Pixels. Raises ClientError("size_mismatch") when the sizes lie."""
        have = memoryview(data).nbytes
        if have != self.nbytes:
            raise ClientError("size_mismatch", detail=f"{self.role}: {have} bytes instead of {self.nbytes}")
        return Pixels(*self.geometry, data=data)


def describe(role: str, content: Pixels) -> Dict[str, Any]:
    """The `frames` entry for these pixels."""
    geometry = {"width": content.width, "height": content.height, "channels": content.channels, "depth": content.depth}
    return {"role": role, "bytes": content.nbytes, **geometry}


def read_frames(header: Mapping[str, Any], allowed: Sequence[str]) -> List[FrameHeader]:
    """The frames a header announces, checked. Raises ClientError("bad_request" or "bad_picture")."""
    entries = header.get("frames", [])
    if not isinstance(entries, list) or len(entries) > len(allowed):
        raise ClientError("bad_request", detail=f"“frames” must be a list of at most {len(allowed)}")
    frames = [_read_frame(entry, allowed) for entry in entries]
    if len({frame.role for frame in frames}) != len(frames):
        raise ClientError("bad_request", detail="a frame's role is there twice")
    return frames


def _read_frame(entry: object, allowed: Sequence[str]) -> FrameHeader:
    if not isinstance(entry, dict) or entry.get("role") not in allowed:
        raise ClientError("bad_request", detail=f"a frame needs one of the roles {allowed}")
    role, nbytes = entry["role"], entry.get("bytes", 0)
    if not checks.whole(nbytes) or nbytes < 1:
        raise ClientError("bad_request", detail="a frame needs its size in bytes")
    geometry = (entry.get("width", 0), entry.get("height", 0), entry.get("channels", 0), entry.get("depth", ""))
    problem = geometry_problem(*geometry)
    if problem:
        raise ClientError("bad_picture", "The picture could not be used: " + problem)
    width, height, channels, depth = geometry
    frame = FrameHeader(role, nbytes, (width, height, channels, depth))
    if nbytes != width * height * channels * DEPTHS[depth]:
        raise ClientError("size_mismatch", detail=f"{frame} announces {nbytes} bytes")
    if role == MASK and (channels != 1 or depth not in ("u8", "f32")):
        raise ClientError("bad_picture", "A mask must have one channel of 8 bits or float.")
    if role == CONTEXT and max(width, height) > CONTEXT_SIDE:
        raise ClientError("bad_picture", f"The thumbnail may be at most {CONTEXT_SIDE} pixels wide or high.")
    return frame


# --- requests ---


@dataclass(frozen=True)
class RequestForm:
    """The fields of one request type; `needs` are required, `may` are optional, `frames` are the roles it may announce."""

    needs: Mapping[str, Check]
    may: Mapping[str, Check]
    frames: Tuple[str, ...] = ()


FORMS: Final[Dict[str, RequestForm]] = {
    HELLO: RequestForm({"client": checks.text}, {"build": checks.text, "pid": checks.whole, "challenge": checks.short}),
    EXPLAIN: RequestForm({"instruction": checks.text}, {"plan": checks.mapping}, (CONTEXT,)),
    # a client may name installed models only, never a path
    RESTORE: RequestForm({}, {**{name: each.check for name, each in FIELDS.items()}, "model": is_model_name}, ROLES),
    ADJUST: RequestForm({"job": checks.text}, {"strength": checks.fraction, "texture": checks.fraction}, (MASK,)),
    REGION: RequestForm({"region": checks.mapping}, {"place": checks.place, "profile": checks.profile}, (LAYER, CONTEXT)),
    UPLOAD: RequestForm({}, {"more": checks.flag}),
    CANCEL: RequestForm({"job": checks.text}, {}),
    STATUS: RequestForm({}, {}),
    MODELS: RequestForm({}, {}),
    UNLOAD: RequestForm({}, {}),
    SHUTDOWN: RequestForm({}, {"if_idle": checks.flag}),
}


def check_request(
    header: Mapping[str, Any], forms: Mapping[str, RequestForm] = FORMS
) -> Tuple[Dict[str, Any], List[FrameHeader]]:
    """A request's known fields, checked, and the frames it announces. Raises ClientError with the reason.

    forms: what may be asked here. Fields this version does not know are left out: a later version of the same protocol may add
    some.
    """
    kind, request, protocol = header.get("type"), header.get("id"), header.get("protocol", "")
    if not checks.whole(protocol) or not isinstance(request, str) or not 1 <= len(request) <= 64:
        raise ClientError("bad_request", detail="a request needs protocol, type and id")
    form = forms.get(kind) if isinstance(kind, str) else None
    if protocol != PROTOCOL_VERSION and kind != SHUTDOWN:
        raise ClientError("protocol", protocol_sentence(client=protocol, daemon=PROTOCOL_VERSION))
    if form is None:
        raise ClientError("bad_request", detail=f"unknown type {str(kind)[:60]!r}")
    for name, check in form.needs.items():
        if name not in header or not check(header[name]):
            raise ClientError("bad_request", detail=f"{kind} needs a valid “{name}”")
    for name, check in form.may.items():
        if name in header and not check(header[name]):
            raise ClientError("bad_request", detail=f"{kind} has a bad “{name}”")
    frames = read_frames(header, form.frames) if kind != UPLOAD else []
    if kind == RESTORE:
        _check_restore(header, frames)
    if kind == REGION and LAYER not in {frame.role for frame in frames}:
        raise ClientError("bad_request", detail="region needs a layer")
    known = ("protocol", "type", "id", *form.needs, *form.may)
    return {name: header[name] for name in known if name in header}, frames


def _check_restore(header: Mapping[str, Any], frames: Sequence[FrameHeader]) -> None:
    by_role = {frame.role: frame for frame in frames}
    if "instruction" not in header and "plan" not in header:
        raise ClientError("bad_request", detail="restore needs an instruction or a plan")
    if LAYER not in by_role:
        raise ClientError("bad_request", detail="restore needs a layer")
    layer, mask = by_role[LAYER].geometry, by_role.get(MASK)
    if mask is not None and mask.geometry[:2] != layer[:2]:
        raise ClientError("bad_picture", "The mask must be as large as the layer.")


def protocol_sentence(*, client: int, daemon: int) -> str:
    """Which side has to be updated."""
    if client < daemon:
        return "This plug-in is older than the restoration engine. Run “restored plugins install” and restart this program."
    return "The restoration engine is older than this plug-in. Please update it, then run “restored plugins install”."
