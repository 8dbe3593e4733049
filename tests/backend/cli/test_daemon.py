"""`restored daemon`: what is said of the background process, with somebody else in its place."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from restored.cli import daemon
from restored_client.wire.errors import ClientError

from .conftest import Ran

STATUS: dict[str, Any] = {
    "type": "status",
    "id": "1",
    "idle": True,
    "version": "1.2.3",
    "pid": 4711,
    "state": "ready",
    "device": "a chip",
    "loaded": ["swift"],
    "memory": 300 * 2**20,
    "jobs": [],
    "log": "/somewhere/daemon.log",
}


class Session:
    """A daemon's end, as far as these verbs ask."""

    def __init__(self, status: dict[str, Any]) -> None:
        self.hello = {"version": "0", "device": "a chip"}
        self.said = status
        self.heard: list[str] = []

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None: ...

    def status(self) -> dict[str, Any]:
        return self.said

    def shutdown(self, *, if_idle: bool = False) -> None:
        if if_idle and self.said["jobs"]:
            raise ClientError("busy")
        self.heard.append("shutdown")

    def unload(self) -> None:
        self.heard.append("unload")


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Session:
    session = Session(dict(STATUS))
    monkeypatch.setattr(daemon, "open_session", lambda **_: session)
    return session


def none_runs(monkeypatch: pytest.MonkeyPatch, code: str = "unreachable") -> None:
    def open_session(**_: object) -> Session:
        raise ClientError(code)

    monkeypatch.setattr(daemon, "open_session", open_session)


def test_what_a_person_wants_to_know_is_told(restored: Callable[..., Ran], running: Session) -> None:
    code, out, _ = restored("daemon", "status")
    assert code == 0
    for words in ("The daemon is running.", "1.2.3", "4711", "a chip", "swift", "300 MiB", "none", "/somewhere/daemon.log"):
        assert words in out
    assert "knocking" not in out


def test_its_work_and_who_waits_at_its_door_are_told(restored: Callable[..., Ran], running: Session) -> None:
    running.said |= {
        "outdated": True,
        "words": "Loading the models…",
        "loaded": [],
        "jobs": [
            {"words": "Removing noise", "fraction": 0.25, "client": "GIMP"},
            {"words": "Waiting", "fraction": None, "client": "Krita"},
        ],
        "newcomers": {"waiting": 3, "turned_away": 40},
    }
    _, out, _ = restored("daemon", "status")
    for words in (
        "not the one that is installed now",
        "Loading the models…",
        "none in memory",
        "Removing noise 25%, for GIMP",
        "Waiting, for Krita",
        "3 silent connections, 40 turned away",
    ):
        assert words in out


def test_scripts_get_an_object_without_the_parts_of_the_wire(restored: Callable[..., Ran], running: Session) -> None:
    _, out, _ = restored("daemon", "status", "--json")
    said = json.loads(out)
    assert said["running"] is True
    assert said["pid"] == 4711
    assert not {"type", "id", "idle"} & said.keys()


@pytest.mark.parametrize("code", ["unreachable", "daemon_died"])
def test_where_none_runs_that_is_no_failure(restored: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    none_runs(monkeypatch, code)
    assert restored("daemon", "status") == (0, "The daemon is not running. It starts by itself when it is needed.\n", "")
    assert json.loads(restored("daemon", "status", "--json").out) == {"running": False}
    assert restored("daemon", "stop").out == "The daemon was not running.\n"
    assert json.loads(restored("daemon", "stop", "--json").out) == {"running": False, "stopped": False}
    assert "not running" in restored("daemon", "unload").out


def test_another_trouble_is_a_sentence(restored: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    none_runs(monkeypatch, "access")
    code, out, err = restored("daemon", "status")
    assert (code, out) == (1, "")
    assert err.strip().endswith(".")
    assert "Traceback" not in err


def test_it_is_stopped_and_its_models_are_unloaded(restored: Callable[..., Ran], running: Session) -> None:
    assert restored("daemon", "stop").out == "The daemon has stopped.\n"
    assert restored("daemon", "unload").out.startswith("The models are unloaded; the next restoration loads them again.\n")
    assert json.loads(restored("daemon", "unload", "--json").out)["running"] is True
    assert running.heard == ["shutdown", "unload", "unload"]


def test_it_is_started(restored: Callable[..., Ran], running: Session) -> None:
    code, out, _ = restored("daemon", "start")
    assert code == 0
    assert "The daemon is running." in out


def test_an_idle_one_begins_anew_and_one_at_work_stays(running: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    assert daemon.begin_anew()
    assert running.heard == ["shutdown"]
    running.said["jobs"] = [{"words": "Restoring", "fraction": 0.5, "client": "Krita"}]
    assert not daemon.begin_anew()
    assert running.heard == ["shutdown"]
    none_runs(monkeypatch)
    assert daemon.begin_anew()
    none_runs(monkeypatch, "version")
    with pytest.raises(ClientError):
        daemon.begin_anew()
