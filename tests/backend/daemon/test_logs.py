"""The log of a daemon that is sent nonsense: it quotes nothing, is not written by others, and keeps what matters."""

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
