"""Signatures: what minisign wrote is accepted, and nothing else is."""

import base64
import hashlib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("nacl", reason="the standalone program brings it")
from nacl.signing import SigningKey

from restored.models.signature import PublicKey
from restored.standalone import StandaloneError
from restored.standalone.signature import read_public, verify

# made by minisign 0.11: minisign -G -W; echo "a download" > dl.bin; minisign -S -m dl.bin -t "restored 9.9"
REAL_KEY = """untrusted comment: minisign public key 79C318F98FD0F5F
RWRfD/2YjzGcB7nJx28zqtztYM1jJee3L5fMolZp1z5pkT4Jf26LtuF7
"""
REAL_SIGNATURE = """untrusted comment: signature from minisign secret key
RURfD/2YjzGcBx0ToPdCelk8M0AmpWAzG1dlBTQy7g9Jn/kg2snnD4JQBLWsj7/3SHpQIQW/giTgm/b0U0tKSTdR5R7lqI0/mAs=
trusted comment: restored 9.9
he91ZsYw5FQmdZ+O3JoWl12QwTEi5/6+M9rSp08NEwj0Lxs56zwA9xI/ETYUGPcKbhsEHqpinS0DUwx8L5xkCQ==
"""

SEED = SigningKey(bytes(range(32)))
NUMBER = b"12345678"


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def sign(file: Path, comment: str = "restored 9.9", key: SigningKey = SEED, number: bytes = NUMBER) -> Path:
    """As minisign signs."""
    signature = key.sign(hashlib.blake2b(file.read_bytes()).digest()).signature
    whole = key.sign(signature + comment.encode()).signature
    lines = ["untrusted comment: x", encoded(b"ED" + number + signature), f"trusted comment: {comment}", encoded(whole)]
    target = file.with_name(file.name + ".minisig")
    target.write_text("\n".join(lines) + "\n")
    return target


@pytest.fixture
def key(tmp_path: Path) -> PublicKey:
    path = tmp_path / "update.pub"
    path.write_text(f"untrusted comment: x\n{encoded(b'Ed' + NUMBER + bytes(SEED.verify_key))}\n")
    return read_public(path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "restored-9.9.tar.xz"
    path.write_bytes(b"x" * 100_000)
    return path


def test_what_minisign_wrote_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "k.pub").write_text(REAL_KEY)
    (tmp_path / "s").write_text(REAL_SIGNATURE)
    (tmp_path / "dl.bin").write_bytes(b"a download\n")
    verify(tmp_path / "dl.bin", tmp_path / "s", read_public(tmp_path / "k.pub"))


def test_a_good_one(file: Path, key: PublicKey) -> None:
    verify(file, sign(file), key)


def test_a_changed_file_is_refused(file: Path, key: PublicKey) -> None:
    signature = sign(file)
    file.write_bytes(b"x" * 99_999 + b"y")
    with pytest.raises(StandaloneError, match="not what was signed"):
        verify(file, signature, key)


def test_a_changed_comment_is_refused(file: Path, key: PublicKey) -> None:
    signature = sign(file)
    signature.write_text(signature.read_text().replace("restored 9.9", "restored 1.0"))
    with pytest.raises(StandaloneError, match="not what was signed"):
        verify(file, signature, key)


def test_another_key_is_refused(file: Path, key: PublicKey) -> None:
    with pytest.raises(StandaloneError, match="not ours"):
        verify(file, sign(file, number=b"87654321"), key)
    with pytest.raises(StandaloneError, match="not what was signed"):
        verify(file, sign(file, key=SigningKey(bytes(32))), key)


def test_without_a_signature_nothing_is_accepted(file: Path, key: PublicKey) -> None:
    with pytest.raises(StandaloneError, match="Download both"):
        verify(file, file.with_name("none"), key)


def meant(signature: bytes) -> tuple[bytes, bytes, bytes]:
    """All that counts of a signature: not the untrusted comment, nor spaces, nor bits of base64 that stand for nothing."""
    _, first, comment, second = signature.split(b"\n")[:4]
    return base64.b64decode(first), comment.strip(), base64.b64decode(second)


@given(where=st.integers(0, 400), change=st.binary(min_size=0, max_size=9))
@example(where=0, change=b"\x0b")  # ends a line for Python's text, but not here
@settings(max_examples=150, deadline=None)
def test_a_damaged_signature_is_a_sentence(file: Path, key: PublicKey, where: int, change: bytes) -> None:
    signature = sign(file)
    good = signature.read_bytes()
    bad = good[:where] + change + good[where + len(change) :]
    signature.write_bytes(bad)
    try:
        verify(file, signature, key)
        assert meant(bad) == meant(good)
    except StandaloneError:
        pass


@pytest.mark.parametrize("content", ["", "x\n!!!\n", "x\nRWQ=\n", "x\n" + encoded(b"XX" + bytes(40)) + "\n"])
def test_a_damaged_key_is_a_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "k").write_text(content)
    with pytest.raises(StandaloneError, match="Install restored again"):
        read_public(tmp_path / "k")
