"""The small window, without a screen: what is typed becomes a plan, a preview, and a copy beside the original."""

import ast
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.backend.window.brightening import Brightening

try:
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication
except ImportError as error:  # Qt, or what it needs of the system
    pytest.skip(f"no Qt here: {error}", allow_module_level=True)

from restored.ground.errors import Cancelled
from restored.io import read_picture
from restored.service.arrays import array_of, pixels_of
from restored.window import window as edit_window
from restored.window import words
from restored.window.layer import free_place, image_of, open_picture, reduced
from restored.window.window import EditWindow
from restored.window.words import LOCALE
from restored_client.desk.catalogue import SHARED, Catalogue, parse
from restored_client.wire.errors import ClientError


@pytest.fixture(scope="module")
def application() -> Any:
    import os

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return QApplication.instance() or QApplication(["test"])


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 100, (300, 400, 3), np.uint8)).save(path)
    return path


@pytest.fixture
def window(application: Any, photo: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EditWindow]:
    for module in (words, edit_window):  # in whatever language this machine speaks
        monkeypatch.setattr(module, "CATALOGUE", Catalogue())
    session = Brightening()
    made = EditWindow(open_picture(photo), lambda say: session)  # pyright: ignore[reportArgumentType]
    made.session = session  # type: ignore[attr-defined]
    made.show()
    yield made
    made.close()


def wait(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while not true():
        assert time.monotonic() < until
        QTest.qWait(20)


def test_typed_previewed_adjusted_saved(window: EditWindow, photo: Path) -> None:
    original = photo.read_bytes()
    assert not window.go.isEnabled()
    window.words.setText("make it brighter")
    wait(lambda: window.desk.phase == "fresh")
    assert window.chips.rows.count() == 2  # the step, and the button for more
    assert window.go.isEnabled()
    shown = window.preview.grab().toImage()
    middle = shown.width() // 2, shown.height() // 2
    sides = [[shown.pixelColor(middle[0] + side * x, middle[1]).lightness() for x in range(20, 120)] for side in (-1, 1)]
    assert np.mean(sides[1]) > np.mean(sides[0]) + 40
    asked = window.session.asked.count("preview")  # type: ignore[attr-defined]
    window.strength.setValue(50)
    wait(lambda: window.desk.phase == "fresh" and window.desk.shown is not None and window.desk.shown.strength == 0.5)
    assert window.session.asked.count("preview") == asked, "another strength needs no inference"  # type: ignore[attr-defined]
    window.go.click()
    wait(lambda: window.saved is not None)
    result = read_picture(photo.with_name("a-restored.png")).pixels
    before = read_picture(photo).pixels
    np.testing.assert_array_equal(result, (before + 0.25 * (255 - before.astype(float))).astype(np.uint8))
    assert photo.read_bytes() == original
    assert "a-restored.png" in window.remark.text()
    assert free_place(photo).name == "a-restored-2.png"
    assert not window.go.isEnabled(), "there is a file of this wish"
    window.desk.look()
    assert "a-restored.png" in window.remark.text(), "what became of it is said until something else is wished"
    window.strength.setValue(60)
    assert window.go.isEnabled()
    assert "a-restored.png" not in window.remark.text()


def test_each_preview_that_comes_is_the_one_that_is_drawn(window: EditWindow) -> None:
    """Another array may lie where an older one lay, which must not make it the same picture."""
    window.words.setText("brighter")
    wait(lambda: window.desk.phase == "fresh")
    assert window.desk.after is not None
    shape = array_of(window.desk.after).shape
    for value in range(40, 240, 10):
        window.desk.after = None
        window.desk.after = pixels_of(np.full(shape, value, np.uint8))
        shown = window.preview.grab().toImage()
        assert shown.pixelColor(shown.width() // 2 + 60, shown.height() // 2).red() == value


def test_the_window_settles(window: EditWindow) -> None:
    """A remark that comes and goes must not move the preview, which would ask for another one, and so for ever."""
    window.words.setText("brighter")
    wait(lambda: window.desk.phase == "fresh")
    counts = [0]
    while len(window.session.asked) > counts[-1]:  # type: ignore[attr-defined]
        counts.append(len(window.session.asked))  # type: ignore[attr-defined]
        assert len(counts) < 10, counts
        QTest.qWait(600)


def test_what_is_not_understood_and_what_fails_is_said(window: EditWindow, photo: Path) -> None:
    QTest.keyClicks(window.words, "what is the capital of France?")
    wait(lambda: "not about a photograph" in window.remark.text())
    assert not window.go.isEnabled()
    window.words.setText("brighter")
    wait(lambda: window.desk.phase == "fresh")
    window.session.error = ClientError("daemon_died")  # type: ignore[attr-defined]
    window.go.click()
    wait(lambda: "stopped in the middle" in window.remark.text())
    assert window.saved is None
    assert not photo.with_name("a-restored.png").exists()


def test_other_peoples_words_are_words(window: EditWindow) -> None:
    """Of an error, a name, a device: Qt takes for HTML what looks like it, and opens the pictures that it names."""
    from PySide6.QtCore import Qt

    assert {label.textFormat() for label in (window.remark, window.device)} == {Qt.TextFormat.PlainText}


def test_a_step_can_be_removed_and_the_split_moved(window: EditWindow) -> None:
    QTest.keyClicks(window.words, "brighter")
    wait(lambda: window.desk.phase == "fresh")
    split = window.preview.state.split
    window.preview.setFocus()
    from PySide6.QtCore import Qt

    QTest.keyClick(window.preview, Qt.Key.Key_Right)
    assert window.preview.state.split > split
    window.desk.edit("remove", "lowlight")
    assert not window.go.isEnabled()


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 5, 2), (3, 5, 3), (3, 5, 4)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_anything_can_be_shown(application: Any, shape: tuple[int, int, int], dtype: type) -> None:
    image = image_of(np.ones(shape, dtype))
    assert (image.width(), image.height()) == (shape[1], shape[0])


def entry(window: EditWindow, words: str) -> Any:
    """An entry of the first chip's menu."""
    chip = window.chips.rows.itemAt(0)
    assert chip is not None
    (found,) = [each for each in chip.widget().menu().actions() if each.text() == words]  # type: ignore[attr-defined]
    return found


def test_a_size_that_the_words_ask_for_goes_with_them(window: EditWindow) -> None:
    for text, index in (("make it brighter, twice as large", 1), ("make it brighter", 0)):
        window.words.setText(text)
        wait(lambda text=text: window.desk.text == text and not window.desk.pending)
        assert window.scale.currentIndex() == index


def test_scratches_are_looked_at_and_filled_only_when_somebody_says_so(window: EditWindow) -> None:
    """Here nothing can be selected, so what the engine finds is shown, and then taken."""
    session: Any = window.session  # type: ignore[attr-defined]
    window.words.setText("remove the scratches")
    wait(lambda: "Fill what I find" in window.remark.text())
    wait(lambda: window.desk.phase == "fresh")
    assert session.found == [False]
    entry(window, "Show where").trigger()
    wait(lambda: window.desk.overlay.mask is not None)
    middle = window.preview.grab().toImage().pixelColor(window.preview.width() // 2 - 60, window.preview.height() // 2)
    assert middle.red() > middle.blue() + 40
    entry(window, "Fill what I find").trigger()
    wait(lambda: window.desk.phase == "fresh" and session.found[-1])
    assert entry(window, "Fill what I find").isChecked()
    assert "What I find is filled" in window.remark.text()
    window.go.click()
    wait(lambda: window.saved is not None)
    assert session.found[-1]
    assert window.saved is not None
    assert window.saved.done.recipe is not None


def test_the_whole_picture_is_shown_when_it_is_fitted(window: EditWindow) -> None:
    window.resize(300, 330)
    window.zoom.setCurrentIndex(0)
    QTest.keyClicks(window.words, "brighter")
    wait(lambda: window.desk.phase == "fresh")
    shown = window.desk.shown
    assert shown is not None
    assert shown.box == (0, 0, 400, 300)
    assert window.desk.after.width < 400, "it travels as small as it is shown"
    assert window.preview.grab().width() == window.preview.width()


def test_a_job_is_cancelled_and_the_window_stays(window: EditWindow, photo: Path) -> None:
    QTest.keyClicks(window.words, "brighter")
    wait(lambda: window.desk.phase == "fresh")
    window.session.error = Cancelled()  # type: ignore[attr-defined]
    window.go.click()
    assert window.leave.text() == "Cancel"
    window.leave.click()
    wait(lambda: "Nothing was saved" in window.remark.text())
    assert window.isVisible()
    assert window.leave.text() == "Close"
    assert not photo.with_name("a-restored.png").exists()


@pytest.mark.parametrize("shape", [(5, 7, 3), (600, 400, 4), (401, 299, 1)])
def test_a_picture_is_reduced_to_the_mean_of_its_places(shape: tuple[int, int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 65536, shape).astype(np.uint16)
    small = reduced(pixels, 5, 4)
    assert small.shape == (4, 5, shape[2])
    np.testing.assert_allclose(small.mean((0, 1)), pixels.mean((0, 1)) / 65535, atol=0.15)
    flat = reduced(np.full(shape, 51, np.uint8), 5, 4)
    np.testing.assert_allclose(flat, 0.2, atol=1e-6)


LANGUAGES = sorted(file.stem for file in LOCALE.glob("*.po"))


def test_the_window_speaks_the_languages_of_the_plug_ins() -> None:
    assert sorted(file.stem for file in SHARED.glob("*.po")) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_the_window_says_is_translated(language: str) -> None:
    messages = parse((LOCALE / f"{language}.po").read_text(encoding="utf-8"))
    said = {
        node.args[0].value
        for path in LOCALE.parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr" and isinstance(node.args[0], ast.Constant)
    }
    assert said - set(messages) == {"Restore with instruction"}, "which the plug-ins' words have"
    for english, (own, *_) in messages.items():
        assert sorted(re.findall(r"\{\w*\}", english)) == sorted(re.findall(r"\{\w*\}", own))
