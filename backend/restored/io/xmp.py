"""The recipe inside a picture's XMP, which PNG, TIFF, JPEG and WebP all have, and what else in there has to stay true."""

import hashlib
from html import unescape
from typing import Final

from . import beside, regions
from .xml import RDF, XMLNS, Document, Element, children, elements, parse, rdf, size, text_of, written

NAMESPACE: Final = "https://restored.invalid/ns/recipe/1.0/"
"""Names the property; nothing is ever looked up there (`.invalid` cannot exist)."""

_NOTE: Final = "http://ns.adobe.com/xmp/note/"
_PACKET: Final = b"""<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def with_recipe(xmp: bytes | None, recipe: str) -> bytes:
    """`xmp` (or a new packet) carrying `recipe`; an older recipe is replaced, everything else stays. Raises ValueError for a
    packet that cannot be understood."""
    document = parse(xmp or _PACKET)
    root = rdf(document)
    for description in children(root):
        for entry in children(description):
            if (entry.namespaceURI, entry.localName) == (NAMESPACE, "recipe"):
                description.removeChild(entry)
                if not children(description) and all(
                    attribute.namespaceURI == XMLNS or attribute.localName == "about"
                    for attribute in description.attributes.values()
                ):
                    after = description.nextSibling
                    if after is not None and after.nodeType == after.TEXT_NODE and after.nodeValue == "\n":
                        root.removeChild(after)  # the line break that was put there with it
                    root.removeChild(description)
    description = _description(document, root, {"xmlns:restored": NAMESPACE})
    entry = document.createElementNS(NAMESPACE, "restored:recipe")
    entry.appendChild(document.createTextNode(recipe))
    description.appendChild(entry)
    root.appendChild(description)
    root.appendChild(document.createTextNode("\n"))
    return written(document)


def recipe_in(xmp: bytes | None) -> str | None:
    """The recipe that `with_recipe` put there, or None: what is ours by its namespace, whatever prefix a program gave it since,
    and nothing that only looks like it. In a packet that is damaged it is looked for as text."""
    try:
        document = parse(xmp) if xmp else None
    except ValueError:
        return _recipe_in_text(xmp)
    found = None
    for element in elements(document) if document else ():
        if (element.namespaceURI, element.localName) == (NAMESPACE, "recipe"):
            found = "".join(node.data for node in element.childNodes if node.nodeType == node.TEXT_NODE)
        elif element.hasAttributeNS(NAMESPACE, "recipe"):
            found = element.getAttributeNS(NAMESPACE, "recipe")
    return found


def _recipe_in_text(xmp: bytes | None) -> str | None:
    text = text_of(xmp)
    start = text.find("<restored:recipe>")
    end = text.find("</restored:recipe>", start)
    return unescape(text[start + len("<restored:recipe>") : end]) if 0 <= start < end else None


def settled(xmp: bytes | None, turn: int, width: int, height: int) -> bytes | None:
    """The same XMP for pixels that were turned by the EXIF orientation `turn` and are now `width` x `height`, alone in
    their file; the very bytes where it says nothing about that. A packet that cannot be understood is returned as it is."""
    if not xmp:
        return None
    try:
        document = parse(xmp)
    except ValueError:
        return xmp
    plain = not xmp.startswith((b"\xff\xfe", b"\xfe\xff", b"\0", b"<\0"))
    settled = regions.settle(document, turn, width, height)
    return written(document) if beside.withdraw(document) or settled or not plain else xmp


def understood(xmp: bytes) -> bool:
    """Whether a recipe can be put into this packet."""
    try:
        rdf(parse(xmp))
    except ValueError:
        return False
    return True


def joined(main: bytes | None, extended: bytes) -> bytes:
    """A JPEG's packet and the extended one that had no room in its segment, as one. Raises ValueError."""
    document, more = parse(main or _PACKET), parse(extended)
    root = rdf(document)
    for description in children(root):
        if description.hasAttributeNS(_NOTE, "HasExtendedXMP"):
            description.removeAttributeNS(_NOTE, "HasExtendedXMP")
        for entry in children(description):
            if (entry.namespaceURI, entry.localName) == (_NOTE, "HasExtendedXMP"):
                description.removeChild(entry)
    spaces = _spaces(rdf(more))
    for description in children(rdf(more)):
        moved = document.importNode(description, True)
        for name, value in spaces.items():
            if not moved.hasAttribute(name):
                moved.setAttributeNS(XMLNS, name, value)
        root.appendChild(moved)
    return written(document)


def split(xmp: bytes, most: int) -> tuple[bytes, bytes | None, str]:
    """(main, extended, GUID): a packet of at most `most` bytes, and the rest as JPEG's extended XMP (XMP part 3, 1.1.3.1).

    The largest properties move first, and the recipe last. Raises ValueError where that does not make it small enough.
    """
    if len(xmp) <= most:
        return xmp, None, ""
    document = parse(xmp)
    more = parse(_PACKET[_PACKET.find(b"<x:") : _PACKET.rfind(b"\n<?")])
    root, other = rdf(document), rdf(more)
    properties = [(size(entry), entry) for description in children(root) for entry in children(description)]
    properties.sort(key=lambda pair: (pair[1].namespaceURI == NAMESPACE, -pair[0]))
    left = len(written(document)) + 200
    for length, entry in properties:
        if left <= most:
            break
        owner = entry.parentNode
        assert isinstance(owner, Element)
        moved = more.importNode(entry, True)
        description = _description(more, other, {**_spaces(owner), **_spaces_of(owner)})
        owner.removeChild(entry)
        description.appendChild(moved)
        other.appendChild(description)
        left -= length
    extended = written(more)
    name = hashlib.md5(extended, usedforsecurity=False).hexdigest().upper()
    note = _description(document, root, {"xmlns:xmpNote": _NOTE})
    note.setAttributeNS(_NOTE, "xmpNote:HasExtendedXMP", name)
    root.appendChild(note)
    main = written(document)
    if len(main) > most:
        raise ValueError("too large")
    return main, extended, name


def _description(document: Document, root: Element, spaces: dict[str, str]) -> Element:
    """A new rdf:Description, with the prefix that the packet has for RDF."""
    prefix = f"{root.prefix}:" if root.prefix else ""
    element = document.createElementNS(RDF, prefix + "Description")
    element.setAttributeNS(RDF, (prefix or "rdf:") + "about", "")
    if not prefix:
        element.setAttributeNS(XMLNS, "xmlns:rdf", RDF)
    for name, value in spaces.items():
        element.setAttributeNS(XMLNS, name, value)
    return element


def _spaces(element: Element) -> dict[str, str]:
    """The namespaces that hold for an element from above it."""
    found: dict[str, str] = {}
    node = element.parentNode
    while isinstance(node, Element):
        found = {**_spaces_of(node), **found}
        node = node.parentNode
    return found


def _spaces_of(element: Element) -> dict[str, str]:
    return {a.name: a.value for a in element.attributes.values() if a.name.startswith("xmlns:")}
