"""Damage: bytes changed the way transfer errors, careless programs and attackers change them."""

import random

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
