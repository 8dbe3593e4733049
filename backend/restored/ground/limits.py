"""Limits and small constants, each defined once; those of the wire are the client's."""

from typing import Final

from restored_client.wire.limits import CONTEXT_SIDE, DEVICES, QUALITIES, SCALES

LUMA: Final = (0.2126, 0.7152, 0.0722)
"""Rec. 709 weights of red, green and blue."""

LUMA_601: Final = (0.299, 0.587, 0.114)
"""Rec. 601 weights: those of JPEG and of YCbCr in TIFF, and what networks that ship were trained with."""

__all__ = ["CONTEXT_SIDE", "DEVICES", "LUMA", "LUMA_601", "QUALITIES", "SCALES"]
