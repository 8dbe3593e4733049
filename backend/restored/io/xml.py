"""XMP packets as trees: parsed within bounds, written with the prefixes they came with."""

from collections.abc import Iterator
from typing import Final
from xml.dom import minidom

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XMLNS: Final = "http://www.w3.org/2000/xmlns/"
MAX_PACKET: Final = 4 << 20
"""Bytes above which a packet is not parsed: what people write is a thousandth of it."""
_MAX_TAGS: Final = 50_000
_MAX_DEPTH: Final = 100

_MARKS: Final = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)

# not xml.sax.saxutils.escape: its module loads what speaks HTTP and TLS, at each start
_IN_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_IN_ATTRIBUTES: Final = _IN_TEXT | str.maketrans({'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})

Document = minidom.Document
Element = minidom.Element


def text_of(packet: bytes | None) -> str:
    """A packet's text, whatever Unicode encoding it is in (XMP allows UTF-8, 16 and 32)."""
    data = packet or b""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    return data.decode(encoding, "replace").lstrip("\ufeff").rstrip("\0 \t\r\n")


def parse(packet: bytes | None) -> Document:
    """Raises ValueError for what is no XML, is too large, nests too deeply, or declares a document type."""
    text = text_of(packet)
    if len(text) > MAX_PACKET or text.count("<") > _MAX_TAGS or "<!DOCTYPE" in text:
        raise ValueError("no XMP that is read")
    if text.startswith("<?xml "):  # it may name the encoding that it is no longer in
        text = text[text.find("?>") + 2 :].lstrip()
    try:
        document = minidom.parseString(text.encode("utf-8", "replace"))
    except Exception as error:  # expat's and minidom's own
        raise ValueError("damaged XML") from error
    if any(depth > _MAX_DEPTH for _, depth in _walk(document)):
        raise ValueError("nested too deeply")
    return document


def elements(document: Document) -> Iterator[Element]:
    """Every element, in the order of the text."""
    return (node for node, _ in _walk(document) if isinstance(node, minidom.Element))


def rdf(document: Document) -> Element:
    """The packet's rdf:RDF. Raises ValueError where there is none."""
    found = next((one for one in elements(document) if one.namespaceURI == RDF and one.localName == "RDF"), None)
    if found is None:
        raise ValueError("no RDF")
    return found


def children(element: minidom.Node) -> list[Element]:
    return [node for node in element.childNodes if isinstance(node, minidom.Element)]


def written(document: Document) -> bytes:
    """The document as UTF-8. (minidom's own writer loses line breaks inside attributes.)"""
    return "\n".join(_written(node) for node in document.childNodes).encode("utf-8", "replace")


def size(element: minidom.Node) -> int:
    return len(_written(element).encode("utf-8", "replace"))


def _written(node: minidom.Node) -> str:
    if type(node) is minidom.Text:  # a recipe is full of quotation marks, which need no escape here
        return node.data.translate(_IN_TEXT)
    if not isinstance(node, minidom.Element):
        return node.toxml()
    names = "".join(f' {name}="{value.translate(_IN_ATTRIBUTES)}"' for name, value in node.attributes.items())
    if not node.childNodes:
        return f"<{node.tagName}{names}/>"
    return f"<{node.tagName}{names}>{''.join(map(_written, node.childNodes))}</{node.tagName}>"


def _walk(document: Document) -> Iterator[tuple[minidom.Node, int]]:
    waiting: list[tuple[minidom.Node, int]] = [(document, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(child, depth + 1) for child in reversed(node.childNodes)]
