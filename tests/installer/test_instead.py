"""What stands in the frozen program for a package that is mostly not needed does the same."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf import hkdf as theirs
from hypothesis import given, settings
from hypothesis import strategies as st

INSTEAD = Path(__file__).resolve().parents[2] / "installer" / "instead"

MEETING = """
import cryptography, spake2
assert cryptography.__file__.startswith({instead!r}), cryptography.__file__
strong, asking = spake2.SPAKE2_A(b"7-river-stone"), spake2.SPAKE2_B(b"7-river-stone")
said, heard = strong.start(), asking.start()
assert strong.finish(heard) == asking.finish(said)
stranger = spake2.SPAKE2_B(b"7-river-stove")
other = spake2.SPAKE2_A(b"7-river-stone")
said, heard = other.start(), stranger.start()
assert other.finish(heard) != stranger.finish(said)
print(spake2.groups.expand_password(b"7-river-stone", 48).hex())
"""


def ours():
    """The module by its file: its package has the name of the one that is installed."""
    kdf = INSTEAD / "cryptography/hazmat/primitives/kdf"
    spec = importlib.util.spec_from_file_location("instead.primitives.kdf.hkdf", kdf / "hkdf.py")
    assert spec is not None
    assert spec.loader is not None
    for name, folder in (("instead", INSTEAD), ("instead.primitives", kdf.parent), ("instead.primitives.kdf", kdf)):
        package = importlib.util.spec_from_loader(name, None, is_package=True)
        assert package is not None
        sys.modules[name] = importlib.util.module_from_spec(package)
        sys.modules[name].__path__ = [str(folder)]
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80), st.none() | st.binary(max_size=80), st.none() | st.binary(max_size=40), st.integers(1, 300))
def test_the_same_bytes_as_the_whole_package(key: bytes, salt: bytes | None, info: bytes | None, length: int) -> None:
    module = ours()
    mine = module.HKDF(module.SHA256(), length, salt, info).derive(key)
    assert mine == theirs.HKDF(hashes.SHA256(), length, salt, info).derive(key)


def test_too_much_is_refused() -> None:
    module = ours()
    with pytest.raises(ValueError, match="255"):
        module.HKDF(module.SHA256(), 255 * 32 + 1, b"", b"")


def test_two_machines_meet_with_it() -> None:
    code = MEETING.format(instead=str(INSTEAD))
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(INSTEAD)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    whole = theirs.HKDF(hashes.SHA256(), 48, b"", b"SPAKE2 pw").derive(b"7-river-stone")
    assert done.stdout.strip() == whole.hex()
