"""The wire's one definition: what is a valid header, and what is refused with a reason."""

import contextlib

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restored_client import DEPTHS, ClientError, Pixels
from restored_client.wire import messages
from restored_client.wire.errors import SENTENCES
from restored_client.wire.messages import (
    FORMS,
    MAX_HEADER,
    check_request,
    decode,
    describe,
    encode,
    message,
    protocol_sentence,
    read_frames,
)

JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.text(), JSONISH))
def test_a_header_survives_the_wire_and_is_plain_msgpack(header) -> None:
    frame = encode(header)
    assert decode(frame) == header
    assert msgpack.unpackb(frame) == header
    assert decode(msgpack.packb(header)) == header


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(frame) -> None:
    with contextlib.suppress(ClientError):
        assert isinstance(decode(frame), dict)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from(["protocol", "type", "id", "frames", "instruction", "job", "strength"]), JSONISH))
def test_no_header_breaks_the_check(header) -> None:
    with pytest.raises(ClientError):
        check_request(header)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(FORMS)), st.dictionaries(st.sampled_from(["frames", "plan", "scale", "keep", "job"]), JSONISH))
def test_no_request_breaks_the_check(kind, fields) -> None:
    with contextlib.suppress(ClientError):
        known, frames = check_request({**message(kind, "x", instruction="x", client="x", job="x"), **fields})
        assert known.keys() <= {"protocol", "type", "id", *FORMS[kind].needs, *FORMS[kind].may}
        assert len(frames) <= len(FORMS[kind].frames)


def test_a_header_has_a_largest_size() -> None:
    assert decode(encode({"text": "x" * 100_000}))
    with pytest.raises(ClientError):
        decode(encode({"text": "x" * MAX_HEADER}))


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_described_pixels_are_read_again(depth, channels) -> None:
    pixels = Pixels(5, 7, channels, depth, bytes(5 * 7 * channels * DEPTHS[depth]))
    (frame,) = read_frames({"frames": [describe("layer", pixels)]}, ("layer",))
    assert frame.content(pixels.data) == pixels
    with pytest.raises(ClientError) as raised:
        frame.content(pixels.data[1:])
    assert raised.value.code == "size_mismatch"


def test_a_context_frame_is_small() -> None:
    for side, good in ((256, True), (257, False)):
        header = {"frames": [describe("context", Pixels(side, 1, 3, "u8", bytes(side * 3)))]}
        if good:
            assert read_frames(header, ("context",))
        else:
            with pytest.raises(ClientError, match="256"):
                read_frames(header, ("context",))


@pytest.mark.parametrize(
    "arguments", [(0, 1, 3, "u8", b""), (1, 1, 3, "u8", b"12"), (1, 1, 5, "u8", b"12345"), (1, 1, 1, "u9", b"1")]
)
def test_pixels_that_contradict_themselves(arguments) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        Pixels(*arguments)


def test_every_sentence_is_one() -> None:
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in SENTENCES.values())
    assert "plug-in is older" in protocol_sentence(client=1, daemon=2)
    assert "engine is older" in protocol_sentence(client=2, daemon=1)


@pytest.mark.parametrize("model", ["/tmp/model", "../model", "", ".", "a/b", "a\\b", "swift\n", 7])
def test_a_request_names_installed_models_only(model) -> None:
    layer = describe("layer", Pixels(1, 1, 3, "u8", bytes(3)))
    with pytest.raises(ClientError, match="update both") as raised:
        check_request(message("restore", "r", instruction="x", frames=[layer], model=model))
    assert "model" in raised.value.detail
    assert check_request(message("restore", "r", instruction="x", frames=[layer], model="swift-2.1_b"))[0]["model"]


def test_client_and_models_agree_about_names() -> None:
    manifest = pytest.importorskip("restored.models.manifest")
    for name in ("swift", "a", "a" * 64, "a" * 65, "a.", ".a", "-a", "a b", "a/b", "", "A_b-c.d", "é"):
        assert messages.is_model_name(name) == manifest.is_name(name), name
