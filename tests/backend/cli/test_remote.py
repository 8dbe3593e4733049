"""`restored pair` and `restored remote`: what is said and kept; the other machine is a thread, or nobody."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.backend.studio.machines import free_port
from tests.waiting import PATIENCE

from restored import sockets
from restored.studio.book import Guest, Guests, Listening, Machine, Machines
from restored.studio.callers import MOST, wait_for_caller
from restored.studio.code_words import make_code
from restored.studio.keys import StudioError
from restored.studio.pairing import Introduction, call

from .conftest import Ran

Run = Callable[..., Ran]
KEYS = ["a" * 40, "b" * 40]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This machine's settings and no daemon, whoever runs the tests."""
    monkeypatch.setenv("RESTORED_CONFIG_DIR", str(tmp_path / "here"))
    monkeypatch.setenv("RESTORED_RUNTIME_DIR", str(tmp_path / "run"))
    return tmp_path / "here"


@pytest.fixture
def studio() -> None:
    Machines().add(Machine("the studio", KEYS[0], "192.0.2.9", 47340, "2026-11-01"))
    Guests().add(Guest("desk", KEYS[1], "2026-11-02"))


def test_who_is_paired_is_listed(restored: Run) -> None:
    assert "No machine is paired" in restored("remote", "list").out
    Machines().add(Machine("the studio", KEYS[0], "2001:db8::9", 47340, "2026-11-01"))
    Guests().add(Guest("desk", KEYS[1], "2026-11-02"))
    said = restored("remote", "list").out
    assert "the studio" in said
    assert "[2001:db8::9]:47340, since 2026-11-01" in said
    assert "This machine restores for" in said
    assert "since 2026-11-02" in said
    listed = json.loads(restored("remote", "list", "--json").out)
    assert [each["name"] for each in listed["machines"]] == ["the studio"]
    assert [each["name"] for each in listed["guests"]] == ["desk"]
    assert listed["listening"] is None


@pytest.mark.usefixtures("studio")
def test_when_others_are_asked_is_a_person_s_to_say(restored: Run) -> None:
    for when, said in (("always", "always"), ("never", "never go"), ("faster", "when that is faster")):
        assert said in restored("remote", "use", when).out
        assert Machines().use == when
    ran = restored("remote", "use", "sometimes")
    assert ran.code == 2
    assert "never, faster, always" in ran.err
    assert Machines().use == "faster"


@pytest.mark.usefixtures("studio")
def test_a_machine_is_struck_out_either_way(restored: Run) -> None:
    assert "is not called any more" in restored("remote", "forget", "The Studio").out
    assert Machines().entries() == ()
    assert "is refused from its next message on" in restored("remote", "forget", "desk").out
    assert Guests().entries() == ()
    ran = restored("remote", "forget", "nobody")
    assert ran.code == 1
    assert "nobody" in ran.err


def test_of_one_name_both_ways_the_called_one_goes_first(restored: Run) -> None:
    Machines().add(Machine("both", KEYS[0], "192.0.2.9", 47340))
    Guests().add(Guest("both", KEYS[1]))
    assert "--guest" in restored("remote", "forget", "both").out
    assert [len(Machines().entries()), len(Guests().entries())] == [0, 1]
    Machines().add(Machine("both", KEYS[0], "192.0.2.9", 47340))
    restored("remote", "forget", "both", "--guest")
    assert [len(Machines().entries()), len(Guests().entries())] == [1, 0]


@pytest.mark.usefixtures("studio")
def test_a_machine_that_moved_keeps_its_key(restored: Run) -> None:
    assert "at 192.0.2.10:5000 from now on" in restored("remote", "move", "the studio", "192.0.2.10:5000").out
    (machine,) = Machines().entries()
    assert (machine.host, machine.port, machine.key) == ("192.0.2.10", 5000, KEYS[0])
    for arguments in (("another", "192.0.2.10"), ("the studio", "192.0.2.10:none"), ("the studio", "192.0.2.10:70000")):
        ran = restored("remote", "move", *arguments)
        assert ran.code == 1
        assert ran.err.count("\n") == 1
    assert Machines().entries() == (machine,)


def test_a_name_that_the_network_does_not_know(restored: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(host: str, port: int) -> str:
        raise OSError("Name or service not known")

    monkeypatch.setattr(sockets, "address_of", unknown)
    ran = restored("pair", "strong.example", "--code", make_code())
    assert ran.code == 1
    assert "does not know “strong.example”" in ran.err


def test_nothing_is_measured_where_nobody_is_asked(restored: Run) -> None:
    ran = restored("remote", "test")
    assert ran.code == 1
    assert "restored pair HOST" in ran.err


def test_a_machine_that_does_not_listen_cannot_be_paired(restored: Run) -> None:
    ran = restored("pair")
    assert ran.code == 1
    assert "restored serve --listen" in ran.err


def test_a_port_that_is_taken_is_said(restored: Run) -> None:
    with sockets.listen("127.0.0.1", 0, 1) as taken:
        Listening().note("127.0.0.1", taken.getsockname()[1] - 1)
        ran = restored("pair")
    assert ran.code == 1
    assert "cannot listen at 127.0.0.1" in ran.err


@pytest.mark.parametrize(
    ("arguments", "option"), [(("--find", "192.0.2.9"), "--find"), (("192.0.2.9", "--announce"), "--announce")]
)
def test_options_of_the_other_side(restored: Run, arguments: tuple[str, ...], option: str) -> None:
    ran = restored("pair", *arguments)
    assert ran.code == 2
    assert option in ran.err


def test_what_is_no_code_is_not_tried(restored: Run) -> None:
    ran = restored("pair", "192.0.2.9", "--code", "open sesame")
    assert ran.code == 1
    assert "None was tried" in ran.err
    assert Machines().entries() == ()


def beside(act: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Another machine: what it does, in a thread, until nobody refuses it any more."""
    done: list[Any] = []

    def run() -> None:
        end = time.monotonic() + PATIENCE
        while not done and time.monotonic() < end:
            try:
                done.append(act())
            except StudioError:  # nobody listens yet
                time.sleep(0.02)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, done


def test_the_strong_machine_shows_a_code_and_takes_in_who_knows_it(restored: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("spake2")
    port, code = free_port(), make_code()
    Listening().note("127.0.0.1", port)
    monkeypatch.setattr("restored.studio.code_words.make_code", lambda: code)
    thread, met = beside(lambda: call("127.0.0.1", port + 1, code, Introduction("desk", KEYS[1])))
    ran = restored("pair", "--name", "the desk upstairs")
    thread.join()
    assert ran.code == 0, ran.err
    assert code in ran.out
    assert f"restored pair 127.0.0.1:{port}" in ran.out
    assert "“the desk upstairs” may now" in ran.out
    assert [(each.name, each.key) for each in Guests().entries()] == [("the desk upstairs", KEYS[1])]
    assert met[0].port == port


def test_the_asking_machine_keeps_who_proved_itself(restored: Run) -> None:
    pytest.importorskip("spake2")
    port, code = free_port(), make_code()
    with sockets.listen("127.0.0.1", port + 1, MOST) as listener:
        mine = Introduction("strong", KEYS[0], port)
        thread, met = beside(lambda: wait_for_caller(listener, code, mine, cancelled=lambda: False))
        ran = restored("pair", f"127.0.0.1:{port}", "--code", code.replace("-", " ").upper())
        thread.join()
    assert ran.code == 0, ran.err
    assert f"Paired with strong as “the studio”, at 127.0.0.1:{port}." in ran.out
    assert code not in ran.out
    (machine,) = Machines().entries()
    assert (machine.name, machine.key, machine.host, machine.port) == ("the studio", KEYS[0], "127.0.0.1", port)
    assert len(met[0].key) == 40
