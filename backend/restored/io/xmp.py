"""The recipe inside a picture's XMP: one place that PNG, TIFF, JPEG and WebP all have."""

import re
from html import escape, unescape
from typing import Final

NAMESPACE: Final = "https://restored.invalid/ns/recipe/1.0/"
"""Names the property; nothing is ever looked up there (`.invalid` cannot exist)."""

_OPEN: Final = "<rdf:Description"
_CLOSE: Final = "</rdf:Description>"
_RECIPE: Final = ("<restored:recipe>", "</restored:recipe>")
_ORIENTATION: Final = re.compile(r"(tiff:Orientation(?:=[\"']|>))[2-8]")
_PACKET: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
_END: Final = "</rdf:RDF>"


def with_recipe(xmp: bytes | None, recipe: str) -> bytes:
    """`xmp` (or a new packet) carrying `recipe`; an older recipe is replaced, everything else stays."""
    packet = _text(xmp)
    if _END not in packet:
        packet = _PACKET
    entry = (
        f'<rdf:Description rdf:about="" xmlns:restored="{NAMESPACE}">'
        f"<restored:recipe>{escape(recipe, quote=False)}</restored:recipe></rdf:Description>\n"
    )
    head, end, tail = _without_ours(packet).rpartition(_END)
    return (head.rstrip() + "\n" + entry + end + tail).encode()


def recipe_in(xmp: bytes | None) -> str | None:
    """The recipe that `with_recipe` put there, or None."""
    _, found, rest = _text(xmp).partition(_RECIPE[0])
    recipe, closed, _ = rest.partition(_RECIPE[1])
    return unescape(recipe) if found and closed else None


def upright(xmp: bytes | None) -> bytes | None:
    """The same XMP saying that the pixels need no turning."""
    return _ORIENTATION.sub(r"\g<1>1", _text(xmp)).encode() if xmp else None


def _without_ours(packet: str) -> str:
    """Without the descriptions that hold a recipe, and the space before them. One pass: a packet may be anybody's, and megabytes
    long, where a regular expression with two free lengths would look for hours."""
    kept, place = [], 0
    while (start := packet.find(_OPEN, place)) >= 0 and (opened := packet.find(">", start)) >= 0:
        end = packet.find(_CLOSE, opened) if "xmlns:restored=" in packet[start:opened] else 0
        if end < 0:
            break
        kept.append(packet[place:start].rstrip() if end else packet[place : opened + 1])
        place = end + len(_CLOSE) if end else opened + 1
    return "".join(kept) + packet[place:]


def _text(xmp: bytes | None) -> str:
    return (xmp or b"").decode("utf-8", "replace").rstrip("\0")
