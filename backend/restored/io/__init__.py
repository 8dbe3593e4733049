"""Files <-> pixels, with colour profile, metadata and recipe: PNG 8/16, TIFF 8/16/32/float, JPEG and WebP are read and written,
HEIC, AVIF, JPEG XL, JPEG 2000, OpenEXR, BMP and cameras' raw files are read."""

from restored.ground.replacing import atomic, copy_file

from .colour import from_srgb, to_srgb
from .content import content_of
from .errors import PictureError
from .picture import READABLE, SUFFIXES, Format, Metadata, Picture, format_of
from .reading import pages_of, read_mask, read_pages, read_picture
from .sending import received, sent
from .writing import check_output, kept_quality, write_pages, write_picture
from .xmp import recipe_in

__all__ = [
    "READABLE",
    "SUFFIXES",
    "Format",
    "Metadata",
    "Picture",
    "PictureError",
    "atomic",
    "check_output",
    "content_of",
    "copy_file",
    "format_of",
    "from_srgb",
    "kept_quality",
    "pages_of",
    "read_mask",
    "read_pages",
    "read_picture",
    "received",
    "recipe_in",
    "sent",
    "to_srgb",
    "write_pages",
    "write_picture",
]
