"""Rules about the form of a text: what they catch, and the wishes that look alike and must pass."""

import pytest

from restored.instruction.sanitize import mostly_foreign_script
from restored.instruction.surface import is_data, is_spoiling, is_talk

DATA = [
    "a.jpg",
    "~/pics/rain/1.NEF",
    "C:\\rain\\fog.png",
    "https://x.org/fog",
    "/var/log/snow/x",
    "print(noise)",
    "x = blur(y)",
    "<b>fog</b>",
    "cv2.blur(a, 3)",
]
TALK = [
    "define haze",
    "write a poem about fog",
    "please tell me a joke",
    "what's the difference between noise and grain",
    "how does deblurring work?",
]
SPOIL = [
    "lower the sharpness",
    "reduce detail by 10%",
    "less resolution please",
    "turn down the picture quality a bit",
    "drop the resolution",
]
WISHES = [
    "make it brighter (it's too dark)",
    "remove rain/fog and noise",
    "sharpness = bad, fix it please",
    "tell me what's wrong and fix it",
    "write-protected photo is blurry",
    "reduce the noise",
    "reduce the contrasty haze",
    "lower the contrast",
    "reduce brightness by 10%",
    "reduce colour noise",
    "reduce quality loss from jpeg",
    "less light haze",
    "what is wrong with my photo?",
    "how about some denoising",
    "remove the noise; then sharpen",
    "singular speck, remove it",
]


@pytest.mark.parametrize("text", DATA)
def test_data(text):
    assert is_data(text)


@pytest.mark.parametrize("text", TALK)
def test_talk(text):
    assert is_talk(text)


@pytest.mark.parametrize("text", SPOIL)
def test_spoiling(text):
    assert is_spoiling(text)


@pytest.mark.parametrize("text", WISHES)
def test_wishes_pass(text):
    assert not is_talk(text)
    assert not is_spoiling(text)
    assert not is_data(text)


@pytest.mark.parametrize(
    ("text", "foreign"),
    [("убери шум", True), ("去雨", True), ("remove the шум", False), ("café", False), ("123", False), ("", False)],
)
def test_script(text, foreign):
    assert mostly_foreign_script(text) is foreign
