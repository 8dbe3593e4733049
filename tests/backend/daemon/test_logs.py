"""The log of a daemon that is sent nonsense: it quotes nothing, is not written by others, and keeps what matters."""

import logging
import os

import pytest

from restored.daemon.logs import NAME, open_log
from restored_client import Pixels
from restored_client.wire.messages import encode

LAYER = Pixels(2, 2, 3, "u8", bytes(range(12)))


def test_the_log_does_not_quote_what_was_sent(daemon) -> None:
    with daemon.raw() as raw:
        for odd in (b"\x01my grandmother", b"\xc1my grandmother", b"my grandmother", encode({"my grandmother": 1})):
            raw.send(odd)
        assert raw.ask("hello", client="x")["type"] == "hello"
    assert daemon.log.count("bad_request") == 4
    assert "grandmother" not in daemon.log


def test_a_clients_name_is_one_line_of_the_log(daemon) -> None:
    with daemon.session("\x1b]0;owned\x07\n2026-01-01 CRITICAL forged") as session:
        assert session.restore(LAYER, instruction="x").changed
    daemon.wait_for(lambda _status: "restore of" in daemon.log)
    assert "\x1b" not in daemon.log
    assert not any(line.startswith("2026-01-01 CRITICAL") for line in daemon.log.splitlines())


def test_nonsense_without_end_does_not_drive_the_rest_out_of_the_log(daemon) -> None:
    with daemon.raw() as raw:
        for _ in range(5000):
            raw.send(b"\xc1")
        for _ in range(2):
            with daemon.session("another") as session:
                assert session.restore(LAYER, instruction="x").changed
    assert daemon.log.count("bad_request") < 500
    assert "listening" in daemon.log


@pytest.mark.skipif(os.name != "posix", reason="these are POSIX's")
@pytest.mark.parametrize("what", ["pipe", "link to nobody's", "folder", "another user's"])
def test_what_is_no_log_of_ours_is_neither_waited_for_nor_written(tmp_path, monkeypatch, what) -> None:
    if what == "another user's" and os.getuid() != 0:
        pytest.skip("only root can make another user's file")
    monkeypatch.setenv("RESTORED_LOG_DIR", str(tmp_path))
    path = tmp_path / "daemon.log"
    if what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    elif what == "another user's":
        path.write_text("theirs")
        os.chown(path, 65534, 65534)
    else:
        path.symlink_to("/dev/full")
    logger = logging.getLogger(NAME)
    before = logger.handlers[:]
    try:
        open_log().warning("a line")
        (made,) = [handler for handler in logger.handlers if handler not in before]
        assert isinstance(made, logging.NullHandler)
    finally:
        logger.handlers[:] = before
    assert what != "another user's" or path.read_text() == "theirs"
