"""The main job on the example photographs: every one through the `restored` command and its daemon, and a before/after sheet.

`make demo` runs this. Results go to out/demo/; a path as argument (`make picture`) also gets the sheet as a small JPEG.
"""

import json
import subprocess
import sys
import sysconfig
import textwrap
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

HERE: Final = Path(__file__).parent
OUT: Final = HERE.parent / "out" / "demo"
RESTORED: Final = Path(sysconfig.get_path("scripts")) / "restored"

PICTURE: Final = 460
"""Width of each picture on the sheet, in pixels."""
TOLERANCE: Final = 0.5
"""dB that a restoration may lose against the truth: one may look better and measure a little worse."""
MARGIN: Final = 16
CAPTION: Final = 92


@dataclass(frozen=True)
class Shown:
    """One row of the sheet: what came in, what came out, how it should be, and what the command said."""

    entry: dict[str, Any]
    pictures: tuple[Image.Image, Image.Image, Image.Image]
    said: dict[str, Any]


def main() -> int:
    """Restore every example; 1 when one was not changed, or is clearly further from the truth than before."""
    OUT.mkdir(parents=True, exist_ok=True)
    entries = tomllib.loads((HERE / "examples.toml").read_text("utf-8"))["example"]
    was_running = json.loads(_restored("daemon", "status", "--json"))["running"]
    if not was_running:
        print("Starting the daemon; its first answer takes some seconds.", flush=True)
    try:
        shown = [_restore(entry) for entry in entries]
    finally:
        if not was_running:
            _restored("daemon", "stop")
    sheet = OUT / "before-after.png"
    drawn = _sheet(shown)
    drawn.save(sheet)
    for small in map(Path, sys.argv[1:]):
        small.parent.mkdir(exist_ok=True)
        drawn.resize((drawn.width * 3 // 4, drawn.height * 3 // 4), Image.Resampling.LANCZOS).save(small, quality=85)
    print(f"\nBefore, after, and as it was before the damage: {sheet.relative_to(HERE.parent)}")
    print(f"Errors fell on {sum(_gain(row) > 0 for row in shown)} of {len(shown)} photographs.")
    spoilt = [row.entry["name"] for row in shown if _gain(row) < -TOLERANCE or not row.said["changed"]]
    if spoilt:
        print(f"Not restored, or made worse: {', '.join(spoilt)}", file=sys.stderr)
    return 1 if spoilt else 0


def _restore(entry: dict[str, Any]) -> Shown:
    name = entry["name"]
    source, result = HERE / f"{name}-damaged.jpg", OUT / f"{name}.png"
    print(f"{name}: “{entry['instruction']}”", flush=True)
    said = json.loads(_restored("run", source, entry["instruction"], "-o", result, "--json"))
    pictures = tuple(Image.open(path).convert("RGB") for path in (source, result, HERE / f"{name}-clean.jpg"))
    row = Shown(entry, (pictures[0], pictures[1], pictures[2]), said)
    print(f"  plan    {_plan(said)}")
    print(f"  device  {said['device']}")
    print(f"  time    {said['seconds']:.1f} s for {said['width']} x {said['height']}")
    before, after = (_psnr(picture, pictures[2]) for picture in pictures[:2])
    print(f"  error   {before:.1f} dB before, {after:.1f} dB after (PSNR, more is better)", flush=True)
    return row


def _restored(*arguments: object) -> str:
    done = subprocess.run([RESTORED, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.returncode)
    return done.stdout


def _plan(said: dict[str, Any]) -> str:
    return ", ".join(step["label"] for step in said["plan"]["steps"]) or f"nothing to do: {said['message']}"


def _psnr(one: Image.Image, other: Image.Image) -> float:
    difference = np.asarray(one, np.float64) - np.asarray(other, np.float64)
    return float(10 * np.log10(255**2 / max(np.mean(difference**2), 1e-9)))


def _gain(row: Shown) -> float:
    before, after, truth = row.pictures
    return _psnr(after, truth) - _psnr(before, truth)


def _sheet(rows: list[Shown]) -> Image.Image:
    """Three columns: before, after, truth; above each row what was said and what was understood."""
    drawn = [_row(row) for row in rows]
    sheet = Image.new("RGB", (drawn[0].width, sum(row.height for row in drawn) + MARGIN), "white")
    top = 0
    for row in drawn:
        sheet.paste(row, (0, top))
        top += row.height
    return sheet


def _row(row: Shown) -> Image.Image:
    small = [_fitted(picture) for picture in row.pictures]
    canvas = Image.new("RGB", (3 * PICTURE + 4 * MARGIN, small[0].height + CAPTION), "white")
    draw = ImageDraw.Draw(canvas)
    draw.text((MARGIN, 14), f"“{row.entry['instruction']}”", "black", ImageFont.load_default(24))
    said = row.said
    line = f"understood as: {_plan(said)}   ·   {said['seconds']:.1f} s   ·   {said['device']}"
    draw.text((MARGIN, 46), textwrap.shorten(line, 170, placeholder="…"), "#555555", ImageFont.load_default(15))
    truth = row.pictures[2]
    for column, (picture, words) in enumerate(zip(small, ("before", "after", "without the damage"), strict=True)):
        left = MARGIN + column * (PICTURE + MARGIN)
        if column < 2:
            words += f", {_psnr(row.pictures[column], truth):.1f} dB"
        draw.text((left, 68), words, "#555555", ImageFont.load_default(15))
        canvas.paste(picture, (left, CAPTION - 2))
    return canvas


def _fitted(picture: Image.Image) -> Image.Image:
    """As wide as a column; of upright pictures the middle."""
    height = round(picture.height * PICTURE / picture.width)
    small = picture.resize((PICTURE, height), Image.Resampling.LANCZOS)
    over = max(0, height - PICTURE) // 2
    return small.crop((0, over, PICTURE, height - over))


if __name__ == "__main__":
    sys.exit(main())
