"""Limits and small constants, each defined once; those of the wire are the client's."""

from typing import Final

from restored_client.wire.limits import CONTEXT_SIDE, DEVICES, QUALITIES, SCALES

LUMA: Final = (0.2126, 0.7152, 0.0722)
"""Rec. 709 weights of red, green and blue."""

__all__ = ["CONTEXT_SIDE", "DEVICES", "LUMA", "QUALITIES", "SCALES"]
