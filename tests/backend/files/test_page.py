"""The page about a batch: what is on it, and that a real browser shows it and moves its slider."""

import base64
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from restored.files.page import Page
from restored.files.thumbnails import SIDE, of_arrays


def page() -> Page:
    made = Page("Holiday → better", "“brighten it”")
    dark = np.full((675, 900, 3), 20, np.uint8)
    row = {
        "changed": True,
        "plan": {"steps": [{"label": "too dark", "strength": 0.5}]},
        "seconds": 1.25,
        "width": 900,
        "height": 675,
    }
    made.add({"file": "a <b>.jpg", "notes": ["A note & more."], **row}, of_arrays(dark, np.full((675, 900, 3), 200, np.uint8)))
    made.add({"file": "b.jpg", "error": "“b.jpg” is <script>damaged</script>."})
    made.add({"file": "c.jpg", "skipped": "“c.jpg” is there already."})
    made.add({"file": "d.jpg", "changed": False, "message": "Nothing to do.", "notes": []})
    return made


def test_everything_is_on_it_and_nothing_comes_from_elsewhere(tmp_path: Path) -> None:
    page().write(tmp_path / "p.html", ["3 other files were left alone: 3 .txt."])
    text = (tmp_path / "p.html").read_text("utf-8")
    for words in (
        "too dark 50%",
        "1.2 s",
        "A note &amp; more.",
        "3 .txt",
        "1 restored, 1 with nothing to do, 1 left alone, 1 failed",
    ):
        assert words in text
    assert "a &lt;b&gt;.jpg" in text
    assert "<script>damaged" not in text
    assert not re.search(r"https?://", text)
    assert "default-src 'none'" in text


def test_pictures_stand_by_name_in_whatever_order_they_were_done(tmp_path: Path) -> None:
    made, pixels = Page("a", "b"), np.zeros((4, 4, 3), np.uint8)
    for name in ("c.jpg", "a.jpg", "b.jpg"):
        made.add({"file": name, "changed": True, "plan": {}}, of_arrays(pixels, pixels))
    made.write(tmp_path / "p.html", [])
    text = (tmp_path / "p.html").read_text("utf-8")
    assert re.findall(r"<figcaption><b>(.*?)</b>", text) == ["a.jpg", "b.jpg", "c.jpg"]
    assert re.findall(r"<td>(..jpg)</td>", text) == ["a.jpg", "b.jpg", "c.jpg"]


@pytest.mark.parametrize("shape", [(1, 1, 1), (5, 4000, 4), (3000, 2, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_thumbnails_of_anything(shape: tuple[int, int, int], dtype: type) -> None:
    pair = of_arrays(np.ones(shape, dtype), np.ones((shape[0] * 2, shape[1] * 2, shape[2]), dtype))
    assert max(pair.width, pair.height) <= SIDE
    assert pair.before.startswith(b"\xff\xd8")


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
def test_a_browser_shows_it_and_the_slider_moves(tmp_path: Path) -> None:
    """Two photographs of the page by the browser itself, the second with the slider moved by its own script."""
    page().write(tmp_path / "p.html", [])
    left = shot(tmp_path, "p.html")
    text = (tmp_path / "p.html").read_text("utf-8")
    # what a finger does: another value, and the event that tells of it; the page's own script must do the rest
    move = "const r=document.querySelector('.pair input');r.value=100;r.dispatchEvent(new Event('input'));"
    allowed = base64.b64encode(hashlib.sha256(move.encode()).digest()).decode()
    text = text.replace("script-src ", f"script-src 'sha256-{allowed}' ")
    (tmp_path / "moved.html").write_text(text.replace("</body>", f"<script>{move}</script></body>"), "utf-8")
    right = shot(tmp_path, "moved.html")
    dark = (np.abs(left.astype(int) - 20).max(axis=2) < 12).sum(), (np.abs(right.astype(int) - 20).max(axis=2) < 12).sum()
    light = (np.abs(left.astype(int) - 200).max(axis=2) < 12).sum(), (np.abs(right.astype(int) - 200).max(axis=2) < 12).sum()
    assert dark[0] > 10_000, "the original shows on the left of the slider"
    assert light[0] > 10_000, "the result on its right"
    assert dark[1] > 1.8 * dark[0], "moved to the right, all of the original shows"
    assert light[1] < 0.2 * light[0]


def shot(folder: Path, name: str) -> np.ndarray:
    from PIL import Image

    assert CHROMIUM is not None
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1000,700"]
    target = folder / f"{name}.png"
    command = [CHROMIUM, *options, f"--user-data-dir={folder}/profile", f"--screenshot={target}", (folder / name).as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return np.asarray(Image.open(target).convert("RGB"))
