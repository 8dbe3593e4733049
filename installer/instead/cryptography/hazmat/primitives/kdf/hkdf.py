"""HKDF (RFC 5869): one secret to as many bytes as are wanted."""

import hashlib
import hmac

from ..hashes import SHA256


class HKDF:
    """The interface of the package `cryptography`, as far as `spake2` uses it. length: in bytes, at most 255 hashes' worth."""

    def __init__(self, algorithm: SHA256, length: int, salt: bytes | None, info: bytes | None) -> None:
        self._hash, self._length, self._salt, self._info = algorithm.name, length, salt, info
        self._size = hashlib.new(self._hash).digest_size
        if length > 255 * self._size:
            raise ValueError("HKDF gives at most 255 times the hash's length")

    def derive(self, key_material: bytes) -> bytes:
        """Sections 2.2 and 2.3: extract, then expand."""
        key = hmac.digest(self._salt or bytes(self._size), key_material, self._hash)
        made, block = b"", b""
        while len(made) < self._length:
            block = hmac.digest(key, block + (self._info or b"") + bytes([len(made) // self._size + 1]), self._hash)
            made += block
        return made[: self._length]
