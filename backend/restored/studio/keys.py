"""This machine's keys, and files that nobody else may read."""

import contextlib
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from restored.ground.bounded import read_json
from restored.ground.errors import RestoredError
from restored.ground.replacing import atomic
from restored_client.locking import alone, make_private
from restored_client.session.paths import APP, config_dir, sandboxed

KEY_FILE: Final = "machine.key"
MOST: Final = 1 << 20
"""Bytes of a file that is read here."""
PATIENCE: Final = 60.0
"""Seconds that a command waits for another one that is changing these files."""


class StudioError(RestoredError):
    """What keeps two machines apart; the message is a sentence for the user."""

    code = "unreachable"


def folder() -> Path:
    """Where keys, the machines and the allow-list lie. Inside a flatpak too it is the home's own, where the pairing was made."""
    outside = sandboxed() and not os.environ.get("RESTORED_CONFIG_DIR")
    return (Path.home() / ".config" / APP if outside else config_dir()) / "studio"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Curve25519 keys as CurveZMQ writes them (ZeroMQ RFC 26): 40 characters of Z85 each."""

    public: bytes
    secret: bytes

    def __repr__(self) -> str:
        return f"KeyPair({self.public!r}, ...)"  # a secret has no business in a log


def own_keys() -> KeyPair:
    """This machine's, made when they are first asked for. Raises StudioError."""
    path = folder() / KEY_FILE
    found = read_private(path)
    if found is None:
        with alone(path.parent, PATIENCE):  # two commands at a time make one pair, or one of them is paired by a key that is gone
            found = read_private(path) or _make_keys(path)
    try:
        pair = KeyPair(found["public"].encode(), found["secret"].encode())
    except (KeyError, TypeError, AttributeError):
        pair = KeyPair(b"", b"")
    if not (is_key(pair.public) and is_key(pair.secret)):
        raise StudioError(f"The key of this machine cannot be read. Remove “{path}” and pair the machines again.")
    return pair


def _make_keys(path: Path) -> dict[str, str]:
    import zmq

    if not zmq.has("curve"):
        raise StudioError("This installation's network library cannot encrypt, so machines cannot be paired.")
    public, secret = zmq.curve_keypair()
    made = {"public": public.decode(), "secret": secret.decode()}
    write_private(path, made)
    return made


def is_key(value: object) -> bool:
    """Whether it can be a key in Z85 (ZeroMQ RFC 32): 40 characters of 85."""
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else value
    return (
        isinstance(text, str)
        and len(text) == 40
        and text.isascii()
        and not set(text) & set(" \"'\\,;_`|~")
        and text.isprintable()
    )


def read_private(path: Path) -> Any:
    """A JSON file's content, or None when there is none. Raises StudioError when others could have read or written it."""
    try:
        return read_json(path, MOST, lambda status: _check_private(path, status))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StudioError(f"“{path}” cannot be read. Remove it, and pair the machines again.") from error


def write_private(path: Path, content: Any) -> None:
    """Replace a file that only this user may read, whole or not at all. Raises FileError."""
    make_private(path.parent)
    with contextlib.suppress(OSError):
        path.parent.chmod(0o700)
    with atomic(path, mode=0o600) as file:
        file.write(json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n")


def _check_private(path: Path, status: os.stat_result) -> None:
    if os.name == "posix" and (status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077):
        raise StudioError(
            f"Others can read or change “{path}”, so it is not used. Take their rights away (chmod 600), or remove it."
        )
