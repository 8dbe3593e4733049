"""Headers by the compiled msgpack: the client's own is pure Python, and a header made to be slow would hold up everybody."""

from collections.abc import Mapping
from typing import Any

import msgpack

from restored_client.wire import messages


def encode(header: Mapping[str, Any]) -> bytes:
    """See `restored_client.wire.messages.encode`."""
    return messages.encode(header, msgpack.packb)


def decode(frame: Any, most: int = messages.MAX_HEADER) -> dict[str, Any]:
    """See `restored_client.wire.messages.decode`."""
    return messages.decode(frame, msgpack.unpackb, most)
