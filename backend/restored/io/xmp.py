"""The recipe inside a picture's XMP: one place that PNG, TIFF, JPEG and WebP all have."""

import re
from html import escape, unescape
from typing import Final

NAMESPACE: Final = "https://restored.invalid/ns/recipe/1.0/"
"""Names the property; nothing is ever looked up there (`.invalid` cannot exist)."""

_OURS: Final = re.compile(r"\s*<rdf:Description[^>]*xmlns:restored=.*?</rdf:Description>", re.DOTALL)
_RECIPE: Final = re.compile(r"<restored:recipe>(.*?)</restored:recipe>", re.DOTALL)
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
    head, end, tail = _OURS.sub("", packet).rpartition(_END)
    return (head.rstrip() + "\n" + entry + end + tail).encode()


def recipe_in(xmp: bytes | None) -> str | None:
    """The recipe that `with_recipe` put there, or None."""
    found = _RECIPE.search(_text(xmp))
    return unescape(found.group(1)) if found else None


def upright(xmp: bytes | None) -> bytes | None:
    """The same XMP saying that the pixels need no turning."""
    return _ORIENTATION.sub(r"\g<1>1", _text(xmp)).encode() if xmp else None


def _text(xmp: bytes | None) -> str:
    return (xmp or b"").decode("utf-8", "replace").rstrip("\0")
