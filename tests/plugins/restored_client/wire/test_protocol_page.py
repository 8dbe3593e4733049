"""docs/protocol.md is what is spoken: its tables are walked against the code."""

import re
from pathlib import Path

import pytest

from restored_client.wire import answers, errors, limits, messages, order

PAGE = (Path(__file__).parents[4] / "docs" / "protocol.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    """The cells of the table that follows a heading or a line, without its first two rows."""
    after = PAGE[PAGE.index(heading) :]
    rows = re.search(r"\n\n(\|.*?)\n\n", after + "\n\n", re.DOTALL)
    assert rows is not None, heading
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in rows[1].splitlines()][2:]


def names(cell: str) -> set[str]:
    return set(re.findall(r"`(.*?)`", cell))


def test_the_version() -> None:
    assert f"Protocol version: `{messages.PROTOCOL_VERSION}`" in PAGE


def test_limits() -> None:
    said = {next(iter(names(name))): int(value) for name, value in table("(of the request, chosen")}
    assert said == {
        "MAX_HEADER": messages.MAX_HEADER,
        "MAX_ANSWER": messages.MAX_ANSWER,
        "MAX_FRAME": messages.MAX_FRAME,
        "MAX_ITEMS": messages.MAX_ITEMS,
        "CONTEXT_SIDE": limits.CONTEXT_SIDE,
    }


def test_every_request_with_its_fields_and_frames() -> None:
    rows = {next(iter(names(row[0]))): row for row in table("## Requests")}
    assert set(rows) == set(messages.FORMS)
    for kind, form in messages.FORMS.items():
        _, purpose, needs, may, frames, answer = rows[kind]
        assert purpose
        assert answer
        assert names(needs) == set(form.needs), kind
        assert names(may) == set(form.may), kind
        assert names(frames) == set(form.frames), kind


def test_every_field_of_an_order() -> None:
    assert [next(iter(names(row[0]))) for row in table("## An order\n\nThe fields")] == list(order.FIELDS)


def test_every_answer_with_its_fields() -> None:
    rows = {next(iter(names(row[0]))): names(row[2]) for row in table("## Answers")}
    assert rows == {kind: set(fields) for kind, fields in answers.ANSWERS.items()}


def test_every_type_is_on_the_page() -> None:
    types = {value for name, value in vars(messages).items() if name.isupper() and isinstance(value, str)}
    assert {kind for kind in types if f"`{kind}`" not in PAGE} == set()


@pytest.mark.parametrize("depth", limits.DEPTHS)
def test_every_depth_is_on_the_page(depth: str) -> None:
    assert f"`{depth}`" in PAGE


def test_every_error_with_its_sentence() -> None:
    assert {next(iter(names(row[0]))): row[1] for row in table("## Errors")} == errors.SENTENCES
