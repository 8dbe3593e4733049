"""A picture as a file holds it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from numpy.typing import NDArray

from .errors import PictureError

Format = Literal["png", "tiff", "jpeg", "webp"]
"""What is written."""

Source = Literal["png", "tiff", "jpeg", "webp", "heic", "avif", "jpeg xl", "bmp", "jpeg 2000", "openexr", "raw"]
"""What is read."""

SUFFIXES: Final[dict[str, Format]] = {
    ".png": "png",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".jpe": "jpeg",
    ".jfif": "jpeg",
    ".webp": "webp",
}
"""Endings that are written."""

RAW_SUFFIXES: Final = (
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".kdc", ".mef", ".mos", ".mrw", ".nef",
    ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f",
)  # fmt: skip
READABLE: Final = (
    *SUFFIXES, ".bmp", ".dib", ".heic", ".heif", ".hif", ".avif", ".jxl", ".jp2", ".j2k", ".jpf", ".jpx", ".exr", *RAW_SUFFIXES,
)  # fmt: skip
"""Endings of files that may be read; what such a file is, it says itself."""

MAX_PIXELS: Final = 178_956_970
"""Width x height above which a picture is refused before it is decoded; twice Pillow's own warning limit."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What travels with the pixels. Pixels are upright, so nothing in here turns them again."""

    icc: bytes | None = None
    exif: bytes | None = None
    """A TIFF structure without the `Exif\\0\\0` that some containers put before it."""
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    iptc: bytes | None = None
    """IPTC-IIM records."""
    comment: bytes | None = None
    """A JPEG's comment, in whatever encoding it is."""
    texts: tuple[tuple[str, str], ...] = ()
    """A PNG's own texts: (keyword, text)."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a lossy file was compressed, so that the result can be compressed alike; each format has its own."""

    @property
    def quality(self) -> int | None:
        """On the scale 1..100 that people know; None where the file does not tell."""
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Pixels and what travels with them.

    pixels: (H, W, C), C = 1 gray, 2 gray + alpha, 3 RGB, 4 RGBA; uint8, uint16, uint32, float16 or float32, in the file's own
    colour space and upright. Integers span 0 .. their maximum; floats are 0..1 with whatever lies beyond kept.
    lossy: the file's format threw information away, so that writing the same format may do so again.
    premultiplied: colours are already multiplied by alpha (TIFF's "associated alpha").
    role: "infrared" is a scanner's second look, which is carried and not restored.
    notes: sentences about what was read otherwise than one might expect.
    """

    pixels: NDArray
    format: Source
    metadata: Metadata = field(default_factory=Metadata)
    lossy: bool = False
    premultiplied: bool = False
    encoding: Encoding | None = None
    role: Literal["picture", "infrared"] = "picture"
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return self.pixels.shape[1]

    @property
    def height(self) -> int:
        return self.pixels.shape[0]

    @property
    def has_alpha(self) -> bool:
        return self.pixels.shape[2] in (2, 4)


def format_of(path: Path) -> Format:
    """The format that a file name asks for; raises PictureError with the list of those there are."""
    try:
        return SUFFIXES[path.suffix.lower()]
    except KeyError:
        raise PictureError(f"“{path.name}” must end in .png, .tif, .jpg or .webp: these I can write.") from None


def check_size(name: str, width: int, height: int) -> None:
    """Refuse sizes that no photograph has, before memory is taken for them."""
    if width < 1 or height < 1:
        raise PictureError(f"“{name}” says it is {width} x {height} pixels: there is no picture in it.")
    if width * height > MAX_PIXELS:
        raise PictureError(
            f"“{name}” says it is {width:,} x {height:,} pixels ({width * height / 1e6:,.0f} megapixels); "
            f"at most {MAX_PIXELS // 1_000_000} megapixels can be restored at once."
        )
