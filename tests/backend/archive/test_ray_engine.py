"""The driver's own node may go, too: Ray says nothing of that, and waits for ever."""

from pathlib import Path
from typing import Any

import pytest

from restored.archive.running import TRIES, run
from restored.archive.shard_workers import Lost, Place

from .kit import make, planned


class FakeRay:
    """As much of Ray as the engine asks: a cluster whose tasks never end, and whose nodes can be switched off."""

    def __init__(self) -> None:
        self.joined: list[str] = []
        self.alive: set[str] = set()
        self.refuses = 0

    def init(self, **_: Any) -> None:
        if self.refuses:
            self.refuses -= 1
            raise ConnectionError("not yet")
        self.joined.append(f"node {len(self.joined)}")
        self.alive = {self.joined[-1]}

    def shutdown(self) -> None:
        self.alive = set()

    def get_runtime_context(self) -> "FakeRay":
        return self

    def get_node_id(self) -> str:
        return self.joined[-1]

    def nodes(self) -> list[dict[str, Any]]:
        return [{"NodeID": node, "Alive": node in self.alive} for node in self.joined]

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 1.0}

    def remote(self, *_: Any, **__: Any) -> Any:
        return lambda function: self

    def wait(self, futures: list[Any], **_: Any) -> tuple[list[Any], list[Any]]:
        return [], futures


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> tuple[FakeRay, Any]:
    pytest.importorskip("ray")
    from restored.archive import engine_ray

    fake = FakeRay()
    monkeypatch.setattr(engine_ray, "ray", fake)
    monkeypatch.setattr(engine_ray, "LOOK", 0.0)
    monkeypatch.setattr(engine_ray, "REST", 0.0)
    return fake, engine_ray


def test_what_hung_on_a_node_that_is_gone_is_given_out_again(engine: tuple[FakeRay, Any]) -> None:
    fake, module = engine
    workers = module.Ray("out", Place(engine="ray", address="127.0.0.1:1"))
    workers._futures = {"one": 3, "two": 4}
    assert workers.finished(0.0) == [], "its node is there"
    fake.alive.clear()
    fake.refuses = module.TRIES - 1
    back = workers.finished(0.0)
    assert [shard for shard, _ in back] == [3, 4]
    assert all(isinstance(lost, Lost) and not lost.counts for _, lost in back), "that was no fault of theirs"
    assert fake.joined == ["node 0", "node 1"]
    workers._futures = {"three": 5}
    assert workers.finished(0.0) == [], "the new one is there"


def test_a_cluster_that_does_not_answer_is_a_sentence(engine: tuple[FakeRay, Any]) -> None:
    fake, module = engine
    fake.refuses = module.TRIES
    with pytest.raises(module.ArchiveError, match=r"Ray at 127\.0\.0\.1:1 does not answer"):
        module.Ray("out", Place(engine="ray", address="127.0.0.1:1"))


def test_a_shard_that_was_lost_without_its_fault_is_never_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from restored.archive import running
    from restored.archive.work import Workbench

    class Losing:
        """Loses its shard more often than a shard may lose its worker, and then does it."""

        room = 1

        def __init__(self) -> None:
            self.losses = 2 * TRIES
            self.shard = -1

        def submit(self, shard: int) -> None:
            self.shard = shard

        def finished(self, timeout: float) -> list[tuple[int, Any]]:
            self.losses -= 1
            if self.losses >= 0:
                return [(self.shard, Lost(counts=False))]
            return [(self.shard, Workbench("restored.archive.echo:NegativeEngine").work(str(tmp_path / "out"), self.shard))]

        def close(self, *, kill: bool) -> None:
            pass

    planned(make(tmp_path / "in", 3), tmp_path / "out")
    monkeypatch.setattr(running, "_workers", lambda target, place: Losing())
    assert run(str(tmp_path / "out"), Place()).done == 3
