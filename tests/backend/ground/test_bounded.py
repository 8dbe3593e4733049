"""Whatever a person or a stranger names: nobody waits for it, and it does not fill the memory."""

import os
from pathlib import Path

import pytest

from restored.cli.explaining import _lines
from restored.ground.bounded import read_bounded, read_json
from restored.hosts.adapters import RECORD, Record
from restored.models.base import ModelError
from restored.models.importing import read_foreign
from restored.models.signature import new_key, trusted_keys
from restored.standalone import StandaloneError, gpu
from restored.standalone.signature import read_public, verify
from restored.studio import keys

pytestmark = pytest.mark.skipif(os.name != "posix", reason="these are POSIX's")


@pytest.fixture(params=["pipe", "endless", "folder"])
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "odd"
    {"pipe": os.mkfifo, "endless": lambda at: at.symlink_to("/dev/zero"), "folder": Path.mkdir}[request.param](path)
    return path


def test_an_ordinary_file_of_at_most_so_many_bytes(tmp_path: Path, odd: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert read_bounded(tmp_path / "file", 5) == b"12345"
    with pytest.raises(OSError, match="larger than 4 bytes"):
        read_bounded(tmp_path / "file", 4)
    with pytest.raises(OSError, match=r"ordinary|directory"):
        read_bounded(odd, 1 << 40)


def test_downloads_signatures_and_keys(tmp_path: Path, odd: Path) -> None:
    public, _ = new_key()
    (tmp_path / "file").write_bytes(b"a download")
    with pytest.raises(StandaloneError):
        verify(tmp_path / "file", odd, public)
    (tmp_path / "file.minisig").write_text("untrusted comment: x\n")
    with pytest.raises(StandaloneError):
        verify(odd, tmp_path / "file.minisig", public)
    with pytest.raises(StandaloneError):
        read_public(odd)
    odd.rename(tmp_path / "odd.pub")
    assert trusted_keys(tmp_path) == []


def test_models_packs_and_lists_of_instructions(tmp_path: Path, odd: Path) -> None:
    with pytest.raises(ModelError):
        read_foreign(odd)
    named = gpu.Pack("one", 1, (gpu.Part(odd.name, 5, "0" * 64),))
    with pytest.raises(StandaloneError):
        gpu.install([odd], named, tmp_path / "gpu")
    if odd.is_symlink():
        assert sum(map(len, _lines(odd))) == 16 << 20


NO_JSON = ["[" * 100_000, '{"a":' * 100_000, "NaN", '{"version": 1e999}', "9" * 1_000_000, "\ud800", ""]


@pytest.mark.parametrize("text", NO_JSON)
def test_files_that_should_be_json(tmp_path: Path, text: str) -> None:
    path = tmp_path / RECORD
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    path.chmod(0o600)
    with pytest.raises(ValueError):  # noqa: PT011 - the words are for the log
        read_json(path)
    with pytest.raises(keys.StudioError, match="cannot be read"):
        keys.read_private(path)
    with pytest.raises(StandaloneError, match="damaged"):
        gpu.Pack.known(path)
    assert Record.read(tmp_path) is None


def test_private_files_that_are_none(tmp_path: Path, odd: Path) -> None:
    with pytest.raises(keys.StudioError):
        keys.read_private(odd)
    with pytest.raises(StandaloneError):
        gpu.Pack.known(odd)
    assert keys.read_private(tmp_path / "nothing") is None
