"""The session against daemons that misbehave: every failure becomes a sentence, and a later request may work."""

import threading
import time

import pytest

from restored_client import Cancelled, ClientError, Pixels, Session
from restored_client.session import exchange, greeting, talk
from restored_client.wire.messages import describe, encode, message
from restored_client.wire.zmtp import ConnectionLost

LAYER = Pixels(2, 2, 3, "u8", bytes(12))


def failure(ask, *arguments, **options) -> ClientError:
    with pytest.raises(ClientError) as raised:
        ask(*arguments, **options)
    assert raised.value.sentence.endswith(".")
    return raised.value


def open_session() -> Session:
    return Session.open(client="test", start=False)


def result(header, pixels: Pixels, data=None) -> list:
    return [encode(message("result", header["id"], job="j", plan={}, frames=[describe("layer", pixels)])), data or pixels.data]


def test_no_daemon(folder) -> None:
    assert failure(open_session).code == "unreachable"


def test_a_token_of_an_earlier_start(publish, router) -> None:
    publish(router().endpoint, token="old")
    assert failure(open_session).code == "token"


def test_something_else_answers(publish, rude) -> None:
    publish(rude(lambda client: client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" + b" " * 60)))
    assert failure(open_session).code == "not_a_daemon"


def test_a_daemon_that_never_says_hello(publish, router, monkeypatch) -> None:
    monkeypatch.setattr(greeting, "TIME_TO_ANSWER", 0.5)
    publish(router(lambda frames: []).endpoint)
    assert failure(open_session).code == "timeout"


def test_another_protocol_says_which_side_to_update(scripted) -> None:
    scripted(lambda header: [], type="error", code="protocol", sentence="Please update the plug-in.", protocol=9)
    error = failure(open_session)
    assert error.code == "protocol"
    assert error.sentence == "Please update the plug-in."


def test_a_daemon_that_dies_in_the_middle_of_a_job(scripted) -> None:
    dying = threading.Event()

    def script(header) -> list:
        dying.set()
        return [[encode(message("accepted", header["id"]))]] if header["type"] == "restore" else []

    daemon = scripted(script)
    with open_session() as talk:
        killer = threading.Thread(target=lambda: (dying.wait(), time.sleep(0.3), daemon.close()))
        killer.start()
        error = failure(talk.restore, LAYER, instruction="x")
        killer.join()
        assert error.code == "daemon_died"
        assert "Nothing was changed" in error.sentence
        assert failure(talk.restore, LAYER, instruction="x").code == "unreachable"


def test_a_daemon_that_hangs(scripted, monkeypatch) -> None:
    monkeypatch.setattr(exchange, "TIME_TO_DEAD", 0.5)
    scripted(lambda header: [[encode(message("accepted", header["id"]))]])
    with open_session() as talk:
        assert failure(talk.restore, LAYER, instruction="x").code == "timeout"


@pytest.mark.parametrize(
    "answer",
    [
        lambda header: [b"\xc1"],
        lambda header: [encode(message("result", header["id"], plan={}))],
        lambda header: [encode(message("result", header["id"], frames=[describe("layer", LAYER)]))],
        lambda header: result(header, LAYER, b"short"),
        lambda header: [encode(message("result", header["id"], frames="none")), b""],
    ],
    ids=["not msgpack", "no frames", "no pixels", "few pixels", "no list"],
)
def test_answers_that_make_no_sense(scripted, answer) -> None:
    scripted(lambda header: [answer(header)])
    with open_session() as talk:
        assert failure(talk.restore, LAYER, instruction="x").code == "bad_answer"


def test_answers_without_their_contents(scripted) -> None:
    scripted(lambda header: [[encode(message(header["type"], header["id"]))]])
    with open_session() as talk:
        assert failure(talk.explain, "x").code == "bad_answer"
        assert failure(talk.models).code == "bad_answer"


def test_errors_keep_their_code_sentence_and_detail(scripted) -> None:
    scripted(lambda header: [[encode(message("error", header["id"], code="later", sentence="Said so.", detail="why"))]])
    with open_session() as talk:
        error = failure(talk.explain, "x")
    assert (error.code, error.sentence, error.detail) == ("later", "Said so.", "why")


def test_a_picture_is_uploaded_only_after_it_was_accepted(scripted) -> None:
    order: list[str] = []

    def script(header) -> list:
        order.append(header["type"])
        if header["type"] == "restore":
            progress = encode(message("progress", header["id"], words="Waiting"))
            return [[progress], [encode(message("accepted", header["id"]))]]
        return [result(header, LAYER)]

    daemon = scripted(script)
    heard = []
    with open_session() as talk:
        assert talk.restore(LAYER, instruction="x", on_progress=heard.append).changed
    assert order == ["restore", "upload"]
    assert [len(frames) for frames in daemon.received] == [1, 1, 2]
    assert heard[0].words == "Waiting"


def test_previews_carry_their_place(scripted) -> None:
    piece = Pixels(1, 1, 3, "u8", b"abc")

    def script(header) -> list:
        preview = message("preview", header["id"], fraction=0.5, words="w", x=3, y=4, frames=[describe("layer", piece)])
        return [[encode(preview), piece.data], result(header, LAYER)]

    scripted(script)
    heard = []
    with open_session() as talk:
        talk.restore(LAYER, instruction="x", previews=True, on_progress=heard.append)
    assert (heard[0].x, heard[0].y, heard[0].preview.view.tobytes()) == (3, 4, b"abc")


def test_answers_to_a_cancelled_job_are_not_taken_for_the_next(scripted) -> None:
    late: list[str] = []

    def script(header) -> list:
        if header["type"] == "restore":
            late.append(header["id"])
            return [result({"id": late[0]}, LAYER), result(header, LAYER)] if len(late) > 1 else []
        return []

    scripted(script)
    with open_session() as talk:
        with pytest.raises(Cancelled):
            talk.restore(LAYER, instruction="x", cancelled=lambda: True)
        assert talk.restore(LAYER, instruction="x").changed
    assert len(late) == 2


def test_a_daemon_that_went_away_between_two_calls_is_found_again(scripted) -> None:
    plan = lambda header: [[encode(message("plan", header["id"], plan={"steps": []}))]]  # noqa: E731
    first = scripted(plan)
    with open_session() as talk:
        assert talk.explain("x") == {"steps": []}
        first.close()
        scripted(plan)
        assert talk.explain("x") == {"steps": []}


def test_a_daemon_that_is_about_to_end_makes_way_for_the_next(scripted) -> None:
    """Programs of two versions at once replace each other's: whoever comes between waits for the next, and hears no error."""
    asked: list[str] = []

    def script(header) -> list:
        asked.append(header["type"])
        if len(asked) < 4:
            return [[encode(message("error", header["id"], code="shutting_down", sentence="It ends."))]]
        return [[encode(message("plan", header["id"], plan={"steps": []}))]]

    scripted(script)
    with open_session() as talk:  # who starts none has nobody to wait for
        assert failure(talk.explain, "x").code == "shutting_down"
    with Session.open(client="test") as talk:
        assert talk.explain("x") == {"steps": []}
    assert len(asked) == 4


def test_a_daemon_that_ends_while_it_is_greeted_makes_way_too(scripted, monkeypatch) -> None:
    scripted(lambda header: [[encode(message("plan", header["id"], plan={"steps": []}))]])
    real, ending = greeting.Daemon._meet, [1, 1]

    def meet(daemon) -> None:
        if ending:
            ending.pop()
            raise ClientError("shutting_down", "It ends.")
        real(daemon)

    monkeypatch.setattr(greeting.Daemon, "_meet", meet)
    assert failure(open_session).code == "shutting_down"
    with Session.open(client="test") as talk:
        assert talk.explain("x") == {"steps": []}
    assert not ending


@pytest.mark.parametrize("gone", ["before it heard", "after it heard"])
def test_a_daemon_that_goes_again_and_again_is_not_asked_for_ever(scripted, monkeypatch, gone: str) -> None:
    """One that has heard may have gone because of it, and is asked twice; one that has not, for as long as another may need to
    come."""
    asked: list[int] = []

    def lose(*arguments, **options):
        asked.append(1)
        raise ConnectionLost("gone")

    scripted(lambda header: [[encode(message("plan", header["id"], plan={"steps": []}))]])
    monkeypatch.setattr(talk, "TIME_TO_LEAVE", 1.0)
    for starts in (False, True):  # who starts none has nobody to wait for
        asked.clear()
        with Session.open(client="test", start=starts) as session:
            with monkeypatch.context() as patch:
                patch.setattr(session._exchange, "send" if gone == "before it heard" else "next", lose)
                assert failure(session.explain, "x").code == "daemon_died"
            assert len(asked) > 4 if starts and gone == "before it heard" else len(asked) == 2
            assert session.explain("x") == {"steps": []}
