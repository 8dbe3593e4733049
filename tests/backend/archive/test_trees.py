"""Folders here and elsewhere (fsspec's own store in memory stands for one): files whole or not at all, lines that survive."""

import os
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fsspec")
import fsspec

from restored.archive.trees import OURS, Lines, Tree, Unreachable, sweep, workplace
from restored.files.walk import Walked
from restored.ground.errors import InstallationError


@pytest.fixture(params=["here", "elsewhere"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tree]:
    if request.param == "here":
        (tmp_path / "tree").mkdir()
        yield Tree(str(tmp_path / "tree"))
        return
    made = Tree(f"memory://{uuid.uuid4().hex}")
    yield made
    made.remove("")


@pytest.fixture
def elsewhere() -> Iterator[Tree]:
    made = Tree(f"memory://{uuid.uuid4().hex}")
    yield made
    made.remove("")


def test_a_file_is_written_whole_and_read_back(tree: Tree, tmp_path: Path) -> None:
    assert not tree.exists("a/b.txt")
    with pytest.raises(FileNotFoundError):
        tree.read("a/b.txt")
    tree.write("a/b.txt", b"first")
    tree.write("a/b.txt", b"second")
    assert tree.exists("a/b.txt")
    assert tree.read("a/b.txt") == b"second"
    assert tree.names("a") == ["b.txt"]
    with tree.fetched("a/b.txt", tmp_path) as path:
        assert path.read_bytes() == b"second"
    assert path.exists() is tree.local, "a copy goes, the file itself does not"
    tree.remove("a")
    tree.remove("a")
    assert not tree.exists("a/b.txt")
    assert tree.names("a") == []


def test_a_tree_travels_to_another_process(tree: Tree) -> None:
    import pickle

    again = pickle.loads(pickle.dumps(tree))
    assert again == tree
    assert again.local is tree.local


def test_pictures_are_found_with_a_mark_that_changes(tree: Tree) -> None:
    for name in ("one.jpg", "in/two.PNG", "._one.jpg", "notes.txt", "results/one.png"):
        tree.write(name, b"x" * 3)
    walked = Walked()
    found = {name: (size, mark) for name, size, mark in tree.walk(walked, Tree(f"{tree.url}/results"))}
    assert sorted(found) == ["in/two.PNG", "one.jpg"]
    assert found["one.jpg"][0] == 3
    assert walked.notes_of_macos == 1
    assert dict(walked.unread) == {".txt": 1}


def test_lines_only_accumulate_and_each_is_whole(tree: Tree) -> None:
    for run in ("a", "b"):
        lines = Lines(tree, "log/done")
        for number in range(450):
            lines.add(f"{run}{number}".encode())
        lines.close()
        lines.close()
    said = [line for line in Lines.read(tree, "log/done") if line]
    assert sorted(said) == sorted(f"{run}{number}".encode() for run in "ab" for number in range(450))
    assert list(Lines.read(tree, "log/none")) == []


def test_a_line_that_a_kill_cut_short_ends_there(tmp_path: Path) -> None:
    tree = Tree(str(tmp_path))
    (tmp_path / "done").write_bytes(b"whole\nhal")
    lines = Lines(tree, "done")
    lines.add(b"next")
    lines.close()
    assert list(Lines.read(tree, "done")) == [b"whole", b"hal", b"next", b""]


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="this system cannot refuse links")
def test_lines_are_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_bytes(b"")
    (tmp_path / "done").symlink_to(tmp_path / "theirs")
    with pytest.raises(OSError, match=r".+"):
        Lines(Tree(str(tmp_path)), "done").add(b"x")
    assert (tmp_path / "theirs").read_bytes() == b""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileNotFoundError):
        Tree(str(tmp_path)).read("pipe")


def test_what_leads_elsewhere_in_our_own_folder_is_named(tmp_path: Path, elsewhere: Tree) -> None:
    tree = Tree(str(tmp_path))
    assert tree.links() == elsewhere.links() == []
    ours = tmp_path / OURS
    (ours / "parts" / "0").mkdir(parents=True)
    (ours / "plan").symlink_to("/etc")
    (ours / "parts" / "1").symlink_to("/etc")
    assert tree.links() == [f"{OURS}/plan", f"{OURS}/parts/1"]
    assert not tree.planted()
    assert not elsewhere.planted()
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / OURS).symlink_to(ours)
    assert Tree(str(tmp_path / "x")).links() == [OURS]


def test_half_written_files_have_a_place_and_dead_ones_are_swept(tree: Tree) -> None:
    gone = f"{socket.gethostname()}-{2**22 + 1}"  # no process has so large a number
    strange = "another-machine-7"
    if tree.local:
        for name in (gone, strange):
            (tree.path(f"{OURS}/parts/shard") / name).mkdir(parents=True)
    with workplace(tree, "shard") as place:
        (place / "part").write_bytes(b"x")
        if tree.local:
            assert place.name == f"{socket.gethostname()}-{os.getpid()}"
            assert sorted(each.name for each in place.parent.iterdir()) == sorted([place.name, strange])
    assert not place.exists()
    sweep(tree)
    if tree.local:
        (tree.path(f"{OURS}/parts/other") / gone).mkdir(parents=True)
        sweep(tree)
        assert [each.name for each in tree.path(f"{OURS}/parts").iterdir()] == ["shard"], "another machine's stays"


def test_a_store_that_does_not_answer_is_one_sentence(elsewhere: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("403 Forbidden.\nTraceback and more")

    fs = type(fsspec.filesystem("memory"))
    (tmp_path / "a").write_bytes(b"x")
    for name in ("pipe_file", "cat_file", "exists", "put_file", "ls"):
        monkeypatch.setattr(fs, name, refuse)
    for act in (
        lambda: elsewhere.write("a", b"x"),
        lambda: elsewhere.read("a"),
        lambda: elsewhere.exists("a"),
        lambda: elsewhere.put(tmp_path / "a", "a"),
        lambda: elsewhere.names("a"),
        lambda: list(elsewhere.walk(Walked())),
    ):
        with pytest.raises(Unreachable, match=r"cannot be reached: 403 Forbidden\. Look at its address"):
            act()


def test_an_address_that_nothing_here_knows() -> None:
    with pytest.raises(InstallationError, match="cannot be reached from here"):
        Tree("nobody-knows://bucket/folder")
