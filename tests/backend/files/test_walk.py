"""Which files are taken, what the results are called, and that nothing is left out without a word."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored.files import FileOrder, restore_file
from restored.files.conflicts import Already, Taken, place
from restored.files.walk import Names, Walked, pictures
from restored.ground.errors import FileError

from .kit import brighten, photo

WISH = FileOrder(instruction="brighten it")


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def test_what_is_taken_and_what_is_said(tmp_path: Path) -> None:
    touch(tmp_path, "b.PNG", "a.jpg", "c.jfif", "d.bmp", "e.CR2", "._a.jpg", "notes.txt", "film.mov", "more/f.heic", "out/a.jpg")
    walked = Walked()
    found = [path.name for path in pictures(tmp_path, walked, recursive=False, leave_out=tmp_path / "out")]
    assert found == ["a.jpg", "b.PNG", "c.jfif", "d.bmp", "e.CR2"]
    said = " ".join(walked.sentences())
    for words in ("1 .txt", "1 .mov", "macOS", "One folder inside", "--recursive"):
        assert words in said
    walked = Walked()
    found = [p.relative_to(tmp_path).as_posix() for p in pictures(tmp_path, walked, recursive=True, leave_out=tmp_path / "out")]
    assert found[-1] == "more/f.heic"
    assert "out/a.jpg" not in found
    assert "--recursive" not in " ".join(walked.sentences())


@pytest.mark.skipif(os.name != "posix", reason="links are POSIX's")
def test_what_cannot_be_looked_at_costs_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link to itself ended a batch before its first picture, a folder that may not be read before its last."""
    touch(tmp_path, "a.png", "shut/b.png", "z.png", "zz/c.png")
    (tmp_path / "loop.png").symlink_to("loop.png")
    scan = os.scandir

    def refuses(path: Path) -> object:
        if path.name in ("shut", "gone"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuses)
    walked = Walked()
    found = [path.relative_to(tmp_path).as_posix() for path in pictures(tmp_path, walked, recursive=True)]
    assert found == ["a.png", "z.png", "zz/c.png"]
    assert "2 places could not be looked at" in " ".join(walked.sentences())
    assert "“loop.png”, “shut”" in " ".join(walked.sentences())
    with pytest.raises(FileError, match="cannot be looked into: Permission"):
        list(pictures(tmp_path / "gone", walked, recursive=True))


@given(
    st.lists(st.sampled_from([f"{a}{b}{c}" for a in ("a", "A", "b") for b in ("", ".png", ".PNG.png") for c in (".png", ".bmp")]))
)
def test_no_two_names_are_alike_in_whatever_order_they_come(sources: list[str]) -> None:
    names = Names(Path("in"), Path("out"), ending=".png")
    called = {source: names.target(Path("in") / source).name.casefold() for source in sources}
    assert len(set(called.values())) == len(called)


def test_names_keep_the_tree_and_are_never_alike(tmp_path: Path) -> None:
    names = Names(tmp_path, tmp_path / "out", ending=".png", suffix="-restored")
    assert names.target(tmp_path / "x" / "a.jpg") == tmp_path / "out" / "x" / "a-restored.png"
    assert names.target(tmp_path / "x" / "a.tif").name == "a.tif-restored.png"
    assert names.target(tmp_path / "x" / "A.webp").name == "A.webp-restored.png"
    assert names.target(tmp_path / "y" / "a.tif").name == "a-restored.png"
    plain = Names(tmp_path, tmp_path / "out")
    endings = {name: plain.target(tmp_path / name).suffix for name in ("a.JPG", "b.heic", "c.cr2", "d.bmp", "e.exr", "f.jfif")}
    assert endings == {"a.JPG": ".JPG", "b.heic": ".jpg", "c.cr2": ".tif", "d.bmp": ".png", "e.exr": ".tif", "f.jfif": ".jfif"}


def test_places_that_are_taken(tmp_path: Path) -> None:
    source, target = photo(tmp_path / "a.png"), tmp_path / "o.png"
    assert place(target, source, WISH, "ask") == target
    restore_file(source, target, WISH, brighten)
    with pytest.raises(Already):
        place(target, source, WISH, "ask")
    assert place(target, source, WISH, "ask", again=True) == target
    other = photo(tmp_path / "theirs.png", seed=5)
    for policy in ("ask", "skip"):
        with pytest.raises(Taken, match="was not made from this picture"):
            place(other, source, WISH, policy)
    with pytest.raises(Taken, match="another picture or wish"):
        place(target, other, WISH, "skip")
    assert place(other, source, WISH, "overwrite") == other
    free = place(other, source, WISH, "rename")
    assert free.name == "theirs (2).png"
    restore_file(source, free, WISH, brighten)
    with pytest.raises(Already):
        place(other, source, WISH, "rename")
    copy = tmp_path / "copy.png"
    copy.write_bytes(source.read_bytes())
    with pytest.raises(Taken, match="a copy of the original"):
        place(copy, source, WISH, "skip")


def test_a_picture_that_comes_again_has_the_same_name(tmp_path: Path) -> None:
    names = Names(tmp_path, tmp_path / "out", ending=".png")
    first, other = tmp_path / "a.jpg", tmp_path / "a.png"
    assert [names.target(path).name for path in (first, other, first, other)] == ["a.png", "a.png.png", "a.png", "a.png.png"]
