"""Files <-> pixels: PNG 8/16, TIFF 8/16/32/float, JPEG and WebP, with profile, EXIF and recipe."""

from .atomic import atomic, copy_file
from .colour import from_srgb, to_srgb
from .errors import PictureError
from .picture import SUFFIXES, Format, Metadata, Picture, format_of
from .reading import read_mask, read_picture
from .writing import check_output, write_picture
from .xmp import recipe_in

__all__ = [
    "SUFFIXES",
    "Format",
    "Metadata",
    "Picture",
    "PictureError",
    "atomic",
    "check_output",
    "copy_file",
    "format_of",
    "from_srgb",
    "read_mask",
    "read_picture",
    "recipe_in",
    "to_srgb",
    "write_picture",
]
