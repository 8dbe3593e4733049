"""What is packed comes back to the bit, whatever it holds; what is not what it says is refused before memory is taken."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restored.studio.strips import able, described, is_description, pack, unpack
from restored_client.wire.errors import ClientError
from restored_client.wire.messages import MAX_FRAME
from restored_client.wire.pixels import Pixels

SIZES = {"u8": 1, "u16": 2, "f32": 4}


def test_this_installation_is_able() -> None:
    assert able()


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(sorted(SIZES)), st.integers(1, 4), st.integers(1, 90), st.integers(1, 60))
def test_to_the_bit(data: st.DataObject, depth: str, channels: int, width: int, height: int) -> None:
    """Rows that repeat, so that packing pays, of any bytes: colour under zero alpha, NaN, infinities, minus zero."""
    row = width * channels * SIZES[depth]
    seed = data.draw(st.binary(min_size=1, max_size=64))
    strip = Pixels(width, height, channels, depth, (seed * (row // len(seed) + 1))[:row] * height)
    packed = pack(strip)
    if packed is not None:
        assert len(packed) < strip.nbytes
        assert bytes(unpack(described(strip), packed)) == strip.data


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.0, 1e-40, -3.5, 65000.0])
def test_floats_that_are_no_colours(value: float) -> None:
    strip = Pixels(64, 64, 3, "f32", struct.pack("<f", value) * (64 * 64 * 3))
    packed = pack(strip)
    assert packed is not None
    assert bytes(unpack(described(strip), packed)) == strip.data


def test_what_does_not_pay_goes_as_it_is() -> None:
    noise = bytes((number * number * 2654435761 >> 13) % 256 for number in range(64 * 64 * 3))
    assert pack(Pixels(64, 64, 3, "u8", noise)) is None
    assert pack(Pixels(8, 8, 3, "u8", bytes(192))) is None, "too small"
    assert pack(Pixels(64, 64, 3, "f16", bytes(64 * 64 * 6))) is None, "no such depth in JPEG XL"


@pytest.mark.parametrize(
    "claim",
    [
        None,
        "u8",
        [64, 64, 3],
        [64, 64, 3, "u8", 1],
        [64, -64, 3, "u8"],
        [64, 64.0, 3, "u8"],
        [64, 64, 3, "f64"],
        [64, 64, 3, ["u8"]],
        [MAX_FRAME, 2, 1, "u8"],
        [1 << 20, 1 << 20, 4, "f32"],
    ],
    ids=str,
)
def test_claims_that_are_refused(claim: object) -> None:
    assert not is_description(claim)
    with pytest.raises(ClientError, match="picture"):
        unpack(claim, b"")


def test_data_that_are_something_else_are_refused() -> None:
    strip = Pixels(64, 64, 3, "u8", bytes(64 * 64 * 3))
    packed = pack(strip)
    assert packed is not None
    for claim in ([64, 63, 3, "u8"], [64, 64, 4, "u8"], [64, 64, 3, "u16"], [32, 64, 3, "f32"]):
        with pytest.raises(ClientError):
            unpack(claim, packed)
    for broken in (b"", b"x" * 100, packed[: len(packed) // 2], packed[:-1]):
        with pytest.raises(ClientError):
            unpack(described(strip), broken)
