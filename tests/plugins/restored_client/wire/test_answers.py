"""Whatever a daemon answers, the client has a result or a sentence."""

import socket
import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restored_client import Cancelled, ClientError, Pixels, Session
from restored_client.wire import messages
from restored_client.wire.answers import ANSWERS, check_answer
from restored_client.wire.messages import describe, encode, message
from restored_client.wire.zmtp import Dealer, ZmtpError

LAYER = Pixels(2, 2, 3, "u8", bytes(12))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=9) | st.binary(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9) | st.sampled_from(["steps", "task"]), inner, max_size=3)
    ),
    max_leaves=8,
)

FIELDS = sorted({name for form in ANSWERS.values() for name in form} | {"frames", "id", "type"})


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("hello", "tasks", [{"id": 1, "label": "noise"}]),
        ("hello", "tasks", ["denoise"]),
        ("hello", "models", {"name": "swift"}),
        ("hello", "default_model", 7),
        ("status", "jobs", [{"client": 5, "words": ""}]),
        ("status", "memory", "much"),
        ("plan", "plan", []),
        ("plan", "plan", {"steps": "denoise"}),
        ("plan", "plan", {"steps": [{"task": 3}]}),
        ("plan", "plan", {"steps": [{"label": "x"}]}),
        ("plan", "plan", {"steps": [{"task": "denoise", "strength": "all"}]}),
        ("plan", "plan", {"steps": None}),
        ("plan", "plan", {"steps": [], "excluded": None}),
        ("plan", "plan", {"steps": [], "unused": None}),
        ("plan", "plan", {"steps": [], "unused": [7]}),
        ("plan", "plan", {"steps": [{"task": "denoise", "amount": [1]}]}),
        ("plan", "plan", {"steps": [{"task": "denoise", "region": {"places": 5}}]}),
        ("plan", "plan", {"steps": [{"task": "denoise", "region": {"places": None}}]}),
        ("plan", "plan", {"steps": [{"task": "denoise", "known_as": {}}]}),
        ("progress", "fraction", "half"),
        ("progress", "fraction", float("nan")),
        ("progress", "fraction", 7),
        ("preview", "x", 0.5),
        ("result", "seconds", "soon"),
        ("result", "recipe", []),
        ("nothing_to_do", "message", ["why"]),
        ("error", "sentence", {"de": "x"}),
    ],
)
def test_a_wrong_type_is_a_bad_answer(kind, field, value) -> None:
    with pytest.raises(ClientError) as raised:
        check_answer(message(kind, "r", **{field: value}))
    assert raised.value.code == "bad_answer"


def test_fields_of_a_later_version_are_left_alone() -> None:
    check_answer(message("plan", "r", plan={"steps": [{"task": "denoise", "region": {"sky": 1}}], "unused": ["x"]}, more=[1]))
    check_answer(message("a later type", "r", plan=7))


def test_a_type_that_is_none_is_left_to_the_caller() -> None:
    """Found by the siege (headers, case 10,315)."""
    check_answer({"type": ["hello"]})
    check_answer({})


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(ANSWERS)),
    st.dictionaries(
        st.sampled_from(sorted({name for form in ANSWERS.values() for name in form} | {"frames", "id", "type"})), ANYTHING
    ),
    st.lists(st.binary(max_size=20), max_size=2),
)
def test_any_answer(hostile, kind, fields, frames) -> None:
    def answer(header):
        return [
            [encode({**message(kind, header["id"]), **fields}), *frames],
            [encode(message("error", header["id"], code="busy"))],
        ]

    hostile.answer = answer
    with Session.open(client="x", start=False) as session:
        for ask in (
            lambda: session.restore(LAYER, instruction="x"),
            lambda: session.explain("x"),
            session.status,
            session.models,
        ):
            with suppress(ClientError, Cancelled):
                ask()


@pytest.fixture
def hostile(scripted):
    class Hostile:
        answer = staticmethod(lambda header: [])

    it = Hostile()
    scripted(lambda header: it.answer(header))
    return it


@pytest.mark.parametrize(
    "given_back", [Pixels(4, 4, 3, "u8", bytes(48)), Pixels(2, 2, 4, "u8", bytes(16)), Pixels(2, 2, 3, "u16", bytes(24))], ids=str
)
def test_a_picture_of_another_size_or_kind_is_not_taken(hostile, given_back) -> None:
    hostile.answer = lambda header: [
        [encode(message("result", header["id"], plan={}, frames=[describe("layer", given_back)])), bytes(given_back.data)]
    ]
    with Session.open(client="x", start=False) as session, pytest.raises(ClientError) as raised:
        session.restore(LAYER, instruction="x")
    assert raised.value.code == "bad_answer"


def test_no_memory_is_taken_for_a_frame_of_gigabytes() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        dealer = Dealer(ours)
        dealer.most = 1 << 22
        theirs.sendall(b"\x02" + struct.pack(">Q", 1 << 33))
        with pytest.raises(ZmtpError, match="a frame of"):
            dealer.receive(1)
        dealer.close()


def test_every_answer_of_the_daemon_has_its_form() -> None:
    assert {messages.HELLO, messages.STATUS, messages.PLAN, messages.RESULT, messages.ERROR} <= set(ANSWERS)
