"""Which calls of this process are refused: every one to another machine, but to those that a person paired."""

import subprocess
import sys

import pytest

from restored.offline import QUIET, TELEMETRY, _refuse

ELSEWHERE = "192.0.2.9"
"""Of the block that belongs to nobody (RFC 5737)."""

REFUSED = [
    ("socket.connect", (None, (ELSEWHERE, 443))),
    ("socket.connect", (None, ("2001:db8::9", 443, 0, 0))),
    ("socket.sendto", (None, (ELSEWHERE, 53))),
    ("socket.sendmsg", (None, (ELSEWHERE, 53))),
    ("socket.bind", (None, ("0.0.0.0", 8000))),
    ("socket.bind", (None, ("", 8000))),
    ("socket.getaddrinfo", ("example.org", 443, 0, 0, 0)),
    ("socket.gethostbyname", ("example.org",)),
    ("socket.gethostbyaddr", (ELSEWHERE,)),
    ("socket.getnameinfo", ((ELSEWHERE, 80),)),
]
ALLOWED = [
    ("socket.connect", (None, ("127.0.0.1", 443))),
    ("socket.connect", (None, ("::1", 443, 0, 0))),
    ("socket.connect", (None, "/run/user/1000/restored/socket")),
    ("socket.connect", (None, b"\0abstract")),
    ("socket.bind", (None, ("127.0.0.1", 0))),
    ("socket.sendmsg", (None, None)),
    ("socket.getaddrinfo", (None, 0, 0, 0, 0)),
    ("socket.getaddrinfo", ("localhost", 80, 0, 0, 0)),
    ("socket.getnameinfo", (("127.0.0.1", 80),)),
    ("open", (ELSEWHERE, "r", 0)),
]


@pytest.mark.parametrize(("event", "arguments"), REFUSED)
def test_no_other_machine_is_called_or_asked_for(event: str, arguments: tuple[object, ...]) -> None:
    with pytest.raises(PermissionError, match="works offline"):
        _refuse(event, arguments, None)


@pytest.mark.parametrize(("event", "arguments"), ALLOWED)
def test_this_machine_is(event: str, arguments: tuple[object, ...]) -> None:
    _refuse(event, arguments, None)
    _refuse(event, arguments, lambda host, port: False)


def paired(host: str, port: int | None) -> bool:
    return host == ELSEWHERE and port in (None, 443)


def test_a_paired_machine_is_called_and_no_other() -> None:
    _refuse("socket.connect", (None, (ELSEWHERE, 443)), paired)
    _refuse("socket.getaddrinfo", (ELSEWHERE, 443, 0, 0, 0), paired)
    for event, address in (
        ("socket.connect", (ELSEWHERE, 444)),
        ("socket.connect", ("192.0.2.8", 443)),
        ("socket.bind", (ELSEWHERE, 443)),  # it is called; it does not call here
        ("socket.sendto", (ELSEWHERE, 443)),
    ):
        with pytest.raises(PermissionError):
            _refuse(event, (None, address), paired)
    with pytest.raises(PermissionError):
        _refuse("socket.getaddrinfo", ("192.0.2.8", 443, 0, 0, 0), paired)


ATTEMPTS = """
import os, socket, sys
from restored.offline import stay_offline
stay_offline()
for attempt in (
    lambda: socket.create_connection(("192.0.2.9", 9), 0.1),
    lambda: socket.getaddrinfo("example.org", 80),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.9", 9)),
    lambda: socket.socket().bind(("0.0.0.0", 0)),
):
    try:
        attempt()
    except PermissionError as error:
        print(error)
socket.create_server(("127.0.0.1", 0)).close()
print(*(os.environ.get(name) for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "DO_NOT_TRACK")))
"""


def test_from_then_on_the_whole_process_is_held_to_it() -> None:
    done = subprocess.run([sys.executable, "-c", ATTEMPTS], capture_output=True, text=True, check=True)
    *refused, told = done.stdout.splitlines()
    assert refused == ["restored works offline: it connects to no other machine"] * 4
    assert told == "1 1 1"


def test_what_reports_usage_looks_absent_and_what_was_set_by_a_person_stays() -> None:
    code = (
        "import os; os.environ['DO_NOT_TRACK'] = 'mine'; import restored\n"
        f"try:\n    import {TELEMETRY[0]}\nexcept ModuleNotFoundError:\n    print('absent')\n"
        f"print(os.environ['DO_NOT_TRACK'], os.environ[{next(iter(QUIET))!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["absent", "mine", "1"]
