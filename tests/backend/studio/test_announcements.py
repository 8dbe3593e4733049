"""Machines that show a code are found when both sides ask for it (Linux, as root: the network is two namespaces and a cable)."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.backend.studio.machines import Place, places
from tests.backend.studio.networks import inside, networks
from tests.waiting import PATIENCE

pytest.importorskip("zeroconf")
pytestmark = pytest.mark.slow

PORT = 47340

LIAR = """
import socket, struct, time
from restored.sockets.announcements import SERVICE

def named(*labels):
    return b"".join(bytes([len(each)]) + each for each in labels) + b"\\0"

def record(name, kind, data):
    return name + struct.pack(">HHIH", kind, 1, 4500, len(data)) + data

service = SERVICE.encode().strip(b".").split(b".")
network = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
network.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton({address!r}))
network.bind(({address!r}, 5353))
print("said", flush=True)
while True:
    for number in range(40):
        lie = ("\\x1b[2J" if number % 2 else "\\u202e").encode() + b"%02d" % number + b"x" * 40
        name = named(lie, *service)
        host = named(b"h%02d" % number, b"local")
        answers = [
            record(named(*service), 12, name),
            record(name, 33, struct.pack(">HHH", 0, 0, 1 + number) + host),
            record(name, 16, b"\\0"),
            record(host, 1, socket.inet_aton("10.77.9.9")),
        ]
        packet = struct.pack(">HHHHHH", 0, 0x8400, 0, len(answers), 0, 0) + b"".join(answers)
        network.sendto(packet, ("224.0.0.251", 5353))
    time.sleep(0.3)
"""
"""Forty answers that nobody asked for (RFC 6762, section 6), sent by hand: zeroconf keeps its users from such names."""


@contextmanager
def house() -> Iterator[tuple[Place, Place, str]]:
    with networks("one") as (strong, spaces, cables), places() as make:
        yield (
            make("strong", cables["one"].strong, inside(strong)),
            make("one", cables["one"].desk, inside(spaces["one"])),
            cables["one"].strong,
        )


def found(desk: Place) -> tuple[int, str]:
    asking = desk.command("pair", "--find")
    said = "".join(asking.communicate(timeout=PATIENCE))
    return asking.returncode, said


def test_a_machine_is_found_only_while_it_announces_a_code() -> None:
    with house() as (strong, desk, address):
        strong.serve(PORT)
        silent = strong.command("pair")
        assert silent.stdout is not None
        assert "The code is" in silent.stdout.readline()
        assert found(desk)[0] == 1, "a code alone announces nothing"
        silent.kill()
        silent.communicate()
        showing = strong.command("pair", "--announce")
        try:
            assert showing.stdout is not None
            code = showing.stdout.readline().split()[-1]
            assert address in showing.stdout.readline()
            assert "--find" in showing.stdout.readline()
            status, said = found(desk)
            assert status == 0, said
            assert f"restored pair {address}\n" in said
            assert code not in said
            assert "Paired with" in desk.told("pair", address, "--code", code)
            assert showing.wait(PATIENCE) == 0
        finally:
            showing.kill()
            showing.communicate()
        status, said = found(desk)
        assert (status, "No machine announces" in said) == (1, True)


def test_liars_are_listed_in_part_and_their_names_are_not_obeyed() -> None:
    with house() as (strong, desk, address):
        liar = subprocess.Popen(
            [*strong.inside, sys.executable, "-c", LIAR.format(address=address)], stdout=subprocess.PIPE, text=True
        )
        try:
            assert liar.stdout is not None
            assert liar.stdout.readline() == "said\n"
            status, said = found(desk)
        finally:
            liar.kill()
            liar.communicate()
        assert status == 0
        assert 1 <= said.count("restored pair 10.77.9.9:") <= 20
        assert "\x1b" not in said
        assert "\u202e" not in said


def test_options_that_make_no_sense_together_are_said() -> None:
    with places() as make:
        for arguments in (("--find", "10.0.0.1"), ("--announce", "10.0.0.1")):
            asking = make(f"desk{arguments[0]}").command("pair", *arguments)
            assert arguments[0] in "".join(asking.communicate(timeout=PATIENCE))
            assert asking.returncode == 2
