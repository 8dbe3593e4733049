"""Packages whose parts are packed each in its own way, read by everybody who unpacks them."""

import lzma
import random
import shutil
import subprocess
import tarfile
from pathlib import Path

import packages
import pytest
from packing import Packing
from xz import Xz, joined

CODE = ({"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "preset": 1})
NUMBERS = ({"id": lzma.FILTER_LZMA2, "preset": 1, "lc": 0, "lp": 1, "pb": 1},)


@pytest.mark.parametrize("sizes", [(0,), (5,), (300_000, 1, 70_000), (0, 200, 0), (127, 128, 16_384)])
def test_one_stream_of_several_blocks(sizes: tuple[int, ...], tmp_path: Path) -> None:
    """Read with the plain decoder, which stops after a first stream, as dpkg's does."""
    parts = [random.Random(size).randbytes(size) for size in sizes]
    packed = Xz()
    for number, part in enumerate(parts):
        packed.begin((CODE, NUMBERS)[number % 2])
        packed.write(part[:100])
        packed.write(part[100:])
    content = packed.finish()
    reader = lzma.LZMADecompressor(lzma.FORMAT_XZ)
    assert reader.decompress(content) == b"".join(parts)
    assert reader.eof
    assert reader.unused_data == b""
    if shutil.which("xz"):
        (tmp_path / "it.xz").write_bytes(content)
        subprocess.run(["xz", "--test", tmp_path / "it.xz"], check=True)
    broken = content[:-20] + bytes([content[-20] ^ 1]) + content[-19:]
    with pytest.raises(lzma.LZMAError):
        lzma.decompress(broken)


def test_what_is_no_such_stream_is_not_joined() -> None:
    one = lzma.compress(b"a")
    for other in (b"no stream at all, but long enough", lzma.compress(b"a", check=lzma.CHECK_CRC32), one + bytes(4)):
        with pytest.raises(ValueError, match="this kind"):
            joined([one, other])


def test_weights_are_numbers_of_two_bytes_and_all_files_are_there(tmp_path: Path) -> None:
    program, numbers = tmp_path / "program", random.Random(7)
    (program / "deep").mkdir(parents=True)
    # as half precision: the second byte of each is one of few
    weights = b"".join(numbers.randbytes(1) + bytes([0x2C + numbers.randrange(4)]) for _ in range(60_000))
    held = {"program": b"code", "deep/model.safetensors": weights, "deep/readme": b"words", "head.safetensors": weights[::-1]}
    for name, content in held.items():
        (program / name).write_bytes(content)
    (program / "link").symlink_to("program")
    with Packing(program, preset=6) as packing:
        made = packages.tar(packing, tmp_path, "1.0")
    with tarfile.open(made) as archive:
        found = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
        assert {name: found[f"restored-1.0/restored/{name}"].read() for name in held} == held  # type: ignore[union-attr]
        assert archive.getmember("restored-1.0/restored/link").linkname == "program"
        names = archive.getnames()
    assert len(names) == len(set(names))
    assert names.index("restored-1.0/restored/deep") < names.index("restored-1.0/restored/deep/model.safetensors")
    plain = lzma.compress(weights + weights[::-1], filters=[dict(each) for each in CODE])
    assert made.stat().st_size < 0.95 * len(plain)
    (tmp_path / "out").mkdir()
    subprocess.run(["tar", "-C", tmp_path / "out", "-xf", made], check=True)
    assert (tmp_path / "out/restored-1.0/restored/head.safetensors").read_bytes() == weights[::-1]
