"""`restored pair --find` and `--announce`: what is shown of who says that they wait."""

import contextlib
from collections.abc import Callable

import pytest

from restored.cli import announcing
from restored.sockets import announcements
from restored.sockets.announcements import Announcement

from .conftest import Ran

Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("zeroconf")
    monkeypatch.setattr(announcing, "LISTENING", 0.0)


def hear(monkeypatch: pytest.MonkeyPatch, *found: Announcement) -> None:
    monkeypatch.setattr(announcements, "heard", lambda seconds: list(found))


def test_each_is_shown_with_its_command(restored: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(monkeypatch, Announcement("attic", "192.0.2.9", 47340), Announcement("cellar", "2001:db8::9", 5000))
    ran = restored("pair", "--find")
    assert ran.code == 0
    assert [line.split() for line in ran.out.splitlines()[:2]] == [
        ["attic", "restored", "pair", "192.0.2.9"],
        ["cellar", "restored", "pair", "[2001:db8::9]:5000"],
    ]
    assert "Anybody can say such a thing" in ran.out


def test_nobody_is_found(restored: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(monkeypatch)
    ran = restored("pair", "--find")
    assert (ran.code, ran.out) == (1, "")
    assert "restored pair --announce" in ran.err


def test_a_network_that_cannot_be_listened_to(restored: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(seconds: float) -> list[Announcement]:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(announcements, "heard", fail)
    ran = restored("pair", "--find")
    assert ran.code == 1
    assert "cannot be listened to: Network is unreachable. Type the address instead." in ran.err


def test_without_its_package_it_is_said_how_to_get_it(restored: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "find_spec", lambda name: None)
    ran = restored("pair", "--find")
    assert ran.code == 1
    assert "needs the package zeroconf" in ran.err
    assert "[discovery]" in ran.err


def test_a_machine_that_cannot_be_announced_can_still_be_paired(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(name: str, host: str, port: int) -> contextlib.AbstractContextManager[None]:
        raise OSError("the name is taken")

    monkeypatch.setattr(announcements, "announced", fail)
    with contextlib.ExitStack() as until:
        announcing.announce_until(until, "attic", "192.0.2.9", 47340)
    assert "Its address still works" in " ".join(capsys.readouterr().err.split())

    told: list[tuple[object, ...]] = []
    ended: list[bool] = []

    @contextlib.contextmanager
    def tell(*what: object):
        told.append(what)
        yield
        ended.append(True)

    monkeypatch.setattr(announcements, "announced", tell)
    with contextlib.ExitStack() as until:
        announcing.announce_until(until, "attic", "192.0.2.9", 47340)
        assert ended == []
    assert told == [("attic", "192.0.2.9", 47340)]
    assert ended == [True]
    assert "--find" in capsys.readouterr().out
