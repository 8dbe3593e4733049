"""Small photographs and a small bench, made once per test session."""

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


def picture(seed: int, height: int = 96, width: int = 112) -> np.ndarray:
    """(H, W, 3) uint8 with flat parts, edges and texture: something a restorer can learn from."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(30, 225, (6, 7, 3)).astype(np.uint8)
    image = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC), np.float32)
    y, x = np.mgrid[:height, :width]
    for _ in range(4):
        cy, cx, r = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(8, 26)
        image[(y - cy) ** 2 + (x - cx) ** 2 < r * r] = rng.integers(20, 235, 3)
    image += 10 * np.sin(x / rng.uniform(2, 6) + y / rng.uniform(2, 6))[..., None]
    return image.clip(0, 255).astype(np.uint8)


def write_photograph(folder: Path, seed: int, *, held_out: bool) -> Path:
    """A JPEG whose sha256 puts it into (or out of) the kept-out part; a comment in the file is varied until it does."""
    for trial in range(2000):
        buffer = io.BytesIO()
        Image.fromarray(picture(seed)).save(buffer, "JPEG", quality=95, subsampling=0, comment=f"{trial}".encode())
        if (hashlib.sha256(buffer.getvalue()).hexdigest()[0] in "01") == held_out:
            path = folder / f"photo{seed}.jpg"
            path.write_bytes(buffer.getvalue())
            return path
    raise AssertionError("no comment gave the wanted hash")


@pytest.fixture(autouse=True, scope="package")
def one_thread() -> Iterator[None]:
    """On a busy machine the barriers of several threads cost far more than these small networks."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def make_picture() -> Callable[..., np.ndarray]:
    return picture


@pytest.fixture(scope="session")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of six photographs, two of them kept out, with a manifest."""
    folder = tmp_path_factory.mktemp("photographs")
    for seed in range(6):
        write_photograph(folder, seed, held_out=seed >= 4)
    rows = ["file\tsource\tlicence\tauthor\ttier"]
    rows += [f"photo{seed}.jpg\tmade by a test\tCC0-1.0\tNobody\tA" for seed in range(5)]
    (folder / "manifest.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bench with the folders of the real one and two small pictures in each."""
    root = tmp_path_factory.mktemp("bench")
    for name in ("CBSD68", "LIVE1", "Set14", "RNI15"):
        (root / name).mkdir()
        for seed in range(2):
            Image.fromarray(picture(seed, 70, 83)).save(root / name / f"{seed}.webp", lossless=True)
    for name, bad, good in (("Rain100L", "rain", "norain"), ("LOLv1_eval15", "low", "high"), ("FiveK_CURL8", "input", "expertC")):
        for part, dim in ((bad, 0.5), (good, 1.0)):
            (root / name / part).mkdir(parents=True)
            for seed in range(2):
                image = (picture(seed, 70, 83) * dim).astype(np.uint8)
                Image.fromarray(image).save(root / name / part / f"{seed}.webp", lossless=True)
    return root
