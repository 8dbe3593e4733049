"""A strip of a picture as JPEG XL without loss, at libjxl's lowest effort: for links that are slower than packing is.

Never with loss: that would change the noise that a network sees. A strip is packed for itself, so it is one message, and what it
claims to be decides how much memory its bytes may become.
"""

import importlib
from typing import Any, Final

from restored_client.wire.errors import ClientError
from restored_client.wire.messages import MAX_FRAME
from restored_client.wire.pixels import Pixels, geometry_problem

DEPTHS: Final = {"u8": "<u1", "u16": "<u2", "f32": "<f4"}
"""What JPEG XL holds to the bit, NaN included; other depths go as they are."""

EFFORT: Final = 1
WORTH: Final = 1 << 12
"""Bytes; a smaller strip is not worth its header."""


def able() -> bool:
    """Whether this machine's imagecodecs was built with JPEG XL."""
    try:
        return bool(_codecs().JPEGXL.available)
    except (ImportError, AttributeError):
        return False


def pack(strip: Pixels) -> bytes | None:
    """The strip packed; None where that would not make it smaller."""
    if strip.depth not in DEPTHS or strip.nbytes < WORTH:
        return None
    packed = _codecs().jpegxl_encode(_array(strip), lossless=True, effort=EFFORT, numthreads=1)
    return bytes(packed) if len(packed) < strip.nbytes else None


def described(strip: Pixels) -> list[Any]:
    """What the message of a packed strip says of it: width, height, channels, depth."""
    return [strip.width, strip.height, strip.channels, strip.depth]


def is_description(value: Any) -> bool:
    """Whether it is what `described` says, of a strip that fits in one piece."""
    if not isinstance(value, list | tuple) or len(value) != 4 or geometry_problem(*value) or value[3] not in DEPTHS:
        return False
    width, height, channels, depth = value
    return width * height * channels * int(DEPTHS[depth][-1]) <= MAX_FRAME


def unpack(description: Any, data: Any) -> memoryview:
    """The strip's own bytes. Raises ClientError("bad_picture") for what is not a strip of this very size and kind."""
    if not is_description(description):
        raise ClientError("bad_picture", detail="a packed strip needs its size and kind")
    import numpy as np

    width, height, channels, depth = description
    out = np.empty((height, width, channels), DEPTHS[depth])
    try:
        # `out` is compared with what the data say before anything is decoded, so they cannot ask for more memory than this
        _codecs().jpegxl_decode(data, out=out, numthreads=1)
    except (ValueError, RuntimeError) as error:
        raise ClientError("bad_picture", detail=f"a packed strip cannot be read: {error}") from error
    return out.data.cast("B")


def _array(strip: Pixels) -> Any:
    import numpy as np

    return np.frombuffer(strip.view, DEPTHS[strip.depth]).reshape(strip.height, strip.width, strip.channels)


def _codecs() -> Any:
    """imagecodecs, imported when a link is found to be slow: not when a daemon starts."""
    return importlib.import_module("imagecodecs")
