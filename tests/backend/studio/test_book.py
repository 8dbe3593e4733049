"""Keys and the lists of machines: for this user's eyes only, and seen by every process as soon as they change."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from restored.studio.book import Guest, Guests, Machine, Machines, anything_paired
from restored.studio.keys import StudioError, own_keys, write_private

KEYS = ["a" * 40, "b" * 40, "c" * 40]


def test_keys_are_made_once_and_for_nobody_else(home: Path) -> None:
    keys = own_keys()
    assert own_keys() == keys
    assert stat.S_IMODE((home / "machine.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert keys.secret.decode() not in repr(keys)


@pytest.mark.parametrize("content", ["", "[]", '{"public": 3}', '{"public": "short", "secret": "short"}'])
def test_a_damaged_key_is_said(home: Path, content: str) -> None:
    home.mkdir(parents=True)
    path = home / "machine.key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(StudioError, match=r"machine\.key"):
        own_keys()


@pytest.mark.skipif(os.name != "posix", reason="rights of this kind are POSIX's")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_list_that_others_can_touch_is_not_believed(home: Path, mode: int) -> None:
    Guests().add(Guest("desk", KEYS[0]))
    (home / "guests.json").chmod(mode)
    with pytest.raises(StudioError, match="Others can"):
        Guests().entries()


def test_a_list_of_nonsense_is_said_and_bad_entries_are_no_entries(home: Path) -> None:
    write_private(home / "guests.json", ["what"])
    with pytest.raises(StudioError, match="not a list"):
        Guests().entries()
    bad = [{"name": "x"}, {"name": 3, "key": KEYS[0]}, {"name": "x", "key": "short"}, None, {"name": "good", "key": KEYS[1]}]
    write_private(home / "guests.json", {"machines": bad})
    assert [guest.name for guest in Guests().entries()] == ["good"]
    hostless = {"name": "x", "key": KEYS[0], "host": "192.0.2.1", "port": "47340"}
    write_private(home / "machines.json", {"machines": [hostless]})
    assert Machines().entries() == ()


def test_a_change_is_seen_by_who_has_looked_before(home: Path) -> None:
    looking = Guests()
    assert looking.by_key(KEYS[0]) is None
    Guests().add(Guest("desk", KEYS[0]))
    assert looking.by_key(KEYS[0]) == Guest("desk", KEYS[0])
    Guests().forget("DESK")
    assert looking.by_key(KEYS[0]) is None
    with pytest.raises(StudioError, match="No machine called"):
        Guests().forget("desk")


def test_pairing_again_replaces_the_old_entry(home: Path) -> None:
    machines = Machines()
    machines.add(Machine("studio", KEYS[0], "192.0.2.1", 47340))
    machines.add(Machine("studio", KEYS[0], "192.0.2.2", 47340))
    machines.add(Machine("attic", KEYS[1], "2001:db8::1", 47340))
    assert [machine.address for machine in machines.entries()] == ["192.0.2.2:47340", "[2001:db8::1]:47340"]


def test_names_are_told_apart_and_cannot_be_obeyed(home: Path) -> None:
    machines = Machines()
    machines.add(Machine(machines.free_name("studio", KEYS[0]), KEYS[0], "192.0.2.1", 1))
    assert machines.free_name("Studio", KEYS[1]) == "Studio 2"
    assert machines.free_name("studio", KEYS[0]) == "studio"
    assert "\x1b" not in machines.free_name("\x1b[2Jevil\n", KEYS[1])
    assert len(machines.free_name("x" * 500, KEYS[1])) == 40
    machines.add(Machine("x" * 500, KEYS[1], "192.0.2.2", 1))
    other = machines.add(Machine("x" * 500, KEYS[2], "192.0.2.3", 1))
    assert len({entry.name for entry in Machines().entries()}) == 3
    assert Machines().named(other.name).key == KEYS[2]
    assert machines.free_name(" \n ", KEYS[1]) == "a machine"


def test_when_machines_are_asked_is_remembered_beside_them(home: Path) -> None:
    machines = Machines()
    assert machines.use == "faster"
    machines.add(Machine("studio", KEYS[0], "192.0.2.1", 47340))
    machines.say(use="never")
    machines.add(Machine("attic", KEYS[1], "192.0.2.2", 47340))
    assert Machines().use == "never"
    assert len(Machines().entries()) == 2
    machines.say(use="sometimes")
    assert Machines().use == "faster"


def test_whether_anything_is_paired(home: Path) -> None:
    assert not anything_paired()
    Machines().add(Machine("studio", KEYS[0], "192.0.2.1", 47340))
    assert anything_paired()
    Machines().forget("studio")
    assert not anything_paired()


def test_commands_at_the_same_time_lose_nothing(home: Path) -> None:
    keys = [letter * 40 for letter in "abcdefghijklmnopqrst"]
    Guests().add(Guest("gone", "A" * 40))

    def pair(key: str) -> tuple[str, object]:
        Guests().say(**{key[0]: True})
        return Guests().add(Guest("desk", key)).name, own_keys()

    with ThreadPoolExecutor(8) as pool:
        forgotten = pool.submit(Guests().forget, "gone")
        names, made = zip(*pool.map(pair, keys), strict=True)
    forgotten.result()
    assert {guest.key for guest in Guests().entries()} == set(keys)
    assert len(set(names)) == len(keys)
    assert Guests().rest() == {key[0]: True for key in keys}
    assert set(made) == {own_keys()}


def test_a_machine_that_was_forgotten_meanwhile_does_not_come_back_at_another_address(home: Path) -> None:
    machines = Machines()
    machines.add(Machine("studio", KEYS[0], "192.0.2.1", 47340))
    assert machines.change("Studio", host="192.0.2.9").address == "192.0.2.9:47340"
    Machines().forget("studio")
    with pytest.raises(StudioError, match="No machine"):
        machines.change("studio", host="192.0.2.1")
    assert Machines().entries() == ()
