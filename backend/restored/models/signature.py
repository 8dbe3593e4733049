"""Signatures of bundles: minisign's files (Ed25519 over BLAKE2b; jedisct1.github.io/minisign), read and written with PyNaCl.

`bundle.json.minisig` beside the manifest signs the manifest, and by the sha256 of every file in it the whole bundle.
`minisign -S` makes such a file too, and `minisign -V` checks ours.
"""

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from restored.ground.bounded import read_bounded

from .base import ModelError
from .manifest import MANIFEST

SIGNATURE: Final = f"{MANIFEST}.minisig"
LARGEST: Final = 8192
"""Bytes of a signature or a key file."""

_PLAIN, _HASHED, _KEY, _NO_PASSWORD, _CHECKSUM = b"Ed", b"ED", b"Ed", b"\0\0", b"B2"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Whose signatures are believed. ident: 8 bytes; key: 32 bytes; name: what the user calls it."""

    ident: bytes
    key: bytes
    name: str = ""

    @property
    def shown(self) -> str:
        """The identity as minisign writes it."""
        return self.ident[::-1].hex().upper()

    def line(self) -> str:
        """As minisign's public key files have it."""
        return base64.b64encode(_KEY + self.ident + self.key).decode("ascii")


def read_key(text: str, name: str = "") -> PublicKey:
    """A public key, alone or out of its file. Raises ModelError."""
    raw = _decoded(_last_line(text))
    if len(raw) != 42 or raw[:2] != _KEY:
        raise ModelError("That is not a minisign public key.")
    return PublicKey(raw[2:10], raw[10:], name)


def signer(content: bytes, signature: str, keys: Iterable[PublicKey]) -> PublicKey | None:
    """Which of the keys signed `content`; None when the signature is by another key, of which nothing can be said.

    Raises ModelError for a signature by one of the keys that is not right: then the content is not what was signed.
    """
    from nacl.exceptions import BadSignatureError
    from nacl.signing import VerifyKey

    lines = [line.rstrip("\r") for line in signature.split("\n")]
    raw = _decoded(lines[1] if len(lines) > 3 else "")
    if len(raw) != 74 or raw[:2] not in (_PLAIN, _HASHED) or not lines[2].startswith("trusted comment: "):
        raise ModelError(f"{SIGNATURE} is not a minisign signature.")
    key = next((key for key in keys if key.ident == raw[2:10]), None)
    if key is None:
        return None
    signed = hashlib.blake2b(content).digest() if raw[:2] == _HASHED else content
    comment = lines[2].removeprefix("trusted comment: ").encode()
    try:
        VerifyKey(key.key).verify(signed, raw[10:])
        VerifyKey(key.key).verify(raw[10:] + comment, _decoded(lines[3]))
    except (BadSignatureError, ValueError) as wrong:
        raise ModelError(f"The signature by “{key.name or key.shown}” does not fit: this is not what was signed.") from wrong
    return key


def new_key() -> tuple[PublicKey, str]:
    """A new key pair: the public key, and the secret key's file (as `minisign -G -W` makes it, without a password)."""
    from nacl.signing import SigningKey

    seed = SigningKey.generate()
    public = PublicKey(secrets.token_bytes(8), bytes(seed.verify_key))
    secret = public.ident + bytes(seed) + public.key
    checksum = hashlib.blake2b(_KEY + secret, digest_size=32).digest()
    raw = _KEY + _NO_PASSWORD + _CHECKSUM + bytes(32 + 8 + 8) + secret + checksum
    return public, f"untrusted comment: minisign secret key {public.shown}\n{base64.b64encode(raw).decode('ascii')}\n"


def sign(content: bytes, secret: str, comment: str) -> str:
    """A signature file. secret: a secret key's file without a password. Raises ModelError."""
    from nacl.signing import SigningKey

    raw = _decoded(_last_line(secret))
    if len(raw) != 158 or raw[:2] != _KEY:
        raise ModelError("That is not a minisign secret key.")
    if raw[2:4] != _NO_PASSWORD:
        raise ModelError("That secret key has a password: sign with minisign itself (minisign -S -m bundle.json).")
    ident, key = raw[54:62], SigningKey(raw[62:94])
    signature = key.sign(hashlib.blake2b(content).digest()).signature
    line = " ".join(comment.split())
    whole = key.sign(signature + line.encode()).signature
    first = base64.b64encode(_HASHED + ident + signature).decode("ascii")
    return (
        f"untrusted comment: signature of a model\n{first}\ntrusted comment: {line}\n{base64.b64encode(whole).decode('ascii')}\n"
    )


def trusted_keys(folder: Path) -> list[PublicKey]:
    """The keys that the user trusts: every `*.pub` of the folder. One that cannot be read is left out."""
    keys = []
    for path in sorted(folder.glob("*.pub")):
        try:
            keys.append(read_key(read_bounded(path, LARGEST).decode("utf-8"), path.stem))
        except (OSError, ValueError):
            continue
    return keys


def write_private(path: Path, content: str) -> None:
    """A new file that only the user may read. Raises FileExistsError: a key is never overwritten."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content)


def _last_line(text: str) -> str:
    return next((line for line in reversed(text.split("\n")) if line.strip()), "")


def _decoded(line: str) -> bytes:
    try:
        return base64.b64decode(line.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
