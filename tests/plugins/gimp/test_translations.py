"""Every word of the GIMP adapter is in every catalogue, no catalogue has words of yesterday, and places for values agree."""

import ast
import re
from pathlib import Path

import pytest

from restored_client.desk.catalogue import SHARED, parse

GIMP = Path(__file__).resolve().parents[3] / "plugins" / "gimp"


def messages() -> set[str]:
    """The arguments of `_` in the adapter's source."""
    found = set()
    for file in sorted((GIMP / "restore_gimp").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                argument = node.args[0]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    found.add(argument.value)
    return found


def test_there_are_messages():
    assert "_Restore" in messages()


@pytest.mark.parametrize("file", sorted((GIMP / "locale").glob("*.po")), ids=lambda file: file.stem)
def test_catalogue_is_complete_and_current(file):
    own = parse(file.read_text("utf-8"))
    shared = parse((SHARED / file.name).read_text("utf-8"))
    assert messages() - set(own) - set(shared) == set()
    assert set(own) - messages() == set()
    for english, (translated,) in own.items():
        assert sorted(re.findall(r"\{\w*\}", english)) == sorted(re.findall(r"\{\w*\}", translated)), english
        assert ("_" in english) == ("_" in translated), f"a mnemonic is missing or too many: {english}"
