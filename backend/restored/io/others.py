"""BMP, JPEG 2000 and OpenEXR."""

import io
import struct
from typing import Final

import imagecodecs
import numpy as np
from PIL import Image

from . import profiles
from .errors import PictureError
from .optional import module
from .picture import Metadata, Picture, check_size

_J2K: Final = (b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51")
_EXR: Final = b"v/1\x01"


def kind_of(data: bytes) -> str | None:
    """ "bmp", "jpeg 2000", "openexr" or None."""
    if data[:4] == _EXR:
        return "openexr"
    if data.startswith(_J2K):
        return "jpeg 2000"
    return "bmp" if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0" else None


def read_bmp(data: bytes, name: str) -> tuple[Picture, int]:
    with Image.open(io.BytesIO(data), formats=("BMP",)) as image:
        check_size(name, *image.size)
        image.load()
        mode = image.mode if image.mode in ("L", "RGB", "RGBA") else "L" if image.mode == "1" else "RGB"
        pixels = np.array(image.convert(mode))
        dpi = image.info.get("dpi")
    pixels = pixels[..., np.newaxis] if pixels.ndim == 2 else pixels
    if pixels.shape[2] == 4 and not pixels[..., 3].any():  # a fourth byte that many programs leave at zero
        pixels = np.ascontiguousarray(pixels[..., :3])
    return Picture(pixels, "bmp", Metadata(dpi=dpi if dpi and min(dpi) > 0 else None)), 1


def read_jpeg2000(data: bytes, name: str) -> tuple[Picture, int]:
    """JPEG 2000 at 8 bits, or at 16 where it has more."""
    at = data[: 1 << 20].find(b"\xff\x4f\xff\x51")
    if at < 0:
        raise ValueError("no JPEG 2000 codestream")
    right, bottom, left, top = struct.unpack_from(">4I", data, at + 8)
    check_size(name, right - left, bottom - top)
    pixels = imagecodecs.jpeg2k_decode(data)
    pixels = pixels[..., np.newaxis] if pixels.ndim == 2 else pixels
    if pixels.ndim != 3 or pixels.shape[2] > 4 or pixels.dtype.kind != "u":
        raise PictureError(f"“{name}” holds numbers that are not a photograph's. Convert it to TIFF first.")
    bits = (data[at + 42] & 0x7F) + 1
    full = pixels.dtype.itemsize * 8
    if bits < full:
        pixels = (pixels.astype(np.uint64) * np.iinfo(pixels.dtype).max // ((1 << bits) - 1)).astype(pixels.dtype)
    with Image.open(io.BytesIO(data), formats=("JPEG2000",)) as image:
        icc = image.info.get("icc_profile") or None
    return Picture(np.ascontiguousarray(pixels), "jpeg 2000", Metadata(icc=icc), lossy=True), 1


def read_openexr(data: bytes, name: str) -> tuple[Picture, int]:
    """OpenEXR: linear light, Rec. 709 unless its header says otherwise, as float32 with a profile that says so."""
    exr = module("OpenEXR", name)
    left, top, right, bottom = _window(data)
    check_size(name, right - left + 1, bottom - top + 1)
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory(prefix="restored-") as folder:  # the library opens files only
        path = Path(folder) / "picture.exr"
        path.write_bytes(data)
        with exr.File(str(path), separate_channels=True) as file:
            channels = {key: np.array(value.pixels) for key, value in file.channels().items()}
            primaries = file.header().get("chromaticities")
    names = next((set_ for set_ in (("R", "G", "B"), ("Y",)) if all(key in channels for key in set_)), None)
    if names is None:
        raise PictureError(f"“{name}” has the channels {', '.join(sorted(channels))[:80]}, but no red, green and blue.")
    planes = [channels[key].astype(np.float32) for key in names]
    if "A" in channels:
        planes.append(channels["A"].astype(np.float32))
    pixels = np.ascontiguousarray(np.stack(planes, axis=-1))
    icc = _linear(primaries) if len(names) == 3 else profiles.gray_from_gamma(1.0)
    note = "OpenEXR was read as 32-bit float with linear light; write it as TIFF to keep it so."
    return Picture(pixels, "openexr", Metadata(icc=icc), premultiplied="A" in channels, notes=(note,)), 1


def _linear(primaries: object) -> bytes | None:
    place = profiles.PRIMARIES[1]
    if primaries is not None:
        try:
            numbers = [float(value) for value in np.ravel(np.array(primaries, float))]
            place = (*numbers[6:8], *numbers[:6]) if len(numbers) == 8 else place
        except (TypeError, ValueError):
            pass
    return profiles.matrix(place, gamma=1.0)  # pyright: ignore[reportArgumentType]


def _window(data: bytes) -> tuple[int, int, int, int]:
    at = data[: 1 << 16].find(b"dataWindow\0box2i\0\x10\0\0\0")
    if at < 0:
        raise ValueError("no data window")
    return struct.unpack_from("<4i", data, at + 21)
