"""A result in pieces: whole and in order however its credit comes, never more under way than the window, kept for a while."""

from hypothesis import given, settings
from hypothesis import strategies as st

from restored.studio import delivery
from restored.studio.delivery import Delivery, Unclaimed
from restored.studio.forms import WINDOW
from restored_client.wire.messages import MAX_FRAME, message


def of(size: int, job: str = "j") -> Delivery:
    return Delivery(message("result", job), memoryview(bytes(size)))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 20 * MAX_FRAME), st.lists(st.integers(1, WINDOW), min_size=1, max_size=60))
def test_pieces_are_whole_and_paid_for(size: int, grants: list[int]) -> None:
    parcel = of(size)
    sent, last = 0, None
    for grant in [*grants, *([WINDOW] * 30)]:
        for header, piece in parcel.due():
            assert last is None, "nothing follows the last piece"
            assert 0 < piece.nbytes <= MAX_FRAME
            sent += piece.nbytes
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
    assert (again.at, again.owed, again.header) == (0, 0, parcel.header)
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
