"""JSON that anybody may have made: what is read is plain and small, all else is one kind of error."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored_client.wire.parsing import DEEPEST, LONGEST_NUMBER, parse_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_what_was_written_is_read(value) -> None:
    assert parse_json(json.dumps(value)) == value
    assert parse_json(json.dumps(value).encode("utf-16")) == value


@given(st.text() | st.binary() | st.text('[]{}":,0123456789.eE-+ntrueflasINity'))
def test_no_text_has_another_error(text) -> None:
    try:
        parse_json(text)
    except ValueError:
        return


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1),
        '{"a":[' * DEEPEST + "]}" * DEEPEST,
        "NaN",
        '{"size": Infinity}',
        "[-Infinity]",
        "1e999",
        "9" * (LONGEST_NUMBER + 1),
        "-" + "9" * 1_000_000,
        "",
        b"",
        b"\xff\xfe\0",
        b'"\xe9"',
        b"\0" * 1000,
    ],
)
def test_what_would_break_somebody_later_is_refused_here(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are for the log
        parse_json(text)


def test_longer_than_what_was_meant() -> None:
    assert parse_json("[1]", 3) == [1]
    with pytest.raises(ValueError, match="more than 2"):
        parse_json("[1]", 2)


def test_depth_is_of_lists_in_lists_not_of_many() -> None:
    wide = [[{"a": []}]] * (3 * DEEPEST)
    assert parse_json(json.dumps(wide)) == wide
    assert parse_json(json.dumps("[" * 1000)) == "[" * 1000
    deepest = "[" * DEEPEST + "]" * DEEPEST
    assert json.dumps(parse_json(deepest)) == deepest
