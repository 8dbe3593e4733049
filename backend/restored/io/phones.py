"""HEIC, AVIF and JPEG XL: what phones and recent cameras save."""

import io
import struct
from typing import Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from . import beside, exif, profiles, xmp
from .errors import PictureError
from .optional import module
from .picture import Metadata, Picture, check_size

_HEIC: Final = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_AVIF: Final = (b"avif", b"avis")


def kind_of(data: bytes) -> str | None:
    """ "heic", "avif", "jpeg xl" or None."""
    if data[:12] == b"\0\0\0\x0cJXL \r\n\x87\n" or data[:2] == b"\xff\x0a":
        return "jpeg xl"
    if data[4:8] != b"ftyp":
        return None
    brands = data[8 : min(struct.unpack_from(">I", data)[0], 256)]
    if any(brand in brands for brand in _AVIF):
        return "avif"
    return "heic" if data[8:12] in _HEIC else None


def read_heic(data: bytes, name: str) -> tuple[Picture, int]:
    """HEIC at 8 bits, or at 16 where it has more."""
    heif = module("pi_heif", name)
    opened = heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
    check_size(name, *opened.size)
    info = opened.info
    pixels = np.array(opened)  # a copy: the file owns the memory, and takes it along
    pixels = pixels[..., np.newaxis] if pixels.ndim == 2 else pixels
    if pixels.dtype == np.uint16:  # shifted up by the decoder, so that ten bits' white would be 65472
        bits = info.get("bit_depth", 16)
        pixels = _of_16_bits(pixels >> (16 - bits), bits)
    nclx = info.get("nclx_profile") or {}
    icc = info.get("icc_profile") or _named(nclx.get("color_primaries", 2), nclx.get("transfer_characteristics", 2), name)
    metadata = _metadata(icc, info.get("exif"), info.get("xmp"), pixels)
    notes = (beside.SECOND,) if len(opened) > 1 or info.get("depth_images") or info.get("aux") else ()
    pixels = np.ascontiguousarray(pixels)
    multiplied = bool(opened.premultiplied_alpha)
    # the decoder has turned it
    return Picture(pixels, "heic", metadata, lossy=True, premultiplied=multiplied, notes=notes), 1


def read_avif(data: bytes, name: str) -> tuple[Picture, int]:
    """AVIF at 8 bits, or at 16 where it has more."""
    with Image.open(io.BytesIO(data), formats=("AVIF",)) as image:
        check_size(name, *image.size)
        if getattr(image, "n_frames", 1) > 1:
            raise PictureError(f"“{name}” is an animation. Save the frame you mean as a picture of its own.")
        info = dict(image.info)
        bits = _av1_bits(data)
        pixels = _deep_avif(data, name) if bits > 8 else np.asarray(image)
    pixels = pixels[..., np.newaxis] if pixels.ndim == 2 else pixels
    if bits > 8:
        pixels = _of_16_bits(pixels, bits)
    block = exif.bare(info.get("exif"))
    turn = exif.orientation(block)
    icc = info.get("icc_profile") or _nclx(data, name)
    return Picture(np.ascontiguousarray(pixels), "avif", _metadata(icc, block, info.get("xmp"), pixels, turn), lossy=True), turn


def _of_16_bits(pixels: NDArray, bits: int) -> NDArray[np.uint16]:
    """Numbers of so many bits, whose largest is white, as numbers of 16."""
    return (pixels.astype(np.uint32) * 65535 // ((1 << bits) - 1)).astype(np.uint16)


def _deep_avif(data: bytes, name: str) -> np.ndarray:
    """Pillow gives 8 bits; the codec that gives more is 13 MB large, and installers leave it out."""
    try:
        return imagecodecs.avif_decode(data)
    except ImportError:
        raise PictureError(
            f"“{name}” is an AVIF with more than 8 bits, which cannot be read here. Save it as 16-bit PNG or TIFF first."
        ) from None


def read_jxl(data: bytes, name: str) -> tuple[Picture, int]:
    """JPEG XL at the depth that it has."""
    jxl = module("pylibjxl", name)
    header = jxl.probe(data)
    check_size(name, header["width"], header["height"])
    if header["have_animation"]:
        raise PictureError(f"“{name}” is an animation. Save the frame you mean as a picture of its own.")
    pixels = imagecodecs.jpegxl_decode(data)
    pixels = pixels[..., np.newaxis] if pixels.ndim == 2 else pixels
    if pixels.ndim != 3 or pixels.shape[2] > 4:
        raise PictureError(f"“{name}” has more channels than a picture. Save it as TIFF first.")
    _, beside = jxl.decode(data, metadata=True)  # its pixels have eight bits only
    metadata = _metadata(beside.get("icc"), beside.get("exif"), beside.get("xmp"), pixels)
    return Picture(np.ascontiguousarray(pixels), "jpeg xl", metadata, lossy=True), 1  # the decoder has turned it


def _metadata(icc: bytes | None, block: bytes | None, packet: bytes | None, pixels: NDArray, turn: int = 1) -> Metadata:
    height, width = pixels.shape[:2]
    if turn > 4:
        width, height = height, width
    return Metadata(
        icc=icc or None,
        exif=exif.settled(exif.bare(block), width, height),
        xmp=xmp.settled(packet or None, turn, width, height),
    )


def _nclx(data: bytes, name: str) -> bytes | None:
    at = data[: 1 << 16].find(b"colrnclx")
    return _named(*struct.unpack_from(">HH", data, at + 8), name) if at >= 0 else None


def _named(primaries: int, transfer: int, name: str) -> bytes | None:
    if transfer in profiles.HDR:
        raise PictureError(
            f"“{name}” is an HDR picture ({profiles.HDR[transfer]}), whose brightness I cannot keep. "
            "Save it with an ordinary colour profile, such as Display P3, first."
        )
    return profiles.from_cicp(primaries, transfer)


def _av1_bits(data: bytes) -> int:
    """Bits per channel, from the AV1 configuration (AV1-ISOBMFF, 2.3.3)."""
    at = data[: 1 << 16].find(b"av1C")
    flags = data[at + 6] if 0 <= at < len(data) - 6 else 0
    return (12 if flags & 0x20 else 10) if flags & 0x40 else 8
