"""Plan, shards, records: without any scheduler."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from restored.archive import ArchiveError, ArchiveOrder, Workbench, plan, status
from restored.archive.archive_order import read_shard
from restored.archive.echo import NegativeEngine
from restored.archive.report import pending, rows
from restored.archive.trees import OURS, Lines, Tree
from restored.files import FileOrder, restore_file

from .kit import ECHO, WISH, check, make, planned, records


@pytest.fixture
def bench():
    made = Workbench(ECHO)
    yield made
    made.close()


@pytest.mark.slow
def test_a_plan_is_worked_shard_by_shard(tmp_path: Path, bench: Workbench) -> None:
    source, target = make(tmp_path / "in", 50), tmp_path / "out"
    order = planned(source, target)
    assert (order.pictures, order.shards) == (50, 3)
    assert status(str(target)).waiting == 50
    for shard in range(3):
        report = bench.work(str(target), shard)
        assert report.complete
        assert report.earlier == 0
    check(source, target)
    now = status(str(target))
    assert (now.done, now.errors, now.complete) == (50, 0, 3)
    assert bench.work(str(target), 0).earlier == 20
    assert sorted(records(target)) == sorted(p.relative_to(source).as_posix() for p in source.rglob("*.png"))
    # the very bytes of a single run
    restore_file(source / "0" / "00000.png", tmp_path / "alone.png", WISH, NegativeEngine().restore)
    assert (tmp_path / "alone.png").read_bytes() == (target / "0" / "00000.png").read_bytes()


def test_pictures_on_a_drive_that_is_away_are_one_sentence_and_no_errors(tmp_path: Path, bench: Workbench) -> None:
    source, target = make(tmp_path / "in", 10), tmp_path / "out"
    planned(source, target)
    source.rename(tmp_path / "unplugged")
    with pytest.raises(ArchiveError, match="does not see"):
        bench.work(str(target), 0)
    assert status(str(target)).errors == 0
    (tmp_path / "unplugged").rename(source)
    assert bench.work(str(target), 0).complete


@pytest.mark.slow
def test_a_bad_picture_costs_itself_and_is_tried_again(tmp_path: Path, bench: Workbench) -> None:
    source, target = make(tmp_path / "in", 10), tmp_path / "out"
    (source / "1" / "00001.png").write_bytes(b"broken")
    planned(source, target)
    report = bench.work(str(target), 0)
    assert (report.done, report.errors, report.complete) == (9, 1, False)
    assert pending(str(target), retry=True) == [0]
    assert pending(str(target), retry=False) == []
    failed = [row for row in rows(str(target)) if "error" in row]
    assert [row["name"] for row in failed] == ["1/00001.png"]
    make(tmp_path / "new", 10)
    (source / "1" / "00001.png").write_bytes((tmp_path / "new" / "1" / "00001.png").read_bytes())
    assert bench.work(str(target), 0).complete


@pytest.mark.slow
def test_only_what_changed_is_done_anew(tmp_path: Path, bench: Workbench) -> None:
    source, target = make(tmp_path / "in", 10), tmp_path / "out"
    planned(source, target)
    bench.work(str(target), 0)
    with pytest.raises(ArchiveError, match="has a plan already"):
        planned(source, target)
    Image.fromarray(np.full((8, 8, 3), 3, np.uint8)).save(source / "0" / "zzz.png")
    assert planned(source, target, anew=True).pictures == 11
    report = bench.work(str(target), 0)
    assert (report.done, report.earlier) == (1, 10)


@pytest.mark.slow
def test_somebody_elses_file_stays(tmp_path: Path, bench: Workbench) -> None:
    source, target = make(tmp_path / "in", 4, 1), tmp_path / "out"
    planned(source, target)
    (target / "0").mkdir(parents=True)
    Image.new("RGB", (3, 3)).save(target / "0" / "00002.png")
    theirs = (target / "0" / "00002.png").read_bytes()
    report = bench.work(str(target), 0)
    assert (report.done, report.errors) == (3, 1)
    assert (target / "0" / "00002.png").read_bytes() == theirs
    assert "is there already" in next(row["error"] for row in rows(str(target)) if "error" in row)


@pytest.mark.slow
def test_results_are_known_where_the_records_were_lost(tmp_path: Path, bench: Workbench) -> None:
    source, target = make(tmp_path / "in", 6), tmp_path / "out"
    planned(source, target)
    bench.work(str(target), 0)
    before = {path: path.stat().st_mtime_ns for path in target.rglob("*.png")}
    (target / OURS / "done" / "00000.jsonl").unlink()
    assert bench.work(str(target), 0).complete
    assert {path: path.stat().st_mtime_ns for path in target.rglob("*.png")} == before


@pytest.mark.slow
def test_another_model_than_the_plans_is_refused(tmp_path: Path) -> None:
    source, target = make(tmp_path / "in", 2), tmp_path / "out"
    planned(source, target, fingerprint="f" * 64)

    class Other:
        def restore(self, *arguments):
            done = NegativeEngine().restore(*arguments)
            return replace(done, recipe={**done.recipe, "sha256": "0" * 64})

    bench = Workbench(ECHO)
    bench._engine = Other()
    try:
        with pytest.raises(ArchiveError, match="another version of the model"):
            bench.work(str(target), 0)
    finally:
        bench.close()
    assert records(target) == []


def test_what_is_no_plan_gets_a_sentence(tmp_path: Path, bench: Workbench) -> None:
    with pytest.raises(ArchiveError, match="There is no plan"):
        status(str(tmp_path))
    with pytest.raises(ArchiveError, match="not a folder"):
        planned(tmp_path / "none", tmp_path / "out")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArchiveError, match="no pictures"):
        planned(tmp_path / "empty", tmp_path / "out")
    with pytest.raises(ArchiveError, match="of their own"):
        planned(tmp_path, tmp_path)
    planned(make(tmp_path / "in", 2), tmp_path / "out")
    with pytest.raises(ArchiveError, match="no shard 7"):
        bench.work(str(tmp_path / "out"), 7)
    (tmp_path / "out" / OURS / "order.json").write_text("{")
    with pytest.raises(ArchiveError, match="damaged"):
        status(str(tmp_path / "out"))


def test_lines_survive_a_kill_at_any_byte(tmp_path: Path) -> None:
    tree = Tree(str(tmp_path))
    whole = b"".join(json.dumps({"n": number}).encode() + b"\n" for number in range(3))
    for cut in range(len(whole) + 1):
        (tmp_path / "l.jsonl").write_bytes(whole[:cut])
        lines = Lines(tree, "l.jsonl")
        lines.add(b'{"n": 9}')
        lines.close()
        found = []
        for line in Lines.read(tree, "l.jsonl"):
            try:
                found.append(json.loads(line)["n"])
            except ValueError:
                continue
        assert found[-1] == 9
        assert found[:-1] == list(range(len(found) - 1))


@pytest.mark.slow
def test_a_plan_of_many_needs_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a generator, as a walk is: what is held is one shard."""
    import tracemalloc

    count = 100_000
    monkeypatch.setattr(
        Tree, "walk", lambda self, walked, leave_out=None: ((f"{n // 1000}/{n}.png", 1, "1") for n in range(count))
    )
    (tmp_path / "in").mkdir()
    tracemalloc.start()
    order = plan(
        str(tmp_path / "in"),
        str(tmp_path / "out"),
        FileOrder(instruction="x"),
        model="m",
        fingerprint="",
        version="0",
        shard=1000,
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (order.pictures, order.shards) == (count, 100)
    assert len(read_shard(Tree(str(tmp_path / "out")), 99)) == 1000
    assert peak < 20 << 20


def test_the_order_travels_as_it_is(tmp_path: Path) -> None:
    order = planned(make(tmp_path / "in", 2), tmp_path / "out", quality=80, ending=".jpg")
    assert ArchiveOrder.read(Tree(str(tmp_path / "out"))) == order


def test_the_lines_of_the_page_on_archives_import_what_is_there() -> None:
    """Somebody copies them into a program of their own."""
    page = (Path(__file__).parents[3] / "docs" / "archive.md").read_text("utf-8")
    lines = [line for line in page.splitlines() if line.startswith("from restored")]
    assert lines
    for line in lines:
        exec(line, {})


def test_a_worker_whose_children_would_not_start_reads_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """joblib's start processes in a way that Python's own children do not know: each picture "crashed its decoder" there."""
    monkeypatch.setattr("multiprocessing.get_start_method", lambda: "loky")
    planned(make(tmp_path / "in", 3), tmp_path / "out")
    bench = Workbench(ECHO)
    assert bench.work(str(tmp_path / "out"), 0).done == 3
    with bench.reader() as reader:
        assert type(reader).__name__ == "_Inline"
    bench.close()
