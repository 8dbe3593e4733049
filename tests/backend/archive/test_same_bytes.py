"""An archive's results are what `restored run` writes, byte for byte: pixels, metadata and the recipe inside."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from restored.io import Picture, write_picture

EXAMPLES = Path(__file__).parents[3] / "examples"
WISH = "remove the noise and make it a little brighter"


def restored(*words: object) -> None:
    done = subprocess.run([sys.executable, "-m", "restored.cli", *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_an_archive_writes_what_run_writes(tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    (source / "deep").mkdir(parents=True)
    with Image.open(EXAMPLES / "lake-damaged.jpg") as photo:
        exif = Image.Exif()
        exif[0x010F] = "a camera"
        small = photo.crop((100, 100, 291, 230))
        small.save(source / "a.jpg", quality=91, exif=exif)
        small.save(source / "deep" / "b.png")
        small.convert("L").save(source / "gray.webp", lossless=True)
    pixels = np.asarray(small).astype(np.uint16) * 257
    write_picture(source / "deep" / "c.tif", Picture(pixels, "tiff"))
    restored("archive", "plan", source, WISH, "--to", target, "--shard", 3)
    restored("archive", "run", target, "--workers", 1)
    names = sorted(path.relative_to(source) for path in source.rglob("*.*"))
    assert len(names) == 4
    alone_of = {name: tmp_path / "alone" / name for name in names}
    for alone in alone_of.values():
        alone.parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(2) as beside:  # most of it is a program's start
        list(beside.map(lambda name: restored("run", source / name, WISH, "-o", alone_of[name], "--no-daemon"), names))
    for name, alone in alone_of.items():
        assert (target / name).read_bytes() == alone.read_bytes(), name
        assert alone.read_bytes() != (source / name).read_bytes()
    done = [json.loads(line) for path in (target / ".restored-archive/done").iterdir() for line in path.read_text().splitlines()]
    assert all(entry["changed"] for entry in done)
