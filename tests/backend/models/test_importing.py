"""Bundles from elsewhere: whole, signed or asked about, and never more than their manifest lists."""

import hashlib
import json
import os
import shutil
import subprocess
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
import torch

from restored.models import files
from restored.models.base import ModelError
from restored.models.bundle import load_bundle, write_bundle
from restored.models.importing import install, keys_folder, read_foreign
from restored.models.installed import list_bundles
from restored.models.signature import SIGNATURE, PublicKey, new_key, read_key, sign, signer, trusted_keys
from restored.models.swift import Swift, SwiftConfig

pytest.importorskip("nacl")

TINY = SwiftConfig(widths=(4, 6), encoder=(1,), middle=1, decoder=(1,), rank=1, context_width=4, grid_channels=2)


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stranger's bundle called "mine"; nothing is installed and nobody trusted."""
    monkeypatch.setenv("RESTORED_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(files, "SHIPPED", tmp_path / "shipped")
    torch.manual_seed(0)
    folder = tmp_path / "from elsewhere" / "mine"
    return write_bundle(folder, Swift(TINY), TINY.to_dict(), licence="MIT", training_data="random numbers", version="1").folder


def trust(public: PublicKey, name: str = "maker") -> None:
    keys_folder().mkdir(parents=True, exist_ok=True)
    (keys_folder() / f"{name}.pub").write_text(f"untrusted comment: {name}\n{public.line()}\n")


def zipped(folder: Path, target: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in folder.rglob("*"):
            archive.write(path, prefix + str(path.relative_to(folder)))
    return target


# --- signatures ---


def test_a_signature_holds_for_what_was_signed_and_nothing_else() -> None:
    public, secret = new_key()
    written = sign(b"content", secret, "mine 1")
    assert signer(b"content", written, [public]) == public
    assert signer(b"content", written, []) is None
    assert signer(b"content", written, [new_key()[0]]) is None
    with pytest.raises(ModelError, match="not what was signed"):
        signer(b"other content", written, [public])
    with pytest.raises(ModelError, match="not what was signed"):
        signer(b"content", written.replace("mine 1", "mine 2"), [public])
    forged = PublicKey(public.ident, new_key()[0].key, "maker")
    with pytest.raises(ModelError, match="maker"):
        signer(b"content", written, [forged])


@pytest.mark.parametrize("written", ["", "x", "a\nb\nc\nd\n", "a\n" + "A" * 100 + "\ntrusted comment: \nb"])
def test_what_is_no_signature_or_key_gets_a_sentence(written: str) -> None:
    with pytest.raises(ModelError, match="not a minisign"):
        signer(b"", written, [])
    with pytest.raises(ModelError, match="not a minisign"):
        read_key(written)
    with pytest.raises(ModelError, match="not a minisign"):
        sign(b"", written, "")


def test_minisigns_own_files_are_understood() -> None:
    """Of minisign's documentation and its tests (jedisct1/minisign)."""
    key = read_key("untrusted comment: minisign public key\nRWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3")
    assert key.shown == "E7620F1842B4E81F"
    assert read_key(key.line()) == key


@pytest.mark.skipif(shutil.which("minisign") is None, reason="minisign is not installed")
def test_minisign_believes_ours(tmp_path: Path) -> None:
    public, secret = new_key()
    (tmp_path / "f").write_bytes(b"content")
    (tmp_path / "f.minisig").write_text(sign(b"content", secret, "x"))
    subprocess.run(["minisign", "-V", "-m", tmp_path / "f", "-P", public.line()], check=True)


def test_a_key_that_cannot_be_read_keeps_nobody_from_the_others(bundle: Path) -> None:
    public, _ = new_key()
    trust(public)
    (keys_folder() / "bad.pub").write_bytes(b"\xff\xfe")
    (keys_folder() / "worse.pub").mkdir()
    assert [key.key for key in trusted_keys(keys_folder())] == [public.key]


# --- bundles ---


@pytest.mark.parametrize("how", ["folder", "zip", "zip with a folder"])
def test_a_bundle_is_read_whole_and_installed(bundle: Path, tmp_path: Path, how: str) -> None:
    source = bundle if how == "folder" else zipped(bundle, tmp_path / "b.zip", "mine/" if "folder" in how else "")
    foreign = read_foreign(source)
    assert foreign.signed_by is None
    assert "not signed" in foreign.question
    assert install(foreign).fingerprint == load_bundle(bundle).fingerprint
    assert list(list_bundles()) == ["mine"]


def test_who_signed_it_is_known_when_trusted(bundle: Path) -> None:
    public, secret = new_key()
    (bundle / SIGNATURE).write_text(sign((bundle / "bundle.json").read_bytes(), secret, "mine 1"))
    assert "a key that you have not said you trust" in read_foreign(bundle).question
    trust(public)
    found = read_foreign(bundle)
    assert found.signed_by is not None
    assert found.signed_by.name == "maker"
    assert (install(found).folder / SIGNATURE).exists()
    manifest = (bundle / "bundle.json").read_text()
    (bundle / "bundle.json").write_text(manifest.replace("random numbers", "somebody's secrets"))
    with pytest.raises(ModelError, match="not what was signed"):
        read_foreign(bundle)


def test_nothing_but_what_is_listed_comes_along(bundle: Path) -> None:
    (bundle / "evil.py").write_text("raise SystemExit")
    (bundle / "more.safetensors").write_bytes(b"x")
    assert sorted(path.name for path in install(read_foreign(bundle)).folder.iterdir()) == ["bundle.json", "model.safetensors"]


def test_damage_is_found_before_anything_is_installed(bundle: Path) -> None:
    content = bytearray((bundle / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (bundle / "model.safetensors").write_bytes(content)
    with pytest.raises(ModelError, match="damaged"):
        read_foreign(bundle)
    assert list_bundles() == {}


def test_a_zip_bomb_is_not_unpacked(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_MANIFEST", 1 << 16)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bundle.json", b" " * (64 << 20))
    assert os.path.getsize(tmp_path / "bomb.zip") < 1 << 17
    with pytest.raises(ModelError, match=r"no bundle\.json"):
        read_foreign(tmp_path / "bomb.zip")


def test_a_file_of_the_manifest_may_not_be_a_bomb_either(bundle: Path, tmp_path: Path) -> None:
    content = bytes(64 << 20)
    manifest = json.loads((bundle / "bundle.json").read_text())
    manifest["files"]["more.txt"] = hashlib.sha256(content).hexdigest()
    (bundle / "bundle.json").write_text(json.dumps(manifest))
    (bundle / "more.txt").write_bytes(content)
    with pytest.raises(ModelError, match=r"more\.txt cannot be read"):
        read_foreign(zipped(bundle, tmp_path / "bomb.zip"))


@pytest.mark.slow
@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_zip_gets_a_sentence_wherever_the_damage_is(bundle: Path, tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "good.zip", "w", method) as archive:
        for path in bundle.iterdir():
            archive.write(path, path.name)
    good = (tmp_path / "good.zip").read_bytes()
    for at in range(0, len(good), max(1, len(good) // 250)):
        damaged = bytearray(good)
        damaged[at] ^= 0xA5
        (tmp_path / "x.zip").write_bytes(damaged)
        with suppress(ModelError):
            read_foreign(tmp_path / "x.zip")


def test_a_zip_that_leaves_its_folder_does_not(bundle: Path, tmp_path: Path) -> None:
    manifest = json.loads((bundle / "bundle.json").read_text())
    manifest["files"]["../../escaped.json"] = "0" * 64
    with zipfile.ZipFile(tmp_path / "slip.zip", "w") as archive:
        archive.writestr("bundle.json", json.dumps(manifest))
        archive.writestr("../../escaped.json", "{}")
    with pytest.raises(ModelError, match="outside its folder"):
        read_foreign(tmp_path / "slip.zip")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"just text"])
def test_what_is_no_bundle_gets_a_sentence(bundle: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    for source in (tmp_path / "x.zip", tmp_path, tmp_path / "absent"):
        with pytest.raises(ModelError, match=r"\.$"):
            read_foreign(source)


def test_a_shipped_name_is_not_taken_over(bundle: Path) -> None:
    shutil.copytree(bundle, files.SHIPPED / "mine")
    with pytest.raises(ModelError, match="ships with restored"):
        install(read_foreign(bundle))
