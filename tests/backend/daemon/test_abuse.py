"""Whatever a client sends, the daemon answers or ignores it, and the next request works."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restored_client import ClientError, Pixels, Session
from restored_client.wire.messages import FORMS, MAX_HEADER, encode, message

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=20) | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
FIELDS = st.sampled_from(sorted({*FORMS["restore"].may, "job", "client", "frames", "protocol", "id"}))
KINDS = st.sampled_from(sorted(FORMS.keys() - {"shutdown"}))  # one that happened to be right would end the test
HEADERS = st.builds(
    lambda kind, fields: encode({"protocol": 2, "type": kind, "id": "x", **fields}),
    KINDS,
    st.dictionaries(FIELDS, VALUES, max_size=5),
)
MESSAGES = st.lists(HEADERS | st.binary(max_size=300), min_size=1, max_size=4)


def assert_well(daemon) -> None:
    with daemon.session() as session:
        assert session.restore(Pixels(2, 2, 3, "u8", bytes(range(12))), instruction="x").changed


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.lists(MESSAGES, min_size=1, max_size=3))
def test_random_messages(survivor, messages_) -> None:
    with survivor.raw() as raw:
        for frames in messages_:
            raw.send(*frames)
        assert raw.ask("hello", request="after", client="x")["type"] == "hello"
    assert "could not be handled" not in survivor.log


def test_after_all_that_it_restores(survivor) -> None:
    assert_well(survivor)


LAYER = {"role": "layer", "width": 4, "height": 4, "channels": 3, "depth": "u8", "bytes": 48}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"bytes": 47}, "size_mismatch"),
        ({"width": 0}, "bad_picture"),
        ({"width": -4}, "bad_picture"),
        ({"width": 4.0}, "bad_picture"),
        ({"width": 2**40}, "bad_picture"),
        ({"width": 40_000, "height": 40_000, "bytes": 4_800_000_000, "depth": "u8"}, "accepted or too_large"),
        ({"width": 1 << 20, "height": 1 << 20, "bytes": 3 << 40}, "too_large"),
        ({"channels": 5}, "bad_picture"),
        ({"depth": "u7"}, "bad_picture"),
        ({"depth": ["u8"]}, "bad_picture"),
        ({"role": "mask"}, "bad_picture"),
        ({"role": "secret"}, "bad_request"),
        ({"role": "icc"}, "bad_request"),
        ({"bytes": "many"}, "bad_request"),
        ({"bytes": None}, "bad_request"),
    ],
)
def test_announced_sizes_that_lie(survivor, change, code) -> None:
    with survivor.raw() as raw:
        answer = raw.ask("restore", instruction="x", frames=[{**LAYER, **change}])
    assert answer.get("code", answer["type"]) in code
    assert answer["type"] == "accepted" or answer["sentence"].endswith(".")
    assert_well(survivor)


@pytest.mark.parametrize("sizes", [[], [47], [49], [48, 1], [0]], ids=str)
def test_uploads_that_are_not_as_announced(survivor, sizes) -> None:
    with survivor.raw() as raw:
        assert raw.ask("restore", instruction="x", frames=[LAYER])["type"] == "accepted"
        assert raw.ask("upload", *map(bytes, sizes))["code"] == "size_mismatch"
        assert raw.ask("upload", b"x" * 48)["code"] == "not_accepted"
    assert_well(survivor)


def test_pixels_that_nobody_asked_for(survivor) -> None:
    with survivor.raw() as raw:
        assert raw.ask("restore", b"x" * 48, instruction="x", frames=[LAYER])["code"] == "not_accepted"
        assert raw.ask("upload", b"x" * 48)["code"] == "not_accepted"
        assert raw.ask("status", b"more")["code"] == "not_accepted"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"instruction": 5, "frames": [LAYER]},
        {"instruction": "x"},
        {"instruction": "x", "frames": LAYER},
        {"instruction": "x", "frames": [LAYER, LAYER]},
        {"instruction": "x", "frames": [LAYER] * 9},
        {"instruction": "x", "frames": [LAYER], "strength": float("nan")},
        {"instruction": "x", "frames": [LAYER], "strength": 1.5},
        {"instruction": "x", "frames": [LAYER], "strength": True},
        {"instruction": "x", "frames": [LAYER], "scale": 3},
        {"plan": "denoise", "frames": [LAYER]},
    ],
)
def test_requests_with_wrong_fields(survivor, fields) -> None:
    with survivor.raw() as raw:
        assert raw.ask("restore", **fields)["code"] == "bad_request"


def test_a_mask_must_fit_its_layer(survivor) -> None:
    mask = {"role": "mask", "width": 4, "height": 3, "channels": 1, "depth": "u8", "bytes": 12}
    with survivor.raw() as raw:
        assert "as large as the layer" in raw.ask("restore", instruction="x", frames=[LAYER, mask])["sentence"]


def test_a_header_without_end(survivor) -> None:
    with survivor.raw() as raw:
        raw.send(b"\x81" * MAX_HEADER)  # maps in maps in maps
        raw.send(b"\xdd\xff\xff\xff\xff" + b"\xc0" * 1000)  # a list of four thousand million
        raw.send(b"\x00" * (MAX_HEADER + 1))
        assert raw.ask("hello", client="x")["type"] == "hello"


def test_an_instruction_that_is_not_utf8(survivor) -> None:
    header = encode(message("explain", "r", instruction="caf@")).replace(b"caf@", b"caf\xe9")
    with survivor.raw() as raw:
        raw.send(header)
        assert raw.answer()["type"] == "accepted"
        assert raw.answer()["plan"]["text"] == "caf\ufffd"


def test_a_request_id_twice(survivor) -> None:
    with survivor.raw() as raw:
        assert raw.ask("restore", instruction="x", frames=[LAYER])["type"] == "accepted"
        assert raw.ask("restore", instruction="x", frames=[LAYER])["code"] == "bad_request"


def test_another_protocol_is_told_who_has_to_update(survivor) -> None:
    survivor.wait_for(lambda status: status["idle"])
    with survivor.raw() as raw:
        older = raw.ask("hello", request="a", client="x", protocol=0)
        newer = raw.ask("hello", request="b", client="x", protocol=3)
    assert older["code"] == newer["code"] == "protocol"
    assert "plug-in is older" in older["sentence"]
    assert "engine is older" in newer["sentence"]
    assert newer["idle"] is True


@pytest.mark.slow
def test_a_wrong_token_gets_nowhere(launch, monkeypatch) -> None:
    daemon = launch()
    with daemon.raw(token="guess") as raw:
        raw.send(encode(message("hello", "r", client="x")))
        assert not raw.dealer.poll(500)
    assert_well(daemon)
    connection = dataclasses.replace(daemon.connection(), token="guess")
    monkeypatch.setattr("restored_client.session.greeting.read_connection", lambda: connection)
    with pytest.raises(ClientError) as raised:
        Session.open(client="test", start=False)
    assert raised.value.code == "token", raised.value.detail
