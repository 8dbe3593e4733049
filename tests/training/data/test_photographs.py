"""Photographs: who is kept out, what travels with them, and what is said when they cannot be used."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from restored_training.data.photographs import DataError, PairSet, PhotoSet, pack


def test_kept_out_photographs_are_never_trained_on(photographs: Path) -> None:
    train, held, every = (PhotoSet(photographs, split) for split in ("train", "heldout", "all"))
    assert [len(part) for part in (train, held, every)] == [4, 2, 6]
    assert all(entry["sha256"][0] in "01" for entry in held.manifest)
    assert all(entry["sha256"][0] not in "01" for entry in train.manifest)
    assert train.images[0].shape == (96, 112, 3)
    assert train.images[0].dtype == np.uint8
    assert every.pixels == 6 * 96 * 112


def test_manifest_says_where_each_came_from(photographs: Path) -> None:
    entries = {entry["file"]: entry for entry in PhotoSet(photographs, "all").manifest}
    assert entries["photo0.jpg"]["licence"] == "CC0-1.0"
    assert entries["photo5.jpg"]["licence"] == "unknown", "not in the manifest"
    json.dumps(list(entries.values()))


def test_limit_and_longest(photographs: Path) -> None:
    few = PhotoSet(photographs, "train", limit=2, longest=56)
    assert len(few) == len(few.manifest) == 2
    assert few.images[0].shape == (48, 56, 3)


def test_empty_and_missing_folders_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no photographs"):
        PhotoSet(tmp_path)
    with pytest.raises(DataError, match="does not exist"):
        PhotoSet(tmp_path / "nowhere")


def test_a_part_without_photographs_is_a_sentence(photographs: Path, tmp_path: Path) -> None:
    (tmp_path / "only.jpg").write_bytes((photographs / "photo0.jpg").read_bytes())
    with pytest.raises(DataError, match="belongs to the part “heldout”"):
        PhotoSet(tmp_path, "heldout")


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\xff\xd8\xff\xe0 cut short"])
def test_an_unreadable_photograph_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.jpg").write_bytes(content)
    with pytest.raises(DataError, match=r"cannot read the photograph broken\.jpg"):
        PhotoSet(tmp_path, "all")


def test_a_truncated_jpeg_is_refused(photographs: Path, tmp_path: Path) -> None:
    whole = (photographs / "photo0.jpg").read_bytes()
    (tmp_path / "half.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"half\.jpg"):
        PhotoSet(tmp_path, "all")


def test_pairs_match_by_name_whatever_the_suffix(photographs: Path, tmp_path: Path) -> None:
    damaged, clean = tmp_path / "damaged", tmp_path / "clean"
    damaged.mkdir()
    clean.mkdir()
    for name in ("a", "b"):
        Image.new("RGB", (20, 10), "gray").save(damaged / f"{name}.jpg")
        Image.new("RGB", (20, 10), "white").save(clean / f"{name}.png")
    pairs = PairSet(damaged, clean)
    assert pairs.names == ["a", "b"]
    assert pairs.clean[0].mean() > pairs.damaged[0].mean()


def test_a_pair_of_different_sizes_is_a_sentence(tmp_path: Path) -> None:
    for part, size in (("damaged", (20, 10)), ("clean", (20, 11))):
        (tmp_path / part).mkdir()
        Image.new("RGB", size).save(tmp_path / part / "a.png")
    with pytest.raises(DataError, match="20x10 and 20x11"):
        PairSet(tmp_path / "damaged", tmp_path / "clean")


def test_a_missing_partner_is_a_sentence(tmp_path: Path) -> None:
    for part, name in (("damaged", "a.png"), ("clean", "b.png")):
        (tmp_path / part).mkdir()
        Image.new("RGB", (8, 8)).save(tmp_path / part / name)
    with pytest.raises(DataError, match="no clean partner"):
        PairSet(tmp_path / "damaged", tmp_path / "clean")


def test_a_pack_in_pieces_gives_the_same_photographs(photographs: Path, tmp_path: Path) -> None:
    for index in range(6):  # enough bytes for two pieces of the smallest size
        noise = np.random.default_rng(index).integers(0, 255, (400, 500, 3), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / f"noise{index}.png")
    index_file = pack(tmp_path, tmp_path / "packed", piece_bytes=1_000_000)
    facts = json.loads(index_file.read_text())
    assert len(facts["pieces"]) > 2
    assert all(piece["bytes"] <= 1_000_000 for piece in facts["pieces"])
    plain = PhotoSet(tmp_path, "all", limit=6)
    packed = PhotoSet(index_file, "all")
    assert packed.manifest == plain.manifest
    assert all(np.array_equal(a, b) for a, b in zip(packed.images, plain.images, strict=True))


def test_a_reduced_pack_keeps_who_is_kept_out(photographs: Path, tmp_path: Path) -> None:
    packed = PhotoSet(pack(photographs, tmp_path, longest=56), "heldout")
    assert [entry["file"] for entry in packed.manifest] == ["photo4.jpg", "photo5.jpg"]
    assert packed.images[0].shape == (48, 56, 3)


def test_a_damaged_or_missing_piece_is_named(photographs: Path, tmp_path: Path) -> None:
    index = pack(photographs, tmp_path)
    piece = tmp_path / "photographs.000"
    content = bytearray(piece.read_bytes())
    content[1000] ^= 1
    piece.write_bytes(content)
    with pytest.raises(DataError, match="damaged"):
        PhotoSet(index)
    piece.unlink()
    with pytest.raises(DataError, match=r"lacks its piece photographs\.000"):
        PhotoSet(index)
