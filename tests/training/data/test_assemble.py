"""Assembling the training photographs: from a Debian package and a repository made here, at their size, compared by looks."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from restored_training.data.assemble import ALIKE, LIST, assemble, looks, read_list, record
from restored_training.data.photographs import DataError, PhotoSet, photo_files

needs_dpkg = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="no dpkg-deb here to make a package with")


def photograph(seed: int, width: int = 640, height: int = 480) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 255, (7, 9, 3), dtype=np.uint8))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))


def save(pixels: np.ndarray, path: Path, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


@pytest.fixture
def known(tmp_path: Path) -> Path:
    """The list of five photographs that somebody had at half their size."""
    folder = tmp_path / "free"
    rows = ["file\toriginal\tsource\tlicence\tauthor\ttier"]
    places = {
        "a.jpg": "debian:some-wallpapers=1:2.0-1:share/lake.jpg",
        "b.jpg": "debian:some-wallpapers=1:2.0-1:EveningGlow",
        "c.jpg": "github:somebody/pictures@HEAD:art/tower.png",
        "d.jpg": "somewhere else",
        "e.jpg": "debian:some-wallpapers=1:2.0-1:topic/resource/bridge.webp",
    }
    for seed, (name, source) in enumerate(places.items()):
        save(photograph(seed, 320, 240), folder / name, quality=91, subsampling=0)
        rows.append(f"{name}\tx/{name}\t{source}\tCC0\tme\tA")
    (folder / "manifest.tsv").write_text("\n".join(rows) + "\n")
    assert record([folder], tmp_path / "list.tsv") == 5
    return tmp_path / "list.tsv"


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    save(photograph(0), root / "usr/share/lake.jpg")
    save(photograph(1), root / "usr/share/EveningGlow/contents/images/1.png")
    save(photograph(9), root / "usr/share/EveningGlow/contents/screenshot.png")
    inside = [save(photograph(seed), tmp_path / f"{seed}.webp", quality=95).read_bytes() for seed in (7, 4)]
    (root / "usr/share/topic.rcc").write_bytes(b"qres" + inside[0] + b"names RIFF" + inside[1] + b"tree")
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN/control").write_text(
        "Package: some-wallpapers\nVersion: 2\nArchitecture: all\nMaintainer: me <me@localhost>\nDescription: x\n"
    )
    out = tmp_path / "debs"
    out.mkdir()
    subprocess.run(["dpkg-deb", "--build", root, out / "some-wallpapers_2_all.deb"], check=True, capture_output=True)
    return out


@pytest.fixture
def repositories(tmp_path: Path) -> Path:
    copy = tmp_path / "git/somebody/pictures"
    save(photograph(2), copy / "art/tower.png")
    save(photograph(8), copy / "other/tower.png")  # of the same name, and another picture
    git = ["git", "-c", "user.name=me", "-c", "user.email=me@localhost", "-C", str(copy)]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"], ["config", "uploadpack.allowFilter", "true"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    return tmp_path / "git"


@pytest.mark.slow
@needs_dpkg
def test_what_can_be_had_is_packed_and_the_rest_is_said(known: Path, packages: Path, repositories: Path, tmp_path: Path) -> None:
    wanted = read_list(known)
    done = assemble(wanted, tmp_path / "out", packages=packages, repositories=f"file://{repositories}")
    assert done.files == ("free/a.jpg", "free/b.jpg", "free/c.jpg", "free/e.jpg")
    assert list(done.missing) == ["free/d.jpg"]
    assert "neither" in done.missing["free/d.jpg"]
    assert done.index is not None
    photographs = PhotoSet(done.index, "all")
    for number, image in zip((0, 1, 2, 4), photographs.images, strict=True):
        assert image.shape == (240, 320, 3)
        assert np.abs(image.astype(int) - photograph(number, 320, 240)).mean() < 4
    # what is kept out of training is decided by the first copies, not by these
    assert {file.sha256 for file in photo_files(done.index)} == {item.row["sha256"] for item in wanted if item.file in done.files}
    assert photographs.manifest[0]["source"] == "debian:some-wallpapers=1:2.0-1:share/lake.jpg"


def test_a_source_that_is_away_costs_its_photographs_only(known: Path, repositories: Path, tmp_path: Path) -> None:
    done = assemble(read_list(known), tmp_path / "out", packages=tmp_path / "no", repositories=f"file://{repositories}")
    assert done.files == ("free/c.jpg",)
    assert done.missing["free/a.jpg"] == f"there is no package some-wallpapers in {tmp_path / 'no'}"
    nothing = assemble(read_list(known), tmp_path / "none", packages=tmp_path / "no", repositories=f"file://{tmp_path / 'no'}")
    assert nothing.index is None
    assert "git could not fetch it" in nothing.missing["free/c.jpg"]
    assert not (tmp_path / "none").exists()


def test_looks_survive_size_and_compression_and_tell_pictures_apart(tmp_path: Path) -> None:
    first = photograph(3)
    again = np.asarray(Image.open(save(photograph(3, 200, 150), tmp_path / "x.jpg", quality=40)))
    assert (looks(first) ^ looks(again)).bit_count() <= ALIKE
    apart = [(looks(first) ^ looks(photograph(seed))).bit_count() for seed in range(4, 24)]
    assert min(apart) > ALIKE


def test_the_list_of_this_repository_names_a_place_for_every_photograph() -> None:
    wanted = read_list(LIST)
    assert len(wanted) == 401
    assert len({item.row["sha256"] for item in wanted}) == 401
    assert {item.holder.partition(":")[0] for item in wanted} <= {"debian", "github", "source", "debian(bullseye)"}
    assert all(item.row["licence"] for item in wanted)


def test_what_is_no_list_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_text("hello\nworld\n")
    with pytest.raises(DataError, match="not a list of photographs"):
        read_list(tmp_path / "x.tsv")
