"""Damage: bytes changed the way transfer errors, careless programs and attackers change them."""

import random
import zlib
from collections.abc import Iterator

PNG = b"\x89PNG\r\n\x1a\n"
MAGIC = (0, 1, 2, 127, 128, 255)


def damaged(chance: random.Random, data: bytes, *, most: int = 1 << 20) -> bytes:
    """A few bytes flipped, set, cut out, doubled, or numbers made extreme; often near the beginning, where headers are."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        size = len(changed)
        if size < 4:
            break
        at = chance.randrange(min(size, chance.choice((64, 400, size))))
        kind = chance.randrange(100)
        if kind < 35:
            changed[at] = chance.choice((*MAGIC, chance.randrange(256)))
        elif kind < 55:
            changed[at] ^= 1 << chance.randrange(8)
        elif kind < 70:
            width = chance.choice((2, 4, 8))
            value = chance.choice((0, 1, 256**width - 1, 256**width // 2, chance.randrange(65536), size)) % 256**width
            changed[at : at + width] = value.to_bytes(width, chance.choice(("little", "big")))
        elif kind < 80:
            del changed[at : at + chance.randrange(1, 40)]
        elif kind < 92:
            start = chance.randrange(size)
            changed[at:at] = changed[start : start + chance.randrange(1, 60)] * chance.choice((1, 1, 1, 50))
        else:
            del changed[chance.randrange(size) :]
    return bytes(changed[:most])


def damaged_picture(chance: random.Random, data: bytes) -> bytes:
    """Damage to a picture file; of a PNG often to what its pieces hold, whose checksums would turn the reader away at once."""
    if not data.startswith(PNG) or chance.random() < 0.3:
        return damaged(chance, data)
    pieces = list(_pieces(data))
    for at in chance.sample(range(len(pieces)), min(len(pieces), chance.choice((1, 1, 2)))):
        name, content = pieces[at]
        if name == b"IDAT" and chance.random() < 0.5:
            content = zlib.compress(damaged(chance, zlib.decompress(content)), 1)
        else:
            content = damaged(chance, content)
        pieces[at] = (chance.choice(pieces)[0] if chance.random() < 0.1 else name, content)
    if chance.random() < 0.1:
        chance.shuffle(pieces)
    return PNG + b"".join(
        len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")
        for name, content in pieces
    )


def _pieces(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(PNG)
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        at += size + 12
