"""How both sides show that they know the token of the connection file, without either saying it.

The client's password is made from the token, so that whoever listens at the daemon's address instead of the daemon learns nothing
that it could answer with; the daemon answers a fresh challenge, and the client sends no picture and no word before it has.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets


def password(token: str) -> bytes:
    """What a client authenticates with (ZMTP PLAIN)."""
    return _sign(token, "restored client")


def challenge() -> str:
    """A fresh one, for one greeting."""
    return secrets.token_hex(32)


def answer(token: str, asked: str) -> str:
    """What only a daemon that knows the token can answer to a challenge."""
    return _sign(token, f"restored daemon {asked}").decode("ascii")


def is_right(token: str, asked: str, answered: object) -> bool:
    """Whether an answer is the daemon's."""
    return isinstance(answered, str) and hmac.compare_digest(answer(token, asked).encode(), answered.encode("utf-8", "replace"))


def _sign(token: str, words: str) -> bytes:
    return hmac.new(token.encode("utf-8"), words.encode("utf-8"), hashlib.sha256).hexdigest().encode("ascii")
