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


@pytest.mark.slow
@pytest.mark.parametrize("file", sorted((GIMP / "locale").glob("*.po")), ids=lambda file: file.stem)
def test_catalogue_is_complete_and_current(file):
    own = parse(file.read_text("utf-8"))
    shared = parse((SHARED / file.name).read_text("utf-8"))
    assert messages() - set(own) - set(shared) == set()
    assert set(own) - messages() == set()
    for english, (translated,) in own.items():
        assert sorted(re.findall(r"\{\w*\}", english)) == sorted(re.findall(r"\{\w*\}", translated)), english
        assert ("_" in english) == ("_" in translated), f"a mnemonic is missing or too many: {english}"


IN_THE_WINDOW = (
    *("_Help", "S_ettings", "_Cancel", "_Restore", "Recent and _presets", "_What should be restored in “{layer}”?", "_Add…"),
    *(
        "_Strength",
        "_Keep grain",
        "_New layer above",
        "masked _by the selection",
        "Rep_lace this layer",
        "New _image",
        "Enlar_ge",
        "Best _quality",
        "Pre_view",
    ),
    *("_On the canvas", "_Try again", "Ad_just this result", "Restore it once _more"),
)
"""What stands in the window at the same time."""


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", *sorted(file.stem for file in (GIMP / "locale").glob("*.po"))])
def test_no_two_controls_of_the_window_have_the_same_key(language):
    """With two, Alt and the key only walks from one to the other."""
    assert set(IN_THE_WINDOW) <= messages()
    words = {} if language == "en" else parse((GIMP / "locale" / f"{language}.po").read_text("utf-8"))
    keys: dict[str, str] = {}
    for english in IN_THE_WINDOW:
        text = words[english][0] if words else english
        key = text[text.index("_") + 1].casefold()
        assert key not in keys, f"“{text}” and “{keys[key]}”"
        keys[key] = text
