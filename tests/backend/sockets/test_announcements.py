"""What is announced, what is made of what others announce, and that a network that lets nothing be said is an OSError."""

import pytest

pytest.importorskip("zeroconf")
import ifaddr
import zeroconf

from restored.sockets import announcements
from restored.sockets.announcements import announced, heard


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No network but the loopback: tests are not announced in anybody's house."""
    here = ifaddr.Adapter("lo", "lo", [ifaddr.IP("127.0.0.1", 8, "lo")])
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: [here])


def test_what_is_said_is_a_plain_name_and_where(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[zeroconf.ServiceInfo] = []
    ended: list[bool] = []
    monkeypatch.setattr(zeroconf.Zeroconf, "register_service", lambda self, info, **_: told.append(info))
    monkeypatch.setattr(zeroconf.Zeroconf, "close", lambda self: ended.append(True))
    with announced("Änne's attic \x1b[2J" + "x" * 50, "0.0.0.0", 47340):
        assert ended == []
    assert ended == [True]
    (info,) = told
    name, _, kind = info.name.partition(".")
    assert kind == announcements.SERVICE
    assert name == "-nne-s-attic---2J".ljust(announcements.LONGEST_NAME, "x")
    assert info.port == 47340
    assert info.parsed_addresses() == ["127.0.0.1"], "the addresses that this machine has"


def test_a_name_that_is_taken_for_good_is_an_oserror(monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*_: object, **__: object) -> None:
        raise zeroconf.NonUniqueNameException

    monkeypatch.setattr(zeroconf.Zeroconf, "register_service", taken)
    with pytest.raises(OSError, match="taken"), announced("attic", "127.0.0.1", 47340):
        pytest.fail("it was not announced")


def test_liars_are_few_and_what_has_no_address_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    class Told:
        def __init__(self, number: int) -> None:
            self.port = 47340 if number != 3 else 0
            self.number = number

        def parsed_addresses(self) -> list[str]:
            return [] if self.number == 4 else [f"192.0.2.{self.number}"]

    def browse(network: object, kind: str, handlers: list) -> None:
        for number in range(100):
            handlers[0](name=f"\x1b[2J{number:02}.{kind}", zeroconf=network, service_type=kind, state_change=None)

    def look_up(network: object, kind: str, name: str, timeout: int) -> Told:
        number = int(name.partition(".")[0][-2:])
        if number == 5:
            raise zeroconf.BadTypeInNameException
        return Told(number)

    monkeypatch.setattr(zeroconf, "ServiceBrowser", browse)
    monkeypatch.setattr(zeroconf.Zeroconf, "get_service_info", look_up)
    found = heard(0.0)
    assert len(found) == announcements.MOST - 3
    assert not any("\x1b" in each.name for each in found)
    assert {each.host for each in found}.isdisjoint({"192.0.2.3", "192.0.2.4", "192.0.2.5"})
