"""An archive's folder may come from a stranger: what it says of itself leads nowhere else."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored.archive import ArchiveError, ArchiveOrder, Workbench, status
from restored.archive.archive_order import NAME, read_shard, shard_name
from restored.archive.boundaries import may_read, row_fits
from restored.archive.report import pending, rows
from restored.archive.running import run
from restored.archive.shard_workers import Place
from restored.archive.trees import OURS, Lines, Tree
from restored.files import FileOrder
from restored.io import read_picture

from .kit import ECHO, make, planned

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=5), inside, max_size=4),
    max_leaves=8,
)


def order_file(target: Path) -> Path:
    return target / NAME


@pytest.mark.parametrize(
    "row",
    [
        ["a.png", 1, "1", "../a.png"],
        ["a.png", 1, "1", "b/../../a.png"],
        ["a//b.png", 1, "1", "b.png"],
        ["./a.png", 1, "1", "a.png"],
        ["a.png", 1, "1", "b/./a.png"],
        ["a.png", 1, "1", "/tmp/a.png"],
        ["../../a.png", 1, "1", "a.png"],
        ["/etc/passwd", 1, "1", "a.png"],
        ["a.png", 1, "1", ""],
        ["a.png", 1, "1", "a.sh"],
        ["a.png", 1, "1", "a\0.png"],
        ["a.png", True, "1", "a.png"],
        ["a.png", 1, "1", ["a.png"]],
        ["a.png", 1, "1"],
        {"name": "a.png"},
    ],
)
def test_a_row_that_leads_out_of_its_folder_or_is_none_is_refused(tmp_path: Path, row: Any) -> None:
    planned(make(tmp_path / "in", 3), tmp_path / "out")
    (tmp_path / "out" / shard_name(0)).write_text(json.dumps(row) + "\n", "utf-8")
    with pytest.raises(ArchiveError, match="damaged"):
        read_shard(Tree(str(tmp_path / "out")), 0)


@pytest.mark.slow
@given(JSON)
def test_any_json_is_a_row_or_not(said: Any) -> None:
    if row_fits(said):
        assert [type(value) for value in said] == [str, int, str, str]


@pytest.mark.parametrize(
    "change",
    [
        {"wish": {"instruction": "x", "model": "../../elsewhere"}},
        {"wish": {"instruction": "x", "strength": "much"}},
        {"wish": {"instruction": "x", "colour": 1}},
        {"wish": []},
        {"wish": {"instruction": "x", "mask": 5}},
        {"model": "/tmp/model"},
        {"source": 5},
        {"shards": -1},
        {"shards": 10**12},
        {"shards": 10**12, "pictures": 10**15},
        {"quality": 900},
        {"on_conflict": "ask"},
        {"left_alone": "nothing"},
        {"more": 1},
    ],
)
def test_an_order_that_was_tampered_with_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    planned(make(tmp_path / "in", 3), tmp_path / "out")
    path = order_file(tmp_path / "out")
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **change}), "utf-8")
    with pytest.raises(ArchiveError, match="damaged"):
        ArchiveOrder.read(Tree(str(tmp_path / "out")))


@pytest.mark.parametrize("content", ["[]", "null", "5", '"x"', "{}", "[" * 100_000])
def test_an_order_that_is_none_is_a_sentence(tmp_path: Path, content: str) -> None:
    path = order_file(tmp_path)
    path.parent.mkdir()
    path.write_text(content, "utf-8")
    with pytest.raises(ArchiveError):
        ArchiveOrder.read(Tree(str(tmp_path)))


@pytest.mark.slow
def test_a_link_in_the_results_leads_nobody_into_another_folder(tmp_path: Path) -> None:
    source, target, theirs = make(tmp_path / "in", 6, inside=2), tmp_path / "out", tmp_path / "photographs"
    planned(source, target, on_conflict="overwrite")
    make(theirs, 6, inside=2)
    before = {path: path.read_bytes() for path in theirs.rglob("*.png")}
    (target / "0").symlink_to(theirs / "0", target_is_directory=True)
    bench = Workbench(ECHO)
    try:
        report = bench.work(str(target), 0)
    finally:
        bench.close()
    assert {path: path.read_bytes() for path in theirs.rglob("*.png")} == before
    assert (report.done, report.errors) == (3, 3)
    assert all("a link leads there" in row["error"] for row in rows(str(target)) if "error" in row)
    assert (target / "1").is_dir()
    np.testing.assert_array_equal(read_picture(target / "1/00001.png").pixels, 255 - read_picture(source / "1/00001.png").pixels)


@pytest.mark.skipif(os.name != "posix", reason="links and pipes are POSIX's")
@pytest.mark.parametrize("name", ["", "/done", "/parts", "/parts/00000", "/shards", "/state"])
def test_books_that_lie_elsewhere_are_neither_written_nor_swept(tmp_path: Path, name: str) -> None:
    source, target, theirs = make(tmp_path / "in", 2), tmp_path / "out", tmp_path / "theirs"
    planned(source, target)
    (target / OURS).rename(theirs) if not name else theirs.mkdir()
    (theirs / "empty").mkdir()
    (theirs / "letter").write_text("a letter")
    before = sorted(path.relative_to(theirs) for path in theirs.rglob("*"))
    at = target / f"{OURS}{name}"
    if at.is_dir():
        at.rename(tmp_path / "aside")
    at.parent.mkdir(parents=True, exist_ok=True)
    at.symlink_to(theirs, target_is_directory=True)
    for act in (
        lambda: status(str(target)),
        lambda: planned(source, target, anew=True),
        lambda: Workbench(ECHO).work(str(target), 0),
    ):
        with pytest.raises(ArchiveError, match="is a link"):
            act()
    assert sorted(path.relative_to(theirs) for path in theirs.rglob("*")) == before


@pytest.mark.skipif(os.name != "posix", reason="links and pipes are POSIX's")
def test_lines_are_not_added_through_a_link_and_no_pipe_is_read(tmp_path: Path) -> None:
    tree = Tree(str(tmp_path / "out"))
    (tmp_path / "out").mkdir()
    (tmp_path / "letter").write_text("a letter")
    (tmp_path / "out/lines.jsonl").symlink_to(tmp_path / "letter")
    with pytest.raises(OSError, match="symbolic links"):
        Lines(tree, "lines.jsonl").add(b"{}")
    assert (tmp_path / "letter").read_text() == "a letter"
    os.mkfifo(tmp_path / "out/pipe")
    (tmp_path / "out/endless").symlink_to("/dev/zero")
    for name in ("pipe", "endless"):
        with pytest.raises(FileNotFoundError):
            tree.read(name)


@pytest.mark.slow
def test_a_folder_that_is_itself_a_link_is_the_users(tmp_path: Path) -> None:
    source, disk = make(tmp_path / "in", 2), tmp_path / "disk"
    disk.mkdir()
    (tmp_path / "out").symlink_to(disk, target_is_directory=True)
    planned(source, tmp_path / "out")
    bench = Workbench(ECHO)
    try:
        assert bench.work(str(tmp_path / "out"), 0).complete
    finally:
        bench.close()
    assert (disk / OURS).is_dir()


@pytest.mark.parametrize(
    "source", ["s3://theirs/in", "http://192.0.2.1/x", "simplecache::http://192.0.2.1/x", "\\\\server\\share", "//server/share/x"]
)
@pytest.mark.parametrize("target", ["out", "s3://ours/out", "http://192.0.2.2/out"])
def test_a_plan_does_not_choose_whom_this_machine_calls(source: str, target: str) -> None:
    assert not may_read(source, target, None)
    assert not may_read(source, target, source + "2")
    assert may_read(source, target, source)


def test_where_the_user_sends_the_results_pictures_may_come_from() -> None:
    assert may_read("s3://ours/in", "s3://ours/out", None)
    assert not may_read("simplecache::s3://ours/in", "s3://ours/out", None)
    assert may_read("/home/me/photographs", "out", None)
    assert may_read("C:\\photographs", "out", None)


@pytest.mark.slow
def test_a_stranger_s_address_is_not_called_until_the_user_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fsspec

    elsewhere = fsspec.filesystem("memory")
    folder = f"/{tmp_path.name}"
    for path in make(tmp_path / "in", 3).rglob("*.png"):
        elsewhere.pipe_file(f"{folder}/{path.relative_to(tmp_path / 'in').as_posix()}", path.read_bytes())
    planned(f"memory:/{folder}", tmp_path / "out")
    bench = Workbench(ECHO)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(type(elsewhere), "get_file", lambda *_, **__: pytest.fail("it was called"))
            with pytest.raises(ArchiveError, match=f"--from memory:/{folder}"):
                bench.work(str(tmp_path / "out"), 0)
            with pytest.raises(ArchiveError, match="--from"):
                run(str(tmp_path / "out"), Place(worker_engine=ECHO))
        assert bench.work(str(tmp_path / "out"), 0, source=f"memory:/{folder}").complete
    finally:
        bench.close()
        elsewhere.rm(folder, recursive=True)


@pytest.mark.slow
@pytest.mark.parametrize("content", ["[" * 100_000, "null", "[1]", '{"hash": 5}', '{"shard": 0}', '{"shard": 0, "done": "x"}'])
def test_records_and_states_that_are_none_count_as_not_there(tmp_path: Path, content: str) -> None:
    source, target = make(tmp_path / "in", 3), tmp_path / "out"
    planned(source, target)
    for kind, ending in (("done", "jsonl"), ("errors", "jsonl"), ("state", "json")):
        (target / OURS / kind).mkdir(exist_ok=True)
        (target / OURS / kind / f"00000.{ending}").write_text(content, "utf-8")
    assert (status(str(target)).done, list(rows(str(target))), pending(str(target), retry=False)) == (0, [], [0])
    bench = Workbench(ECHO)
    try:
        assert bench.work(str(target), 0).done == 3
    finally:
        bench.close()


def test_a_plan_of_shards_that_are_not_there_is_no_endless_loop(tmp_path: Path) -> None:
    planned(make(tmp_path / "in", 3), tmp_path / "out")
    path = order_file(tmp_path / "out")
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "shards": 1 << 22, "pictures": 1 << 40}), "utf-8")
    with pytest.raises(ArchiveError, match="some are lost"):
        pending(str(tmp_path / "out"), retry=True)


def test_an_archive_is_planned_with_a_model_by_its_name(tmp_path: Path) -> None:
    from restored.archive import plan

    wish = FileOrder(instruction="x", model=str(tmp_path))
    with pytest.raises(ArchiveError, match="not its folder"):
        plan(str(make(tmp_path / "in", 1)), str(tmp_path / "out"), wish, model="swift", fingerprint="", version="0")
