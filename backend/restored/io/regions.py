"""What XMP says in coordinates and sizes, made true for pixels that were turned upright or enlarged."""

from collections.abc import Callable
from typing import Final, NamedTuple
from xml.dom import minidom

from .xml import Document, Element, children, elements

_TIFF: Final = "http://ns.adobe.com/tiff/1.0/"
_EXIF: Final = "http://ns.adobe.com/exif/1.0/"
_AREA: Final = "http://ns.adobe.com/xmp/sType/Area#"
_DIMENSIONS: Final = "http://ns.adobe.com/xap/1.0/sType/Dimensions#"
_REGIONS: Final = "http://www.metadataworkinggroup.com/schemas/regions/"
_MICROSOFT: Final = "http://ns.microsoft.com/photo/1.2/t/Region#"
_XAP: Final = "http://ns.adobe.com/xap/1.0/"

_POINT: Final[dict[int, Callable[[float, float], tuple[float, float]]]] = {
    1: lambda x, y: (x, y),
    2: lambda x, y: (1 - x, y),
    3: lambda x, y: (1 - x, 1 - y),
    4: lambda x, y: (x, 1 - y),
    5: lambda x, y: (y, x),
    6: lambda x, y: (1 - y, x),
    7: lambda x, y: (1 - y, 1 - x),
    8: lambda x, y: (y, 1 - x),
}
"""Where a point of the stored picture (in fractions of its sides) lies once an EXIF orientation was applied."""


class _Value(NamedTuple):
    """A property, which RDF writes as an attribute or as an element of its own."""

    text: str
    write: Callable[[str], None]


def settle(document: Document, turn: int, width: int, height: int) -> bool:
    """Make a packet true for pixels turned by the EXIF orientation `turn` (1: not turned) that are now `width` x `height`.

    Orientation, sizes, face regions (Metadata Working Group and Microsoft) are changed, thumbnails removed. Returns whether
    anything was.
    """
    changed = False
    turned_already = turn > 4 and _given_upright(document, width, height)
    exact = {(_TIFF, "Orientation"): 1, (_TIFF, "ImageWidth"): width, (_TIFF, "ImageLength"): height}
    exact |= {(_EXIF, "PixelXDimension"): width, (_EXIF, "PixelYDimension"): height}
    for element in list(elements(document)):
        for (space, name), number in exact.items():
            changed |= _set(_values(element, space), name, str(number))
        if not turned_already:
            changed |= _turn_area(_values(element, _AREA), turn)
            changed |= _turn_rectangle(_values(element, _MICROSOFT), turn)
        if (element.namespaceURI, element.localName) == (_REGIONS, "AppliedToDimensions"):
            inside = {**_values(element, _DIMENSIONS)}
            for child in children(element):  # rdf:Description between
                inside |= _values(child, _DIMENSIONS)
            changed |= _set(inside, "w", str(width)) | _set(inside, "h", str(height))
        if (element.namespaceURI, element.localName) == (_XAP, "Thumbnails") and element.parentNode is not None:
            element.parentNode.removeChild(element)
            changed = True
    return changed


def _values(element: Element, space: str) -> dict[str, _Value]:
    found = {}
    for attribute in element.attributes.values():
        if attribute.namespaceURI == space:
            found[attribute.localName] = _Value(attribute.value, lambda text, a=attribute: setattr(a, "value", text))
    for child in children(element):
        text = child.firstChild
        if child.namespaceURI == space and isinstance(text, minidom.Text) and len(child.childNodes) == 1:
            found[child.localName] = _Value(text.data, lambda words, t=text: setattr(t, "data", words))
    return found


def _set(values: dict[str, _Value], name: str, text: str) -> bool:
    if name not in values or values[name].text.strip() == text:
        return False
    values[name].write(text)
    return True


def _turn_area(values: dict[str, _Value], turn: int) -> bool:
    """MWG: the centre, and how wide and high (or the diameter), in fractions of the sides."""
    if turn == 1 or not {"x", "y"} <= values.keys() or ("unit" in values and values["unit"].text != "normalized"):
        return False
    try:
        x, y = _POINT[turn](float(values["x"].text), float(values["y"].text))
    except ValueError:
        return False
    values["x"].write(_short(x))
    values["y"].write(_short(y))
    if turn > 4 and {"w", "h"} <= values.keys():
        values["w"].write(values["h"].text)
        values["h"].write(values["w"].text)
    return True


def _turn_rectangle(values: dict[str, _Value], turn: int) -> bool:
    """Microsoft: "left, top, width, height" in fractions of the sides."""
    if turn == 1 or "Rectangle" not in values:
        return False
    try:
        left, top, wide, high = (float(part) for part in values["Rectangle"].text.split(","))
    except ValueError:
        return False
    corners = [_POINT[turn](left, top), _POINT[turn](left + wide, top + high)]
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    wide, high = (high, wide) if turn > 4 else (wide, high)
    values["Rectangle"].write(", ".join(map(_short, (left, top, wide, high))))
    return True


def _given_upright(document: Document, width: int, height: int) -> bool:
    """Some programs write regions for the upright picture; the size that they were applied to tells."""
    for element in elements(document):
        values = _values(element, _DIMENSIONS)
        if {"w", "h"} <= values.keys():
            try:
                wide, high = float(values["w"].text), float(values["h"].text)
            except ValueError:
                continue
            return width != height and abs(wide * height - high * width) < 0.01 * wide * height
    return False


def _short(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".") or "0"
