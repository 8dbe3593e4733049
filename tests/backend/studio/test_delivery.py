"""Pictures in pieces: whole and in order however credit comes, never more under way than the window, kept for a while."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restored.studio import delivery
from restored.studio.delivery import Delivery, Unclaimed, strips
from restored.studio.forms import PIECE, WINDOW
from restored.studio.pace import Pace, Transfer
from restored.studio.strips import unpack
from restored_client.wire.messages import MAX_FRAME, message
from restored_client.wire.pixels import Pixels


def of(size: int, job: str = "j") -> Delivery:
    """Of a gray picture of `size` bytes in rows of 1024."""
    picture = Pixels(1024, size // 1024, 1, "u8", bytes(size))
    return Delivery(PIECE, job, [picture], Pace(packs=False), message("result", job))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 20 * 1024).map(lambda rows: rows * 1024), st.lists(st.integers(1, WINDOW), min_size=1, max_size=60))
def test_pieces_are_whole_and_paid_for(size: int, grants: list[int]) -> None:
    parcel = of(size)
    sent, last = 0, None
    for grant in [*grants, *([WINDOW] * 30)]:
        for header, piece in parcel.due():
            assert last is None, "nothing follows the last piece"
            assert 0 < len(piece) <= MAX_FRAME
            sent += len(piece)
            last = None if header.get("more") else header
        assert 0 <= parcel.owed <= WINDOW
        assert parcel.owed + parcel.credit == WINDOW
        parcel.grant(grant)
    assert sent == size
    assert last is not None
    assert parcel.complete


def test_credit_that_was_not_owed_counts_for_nothing() -> None:
    parcel = of(30 * MAX_FRAME)
    parcel.grant(WINDOW)
    assert len(list(parcel.due())) == WINDOW


def test_who_comes_back_gets_it_from_the_beginning_once() -> None:
    kept = Unclaimed(100 * MAX_FRAME)
    parcel = of(3 * MAX_FRAME)
    list(parcel.due())
    kept.put("desk", parcel)
    assert kept.take("another", "j") is None
    again = kept.take("desk", "j")
    assert again is not None
    again = again.again(Pace(packs=False))
    assert (again.owed, again.announced) == (0, parcel.announced)
    assert len(list(again.due())) == 3, "all of it"
    assert kept.take("desk", "j") is None


def test_it_is_bounded_in_bytes_and_time(monkeypatch) -> None:
    kept = Unclaimed(3 * MAX_FRAME)
    for number in range(5):
        kept.put("desk", of(MAX_FRAME, f"j{number}"))
    assert len(kept) == 3
    assert kept.take("desk", "j0") is None
    kept.forget("another")
    assert len(kept) == 3
    monkeypatch.setattr(delivery, "KEPT_FOR", 0.0)
    kept.expire()
    assert len(kept) == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3000), st.integers(1, 40), st.integers(1, 4), st.sampled_from(["u8", "u16", "f16", "f32", "u32"]))
def test_strips_are_whole_rows_and_the_whole_picture(width: int, height: int, channels: int, depth: str) -> None:
    picture = Pixels(
        width, height, channels, depth, bytes(width * height * channels * {"u8": 1, "u16": 2, "f16": 2}.get(depth, 4))
    )
    cut = list(strips(picture))
    assert all(isinstance(strip, Pixels) and strip.nbytes <= MAX_FRAME for strip in cut)
    assert sum(strip.nbytes for strip in cut) == picture.nbytes


def test_a_row_that_fits_no_piece_is_cut_as_bytes() -> None:
    picture = Pixels(MAX_FRAME, 2, 1, "u16", bytes(range(256)) * (4 * MAX_FRAME // 256))
    assert b"".join(bytes(strip.view if isinstance(strip, Pixels) else strip) for strip in strips(picture)) == picture.data


class Link:
    """A clock, and how long a piece takes on the way. Acknowledged in order."""

    def __init__(self, bytes_a_second: float) -> None:
        self.now = 0.0
        self._rate = bytes_a_second

    def carry(self, parcel: Delivery) -> tuple[bytes, int]:
        """All of it. Returns the picture's bytes as they arrive, and the bytes that travelled."""
        arrived, travelled = b"", 0
        while not parcel.complete:
            under_way = list(parcel.due())
            assert under_way, "it stands still"
            for header, piece in under_way:
                self.now += len(piece) / self._rate
                travelled += len(piece)
                arrived += bytes(unpack(header["packed"], piece) if "packed" in header else piece)
                parcel.grant(1)
        return arrived, travelled


def picture(megabytes: int) -> Pixels:
    """Smooth, so that packing makes it much smaller."""
    return Pixels(1024, 1024 * megabytes, 1, "u8", bytes(number // 8 for number in range(1024)) * 1024 * megabytes)


def test_a_slow_link_is_sent_strips_packed_after_two_that_measure_it() -> None:
    link = Link(1e6)
    pace = Pace(packs=True, clock=lambda: link.now)
    sent = picture(10)
    arrived, travelled = link.carry(Delivery(PIECE, "j", [sent], pace))
    assert arrived == sent.data
    assert 2 * MAX_FRAME < travelled < 3 * MAX_FRAME
    assert pace.rate is not None
    assert abs(pace.rate - 1e6) < 1e5
    _, travelled = link.carry(Delivery(PIECE, "k", [sent], pace))
    assert travelled < MAX_FRAME, "it is remembered"
    link.now += 60
    _, travelled = link.carry(Delivery(PIECE, "l", [sent], pace))
    assert 2 * MAX_FRAME < travelled < 3 * MAX_FRAME, "and measured again after a while"


def test_a_fast_link_and_a_machine_that_cannot_unpack_get_the_picture_as_it_is() -> None:
    for rate, packs in ((1e9, True), (1e6, False)):
        link = Link(rate)
        pace = Pace(packs=packs, clock=lambda link=link: link.now)
        sent = picture(10)
        assert link.carry(Delivery(PIECE, "j", [sent], pace)) == (sent.data, sent.nbytes)


def test_a_link_that_became_slow_is_noticed() -> None:
    link = Link(1e9)
    pace = Pace(packs=True, clock=lambda: link.now)
    link.carry(Delivery(PIECE, "j", [picture(4)], pace))
    link._rate = 1e6
    _, travelled = link.carry(Delivery(PIECE, "k", [picture(30)], pace))
    assert travelled < 12 * MAX_FRAME


def test_a_machine_that_was_late_to_look_does_not_take_a_slow_link_for_a_fast_one() -> None:
    """Two acknowledgements wait to be read together: between them lies nothing, and before them the time of both."""
    now = 0.0
    pace = Pace(packs=True, clock=lambda: now)
    transfer = Transfer(pace)
    for _ in range(2):
        transfer.left(MAX_FRAME, packed=False)
    now = 2.0
    transfer.taken()
    now += 1e-6
    transfer.taken()
    assert pace.rate is not None
    assert pace.rate == pytest.approx(MAX_FRAME, rel=0.01), "two pieces in two seconds"
    assert pace.pack_next(MAX_FRAME)
