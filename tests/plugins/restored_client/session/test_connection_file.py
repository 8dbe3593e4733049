"""The file by which a daemon is found, as it may not be: every failure becomes a sentence, and nobody is kept waiting."""

import json
import os
import subprocess
import sys

import pytest

from restored_client import ClientError, Session
from restored_client.session import discovery


def failure() -> ClientError:
    """What a session that is opened now ends with."""
    with pytest.raises(ClientError) as raised:
        Session.open(client="test", start=False)
    assert raised.value.sentence.endswith(".")
    return raised.value


def test_a_file_others_could_read(publish, router) -> None:
    publish(router().endpoint, mode=0o644)
    assert failure().code == "unsafe"


def test_a_folder_others_could_write_to(publish, router, folder) -> None:
    publish(router().endpoint)
    folder.chmod(0o777)
    assert failure().code == "unsafe"


@pytest.mark.parametrize("endpoint", ["tcp://192.0.2.1:5", "tcp://0.0.0.0:5", "http://127.0.0.1", "", "tcp://127.0.0.1:port"])
def test_a_file_that_points_elsewhere_is_not_followed(publish, endpoint) -> None:
    publish(endpoint)
    assert failure().code == "unreachable"


def test_half_a_file(folder) -> None:
    (folder / "connection.json").touch(mode=0o600)
    for content in (
        "",
        '{"endpoint": "ipc',
        "[]",
        '{"endpoint": 5}',
        '{"endpoint":"ipc:///x","token":1,"pid":1,"protocol":1,"version":"","build":""}',
    ):
        (folder / "connection.json").write_text(content)
        assert failure().code == "unreachable"


NONSENSE = [
    {"pid": 10**30},
    {"pid": 0},
    {"pid": -1},
    {"pid": True},
    {"token": "\ud800"},
    {"endpoint": "ipc:///x\0y"},
    {"endpoint": "tcp://127.0.0.1:80@elsewhere:9"},
    {"endpoint": "tcp://127.0.0.1: 22"},
    {"endpoint": ["ipc:///x"]},
    {"version": 7},
    {"protocol": None},
]


@pytest.mark.parametrize("wrong", NONSENSE, ids=str)
def test_a_file_that_says_what_cannot_be_is_none(folder, wrong) -> None:
    (folder / "connection.json").touch(mode=0o600)
    said = {"endpoint": "ipc:///x", "token": "t", "pid": 1, "protocol": 2, "version": "", "build": ""}
    (folder / "connection.json").write_text(json.dumps(said))
    assert discovery.read_connection() is not None
    (folder / "connection.json").write_text(json.dumps({**said, **wrong}))
    assert discovery.read_connection() is None


@pytest.mark.parametrize("content", [b"[" * 60_000, b'{"endpoint":' * 5000, b"\xff\xfe", b"1" * 60_000])
def test_a_file_that_nobody_can_read_is_none(folder, content) -> None:
    (folder / "connection.json").touch(mode=0o600)
    (folder / "connection.json").write_bytes(content)
    assert discovery.read_connection() is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_in_its_place_keeps_nobody_waiting(folder) -> None:
    os.mkfifo(folder / "connection.json", 0o600)
    assert discovery.read_connection() is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_folder_of_everybodys_is_not_looked_into(folder) -> None:
    """Where the runtime folder lies in /tmp, another user may have made it, with a pipe in it that nobody writes to."""
    os.mkfifo(folder / "connection.json", 0o600)
    folder.chmod(0o777)
    assert failure().code == "unsafe"


def test_a_file_of_a_dead_process_does_not_hold_up(publish, rude) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    publish(rude(lambda client: client.sendall(b"SSH-2.0\r\n" + b" " * 99)), pid=child.pid)
    assert failure().code == "unreachable"
