"""An object store instead of folders: a real S3 server (moto's) on this machine."""

import os
import socket
from pathlib import Path

import numpy as np
import pytest

from restored.archive import Workbench, status
from restored.archive.report import rows
from restored.archive.trees import Tree
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
    fsspec.filesystem("s3").mkdir("archive")
    yield "s3://archive"
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    running.stop()


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
