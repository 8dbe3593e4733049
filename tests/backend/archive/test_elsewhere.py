"""An object store instead of folders: a real S3 server (moto's) on this machine."""

import os
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from restored.archive import ArchiveError, Workbench, status
from restored.archive.report import rows
from restored.archive.trees import Tree, Unreachable
from restored.io import read_picture

from .kit import ECHO, make, planned

pytest.importorskip("s3fs")
server = pytest.importorskip("moto.server")


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch):
    import fsspec

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    running.start()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    fsspec.filesystem("s3").mkdir(f"archive-{port}")  # the servers of one process share what they hold
    yield f"s3://archive-{port}"
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    running.stop()


@pytest.mark.slow
def test_names_that_are_no_paths_and_buckets_that_are_not_there(tmp_path: Path, bucket: str) -> None:
    """Keys may be any text: what no path can be is left alone and said, an empty folder's mark is nothing; the rest is done."""
    import fsspec

    store = fsspec.filesystem("s3")
    content = next(make(tmp_path / "in", 1).rglob("*.png")).read_bytes()
    for key in ("a.png", "x/../y.png", "../../evil.png", "\x1b[2J.png", "a\\b.png", "q/", "a//b.png", "./c.png"):
        store.call_s3("put_object", Bucket=bucket.removeprefix("s3://"), Key=f"in/{key}", Body=content)
    order = planned(f"{bucket}/in", str(tmp_path / "out"))
    assert order.pictures == 3
    assert "4 names are no paths, and what has them was left alone: “" in order.left_alone[0]
    assert len(order.left_alone) == 1
    bench = Workbench(ECHO)
    try:
        assert bench.work(str(tmp_path / "out"), 0, source=f"{bucket}/in").complete
    finally:
        bench.close()
    assert not list(tmp_path.rglob("*evil*"))
    with pytest.raises(ArchiveError, match="There is no folder"):
        planned("s3://nobody/in", str(tmp_path / "other"))
    with pytest.raises(Unreachable, match="cannot be reached"):
        planned(str(tmp_path / "in"), "s3://nobody/out")


def test_whatever_a_store_raises_is_one_sentence(tmp_path: Path) -> None:
    class Store:
        protocol = "memory"

        def __getattr__(self, name: str) -> Any:
            def fail(*arguments: object, **options: object) -> None:
                raise ValueError("No route to the host.\nTraceback of theirs")

            return fail

    there = Tree("memory://in")
    object.__setattr__(there, "_fs", Store())
    asked = [
        lambda: there.exists("a"),
        lambda: there.read("a"),
        lambda: there.write("a", b""),
        lambda: there.put(tmp_path, "a"),
        lambda: there.names("a"),
        lambda: there.remove("a"),
        lambda: there.fetched("a", tmp_path).__enter__(),
    ]
    for ask in asked:
        with pytest.raises(Unreachable, match=r"“memory://in” cannot be reached: No route to the host\. Look at"):
            ask()


@pytest.mark.slow
def test_from_and_to_an_object_store(tmp_path: Path, bucket: str) -> None:
    source = make(tmp_path / "in", 25)
    here = Tree(f"{bucket}/in")
    for path in source.rglob("*.png"):
        here.write(path.relative_to(source).as_posix(), path.read_bytes())
    target = f"{bucket}/out"
    order = planned(f"{bucket}/in", target)
    assert (order.pictures, order.shards) == (25, 2)
    bench = Workbench(ECHO)
    try:
        assert bench.work(target, 0).complete
        assert status(target).done == 20
        assert bench.work(target, 1).complete
        assert bench.work(target, 0).earlier == 20
    finally:
        bench.close()
    assert (status(target).done, status(target).complete) == (25, 2)
    assert len(list(rows(target))) == 25
    there = Tree(target)
    name = "2/00011.png"
    (tmp_path / "x.png").write_bytes(there.read(name))
    np.testing.assert_array_equal(read_picture(tmp_path / "x.png").pixels, 255 - read_picture(source / name).pixels)
    assert os.listdir(tmp_path) == ["in", "x.png"] or sorted(os.listdir(tmp_path)) == ["in", "x.png"]
