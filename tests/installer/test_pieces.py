"""What goes into the frozen program, its list of files, and its smaller libraries."""

import json
import struct
import subprocess
import sys
import tomllib
from pathlib import Path

import build
import elf
import kept
import manifest
import pytest
from packaging.requirements import Requirement

from restored.standalone import gpu, update


@pytest.mark.parametrize(
    ("path", "stays"),
    [
        ("openvino/libs/libopenvino.so.2641", True),
        ("openvino/libs/libopenvino_intel_cpu_plugin.so", True),
        ("openvino/libs/libtbbbind_2_5.so.3", True),
        ("openvino/libs/libhwloc.so.15", True),
        ("openvino\\libs\\openvino.dll", True),
        ("openvino\\libs\\tbb12.dll", True),
        ("openvino/libs/libopenvino_intel_gpu_plugin.so", False),
        ("openvino/libs/libopenvino_intel_npu_plugin.so", False),
        ("openvino/libs/libopenvino_onnx_frontend.so.2641", False),
        ("openvino/libs/cache.json", False),
        ("openvino/include/openvino/core.hpp", False),
        ("imagecodecs/_png.abi3.so", True),
        ("imagecodecs/_lerc.abi3.so", False),
        ("numpy/_core/include/numpy/arrayobject.h", False),
        ("restored/bundles/swift/model.safetensors", True),
        ("restored_client/locale/de.po", True),
        ("restored/hosts/adapters/gimp/restore_gimp/__pycache__/window.cpython-311.pyc", False),
        ("restored/instruction/head_files/adapted.safetensors", True),
        ("restored/instruction/head_files/multilingual.safetensors", False),
    ],
)
def test_what_stays(path: str, stays: bool) -> None:
    assert kept.kept(path) is stays


@pytest.mark.parametrize(
    ("module", "stays"),
    [
        ("pygments.lexers", True),
        ("pygments.lexers.special", True),
        ("pygments.lexers.python", False),
        ("fsspec.implementations", True),
        ("fsspec.implementations.local", True),
        ("fsspec.implementations.sftp", False),
        ("restored.archive.trees", True),
    ],
)
def test_which_modules_stay(module: str, stays: bool) -> None:
    assert kept.module_kept(module) is stays


def test_what_must_not_be_inside_is_found() -> None:
    modules = ["restored.cli", "torch", "torch.nn", "torchvision_like", "openvino", "openvino.tools.ovc", "scipy"]
    assert kept.forbidden(modules) == ["torch", "torch.nn", "openvino.tools.ovc", "scipy"]
    assert kept.forbidden(modules, torch=True) == ["openvino.tools.ovc", "scipy"]


@pytest.mark.parametrize(("machine", "torch"), [("x86_64", False), ("AMD64", False), ("aarch64", True), ("arm64", True)])
def test_pytorch_is_inside_where_the_package_asks_for_it(machine: str, torch: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """On ARM the frozen program had neither OpenVINO nor PyTorch to compute with, and could not even be built."""
    monkeypatch.setattr(build.platform, "machine", lambda: machine)
    assert build.needs_torch() is torch
    with (build.ROOT / "pyproject.toml").open("rb") as file:
        asked = [Requirement(each) for each in tomllib.load(file)["project"]["dependencies"]]
    computing = {each.name for each in asked if each.name in ("torch", "openvino") and _holds(each, machine)}
    assert computing == ({"torch"} if torch else {"openvino"})
    excluded = kept.without(kept.EXCLUDED, torch)
    assert ("torch" not in excluded) is torch
    assert ("sympy" not in excluded) is torch
    assert {"transformers", "scipy"} <= set(excluded)


def _holds(requirement: Requirement, machine: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"platform_machine": machine})


def test_every_codec_that_the_code_calls_is_kept() -> None:
    backend = Path(kept.__file__).parents[1] / "backend/restored"
    called = {
        word.split("_")[0]
        for file in backend.rglob("*.py")
        for line in file.read_text("utf-8").splitlines()
        for word in line.split("imagecodecs.")[1:]
        if word.split("(")[0].endswith(("_decode", "_encode", "_transform", "_profile"))
    }
    # a deep AVIF is the one kind that the standalone program turns away, in a sentence
    assert called - {"avif"} <= set(kept.CODECS)
    assert {"png", "cms"} <= called


def test_the_manifest_sees_every_change(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/b").write_bytes(b"2")
    (tmp_path / "lib/link").symlink_to("b")
    manifest.write(tmp_path, {"version": "1.0"})
    assert json.loads((tmp_path / "manifest.json").read_text())["version"] == "1.0"
    assert manifest.differences(tmp_path) == []
    (tmp_path / "a").write_bytes(b"3")
    (tmp_path / "more").write_bytes(b"")
    (tmp_path / "lib/link").unlink()
    assert manifest.differences(tmp_path) == ["a", "lib/link", "more"]


def test_links_that_lead_nowhere_or_outside_are_found(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.mkdir()
    (program / "a").write_bytes(b"")
    for name, target in {"good": "a", "gone": "b", "outside": "../outside"}.items():
        (program / name).symlink_to(target)
    (tmp_path / "outside").write_bytes(b"")
    assert manifest.dangling(program) == ["gone", "outside"]


@pytest.mark.skipif(sys.platform != "linux", reason="ELF is Linux's")
def test_a_stripped_library_still_loads_and_a_broken_one_is_seen(tmp_path: Path) -> None:
    import numpy.random.mtrand as module

    library = tmp_path / Path(str(module.__file__)).name
    library.write_bytes(Path(str(module.__file__)).read_bytes())
    content = library.read_bytes()
    assert elf.loads(content)
    elf.shrink(tmp_path)
    assert elf.loads(library.read_bytes())
    assert sorted(path.name for path in tmp_path.iterdir()) == [library.name]
    done = subprocess.run([sys.executable, "-c", f"import ctypes; ctypes.CDLL({str(library)!r}, 0)"], capture_output=True)
    assert b"page-aligned" not in done.stderr
    moved = bytearray(content)
    moved[32:40] = (64).to_bytes(8, "little")
    moved[64:68], moved[72:80], moved[80:88] = b"\x01\0\0\0", (1).to_bytes(8, "little"), bytes(8)
    assert not elf.loads(bytes(moved))
    assert not elf.loads(b"#!/bin/sh\n")


def _in_memory(content: bytes) -> dict[int, bytes]:
    """What the kernel would map: address -> bytes, of a 64-bit ELF file."""
    (table,), (count,) = struct.unpack_from("<Q", content, 32), struct.unpack_from("<H", content, 56)
    found = {}
    for index in range(count):
        kind, _, offset, address, _, size = struct.unpack_from("<IIQQQQ", content, table + 56 * index)
        if kind == 1:
            found[address] = content[offset : offset + size]
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="libraries of Linux")
@pytest.mark.parametrize(
    "name", ["numpy.libs/libscipy_openblas64_-*.so", "pillow.libs/libXau-*.so*", "pillow.libs/libjpeg-*.so*"]
)
def test_a_compacted_library_is_the_same_in_memory_and_still_loads(tmp_path: Path, name: str) -> None:
    import numpy as np

    sources = list(Path(np.__file__).parents[1].glob(name))
    assert sources
    for source in sources:
        content = source.read_bytes()
        smaller = elf.compact(content)
        assert len(smaller) <= len(content)
        assert elf.loads(smaller)
        assert elf.compact(smaller) == smaller
        before, after = _in_memory(content), _in_memory(smaller)
        assert before.keys() == after.keys()
        for address, held in after.items():
            differing = np.flatnonzero(np.frombuffer(held, np.uint8) != np.frombuffer(before[address], np.uint8)).tolist()
            assert _describes_the_file(smaller, address, differing)
        (tmp_path / source.name).write_bytes(smaller)
        done = subprocess.run(
            [sys.executable, "-c", f"import ctypes; ctypes.CDLL({str(tmp_path / source.name)!r}); print('loaded')"],
            env={"LD_LIBRARY_PATH": str(source.parent)}, capture_output=True, text=True,
        )  # fmt: skip
        assert done.stdout == "loaded\n", done.stderr


def _describes_the_file(content: bytes, address: int, differing: list[int]) -> bool:
    """Whether these places of the segment at an address are all in the file's header or its list of segments."""
    (table,), (count,) = struct.unpack_from("<Q", content, 32), struct.unpack_from("<H", content, 56)
    for index in range(count):
        kind, _, offset, start = struct.unpack_from("<IIQQ", content, table + 56 * index)
        if kind == 1 and start == address:
            places = [offset + at for at in differing]
            return all(place < 64 or table <= place < table + 56 * count for place in places)
    return not differing


def test_a_key_is_found_by_the_program_whatever_its_file_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build with `--key mine.pub` had no key that it could find, and took no updates."""
    monkeypatch.setattr(build, "WORK", tmp_path / "work")
    (tmp_path / "mine.pub").write_text("a key")
    kept_as = build.named(tmp_path / "mine.pub", "update.pub")
    assert (kept_as.name, kept_as.read_text()) == (update.KEY.name, "a key")
    assert gpu.LIST.name == "gpu.json"
