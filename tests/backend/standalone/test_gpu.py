"""The GPU pack: there whole or not at all, made of the listed files only, and never in the way of what the program has itself."""

import hashlib
import io
import itertools
import os
import shutil
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restored.standalone import StandaloneError, gpu


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def make(folder: Path, data: bytes, *cuts: int, identity: str = "torch-9.9-cu999") -> tuple[list[Path], gpu.Pack]:
    """A pack of these bytes, cut into parts."""
    folder.mkdir(parents=True, exist_ok=True)
    files, parts = [], []
    places = [0, *sorted(cuts), len(data)]
    for number, (start, stop) in enumerate(itertools.pairwise(places)):
        file = folder / f"{identity}.part{number}"
        file.write_bytes(data[start:stop])
        files.append(file)
        parts.append(gpu.Part(file.name, stop - start, hashlib.sha256(data[start:stop]).hexdigest()))
    return files, gpu.Pack(identity, 1000, tuple(parts))


CONTENT = {"torch_of_the_pack/__init__.py": b"__version__ = '9.9'\n", "torch_of_the_pack/lib/libcuda.so": bytes(range(256)) * 40}


@pytest.mark.slow
@given(st.lists(st.integers(0, 400), max_size=4))
@settings(max_examples=15, deadline=None)
def test_put_together_from_any_parts(tmp_path: Path, cuts: list[int]) -> None:
    data = packed(CONTENT)
    files, pack = make(tmp_path / "downloads", data, *(min(cut, len(data)) for cut in cuts))
    folder = gpu.install(files[::-1], pack, tmp_path / "gpu")
    assert {
        str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != "complete"
    } == CONTENT
    assert gpu.installed(pack, tmp_path / "gpu")


def test_a_folder_of_parts_will_do_and_its_modules_are_found_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, pack = make(tmp_path / "downloads", packed(CONTENT | {"numpy/__init__.py": b"raise ImportError"}), 50)
    gpu.install([tmp_path / "downloads"], pack, tmp_path / "gpu")
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert gpu.activate(pack, tmp_path / "gpu")
    assert gpu.activate(pack, tmp_path / "gpu")
    assert sys.path.count(str(tmp_path / "gpu" / pack.id)) == 1
    assert sys.path[-1] == str(tmp_path / "gpu" / pack.id)
    import torch_of_the_pack  # pyright: ignore[reportMissingImports]

    assert torch_of_the_pack.__version__ == "9.9"


def test_a_part_that_is_exchanged_after_it_was_looked_at_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Downloads lie where others may write, and a pack is a program."""
    files, pack = make(tmp_path / "downloads", packed(CONTENT), 50)
    other = packed(CONTENT | {"torch_of_the_pack/__init__.py": b"raise SystemExit('evil')"})
    looked = gpu._checked

    def exchanged(*given: object) -> list[Path]:
        found = looked(*given)  # pyright: ignore[reportArgumentType]
        for file, data in zip(files, (other[:50], other[50:]), strict=True):
            file.write_bytes(data)
        return found

    monkeypatch.setattr(gpu, "_checked", exchanged)
    with pytest.raises(StandaloneError, match="not the file that belongs"):
        gpu.install(files, pack, tmp_path / "gpu")
    assert not gpu.installed(pack, tmp_path / "gpu")
    assert list((tmp_path / "gpu").iterdir()) == []


EVENTS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.utime")
"""What an installation does to a disk, as Python's audit hooks name it."""


def killed_at(number: int, act: Callable[[], object]) -> bool:
    """Do it in a process that ends, its plug pulled, at its number-th change of files; False when it got to its end."""
    child = os.fork()
    if child == 0:
        left = number

        def count(event: str, _: object) -> None:
            nonlocal left
            left -= event in EVENTS
            if left < 0:
                os._exit(9)

        sys.addaudithook(count)
        act()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="it forks")
@pytest.mark.parametrize("identity", ["old", "new"], ids=["the same pack again", "a newer pack"])
def test_killed_at_any_moment_a_pack_is_whole_or_none_and_the_next_try_works(tmp_path: Path, identity: str) -> None:
    """An installation that was cut off must not stand in the way of the next one, nor keep its gigabytes."""
    where = tmp_path / "gpu"
    good, old = make(tmp_path / "old", packed(CONTENT), identity="old")
    files, pack = make(tmp_path / "downloads", packed(CONTENT), 50, identity=identity)
    none, number = [], 0
    for number in itertools.count():
        shutil.rmtree(where, ignore_errors=True)
        gpu.install(good, old, where)
        if not killed_at(number, lambda: gpu.install(files, pack, where)):
            break
        whole = [each for each in (old, pack) if gpu.installed(each, where)]
        for each in whole:
            folder = where / each.id
            assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == {*CONTENT, "complete"}
        none += [] if whole else [number]
        gpu.install(files, pack, where)
        assert [path.name for path in where.iterdir()] == [identity], f"killed at {number}"
        assert gpu.installed(pack, where)
    assert number > 10
    assert bool(none) is (identity == "old"), "only a pack that is put in over itself is gone for a moment"


@pytest.mark.skipif(sys.platform == "win32", reason="it forks")
def test_killed_while_it_is_removed_a_pack_is_none_and_is_removed_again(tmp_path: Path) -> None:
    files, pack = make(tmp_path / "downloads", packed(CONTENT))
    where, number = tmp_path / "gpu", 0
    for number in itertools.count():
        gpu.install(files, pack, where)
        if not killed_at(number, lambda: gpu.remove(where)):
            break
        whole = all((where / pack.id / name).is_file() for name in CONTENT)
        assert whole or not gpu.installed(pack, where)
        gpu.remove(where)
        assert not where.exists()
    assert number > 3


def test_what_a_killed_installation_left_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, pack = make(tmp_path / "downloads", packed(CONTENT))
    half = tmp_path / "gpu/.new-x"
    half.mkdir(parents=True)
    (half / "torch").write_bytes(bytes(5000))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(gpu.shutil, "disk_usage", lambda _: usage._replace(free=0 if half.exists() else pack.size))
    gpu.install(files, pack, tmp_path / "gpu")
    assert gpu.installed(pack, tmp_path / "gpu")


def test_a_newer_pack_takes_the_place_of_the_older(tmp_path: Path) -> None:
    for identity in ("one", "two"):
        files, pack = make(tmp_path / "downloads", packed(CONTENT), identity=identity)
        gpu.install(files, pack, tmp_path / "gpu")
    assert [path.name for path in (tmp_path / "gpu").iterdir()] == ["two"]


@pytest.mark.parametrize("damage", ["changed", "short", "missing"])
def test_a_part_that_is_not_right_changes_nothing(tmp_path: Path, damage: str) -> None:
    good, old = make(tmp_path / "old", packed(CONTENT), identity="old")
    gpu.install(good, old, tmp_path / "gpu")
    files, pack = make(tmp_path / "downloads", packed(CONTENT), 60, identity="new")
    data = files[1].read_bytes()
    if damage == "missing":
        files.pop()
    else:
        files[1].write_bytes(data[:-1] + (b"" if damage == "short" else b"?"))
    with pytest.raises(StandaloneError, match=r"download it again|Not given: new\.part1"):
        gpu.install(files, pack, tmp_path / "gpu")
    assert [path.name for path in (tmp_path / "gpu").iterdir()] == ["old"]
    assert gpu.installed(old, tmp_path / "gpu")


def test_half_a_pack_is_none(tmp_path: Path) -> None:
    files, pack = make(tmp_path / "downloads", packed(CONTENT))
    folder = gpu.install(files, pack, tmp_path / "gpu")
    (folder / "complete").unlink()
    before = list(sys.path)
    assert not gpu.activate(pack, tmp_path / "gpu")
    assert sys.path == before


def test_an_archive_that_would_write_elsewhere_is_refused(tmp_path: Path) -> None:
    files, pack = make(tmp_path / "downloads", packed({"../outside": b"x"}))
    with pytest.raises(StandaloneError, match="cannot be unpacked"):
        gpu.install(files, pack, tmp_path / "gpu")
    assert not (tmp_path / "outside").exists()
    assert not list((tmp_path / "gpu").iterdir())


def test_too_little_room_is_said_before_anything_is_done(tmp_path: Path) -> None:
    files, pack = make(tmp_path / "downloads", packed(CONTENT))
    with pytest.raises(StandaloneError, match="are free"):
        gpu.install(files, gpu.Pack(pack.id, 1 << 60, pack.parts), tmp_path / "gpu")


def test_a_place_or_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    files, pack = make(tmp_path / "downloads", packed(CONTENT))
    with pytest.raises(StandaloneError, match=r"There is no .*nowhere"):
        gpu.install([tmp_path / "nowhere"], pack, tmp_path / "gpu")
    (tmp_path / "file").touch()
    with pytest.raises(StandaloneError, match=r"cannot be unpacked in .*file.gpu .Not a directory"):
        gpu.install(files, pack, tmp_path / "file/gpu")


def test_what_cannot_all_be_removed_is_no_pack_and_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, pack = make(tmp_path / "downloads", packed(CONTENT))
    gpu.install(files, pack, tmp_path / "gpu")
    monkeypatch.setattr(gpu.shutil, "rmtree", lambda *_, **__: None)
    with pytest.raises(StandaloneError, match="in use"):
        gpu.remove(tmp_path / "gpu")
    assert not gpu.installed(pack, tmp_path / "gpu")


def test_removed_and_removed_again(tmp_path: Path) -> None:
    files, pack = make(tmp_path / "downloads", packed(CONTENT))
    gpu.install(files, pack, tmp_path / "gpu")
    assert gpu.remove(tmp_path / "gpu")
    assert not gpu.remove(tmp_path / "gpu")
    assert not gpu.activate(pack, tmp_path / "gpu")


@pytest.mark.parametrize("content", [None, "", "[]", '{"id": 1}', '{"id": "x", "size": 1, "parts": [{}]}'])
def test_without_a_list_there_is_no_pack(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "gpu.json").write_text(content)
    with pytest.raises(StandaloneError):
        gpu.Pack.known(tmp_path / "gpu.json")
