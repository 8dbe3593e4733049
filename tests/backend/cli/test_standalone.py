"""What only the standalone program says, and what its uninstaller asks it."""

import subprocess
import sys
from pathlib import Path

import pytest

from restored.cli import daemon, standalone
from restored.cli.console import Failure
from restored.standalone import folders, gpu


def test_every_folder_of_ours_is_named_for_the_uninstaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "restored.cli", "places"], env=environment, capture_output=True, text=True, check=True
    )
    lines = [line.split(": ", 1) for line in done.stdout.splitlines()]
    assert {kind for kind, _ in lines} == {"cache", "yours"}
    for _, folder in lines:
        assert folder.startswith(str(tmp_path))
        assert "restored" in Path(folder).parts, "an uninstaller must never be told of a folder that others share"


def test_of_a_folder_that_a_variable_names_only_what_is_ours_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be the home itself."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    ours = {"RUNTIME": "connection.json", "CONFIG": "presets.json", "DATA": "bundles", "LOG": "daemon.log"}
    for name, file in ours.items():
        folder = tmp_path / name.lower()
        folder.mkdir()
        (folder / file).touch()
        (folder / "somebody's letter").touch()
        monkeypatch.setenv(f"RESTORED_{name}_DIR", str(folder))
    caches = {path for path in folders.caches() if path.is_relative_to(tmp_path) and path.exists()}
    assert caches == {tmp_path / "runtime/connection.json", tmp_path / "log/daemon.log"}
    assert set(folders.yours()) == {tmp_path / "config/presets.json", tmp_path / "data/bundles"}


def test_pips_installation_has_no_updates_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "restored.cli", "update", "--from", "x"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> gpu.Pack:
    """The pack that the program knows; its folder is this test's."""
    known = gpu.Pack("torch-9.9-cu999", 1000, (gpu.Part("a.part0", 1_500_000_000, "0" * 64), gpu.Part("a.part1", 5, "1" * 64)))
    monkeypatch.setattr(gpu.Pack, "known", classmethod(lambda cls: known))
    monkeypatch.setattr(gpu, "home", lambda: tmp_path / "gpu")
    monkeypatch.setattr(daemon, "begin_anew", lambda: True)
    return known


def test_a_pack_that_is_not_there_says_how_large_it_is(pack: gpu.Pack, capsys: pytest.CaptureFixture[str]) -> None:
    standalone.status()
    assert capsys.readouterr().out.startswith("The GPU pack is not installed: 2 files, 1.5 GB.\nWhen you have downloaded them:")
    standalone.remove()
    assert capsys.readouterr().out == "There is no GPU pack.\n"


def test_a_pack_is_put_in_seen_and_taken_away(
    pack: gpu.Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []
    monkeypatch.setattr(gpu, "install", lambda files, known, where: asked.append((files, known.id, where)))
    standalone.install([tmp_path])
    assert asked == [([tmp_path], pack.id, tmp_path / "gpu")]
    assert capsys.readouterr().out.strip() == f"The GPU pack {pack.id} is installed."
    monkeypatch.setattr(gpu, "installed", lambda known, where: True)
    standalone.status()
    assert capsys.readouterr().out.strip() == f"The GPU pack {pack.id} is installed."
    monkeypatch.setattr(gpu, "remove", lambda where: True)
    standalone.remove()
    assert capsys.readouterr().out == "The GPU pack is gone.\n"


def test_the_daemon_that_chose_before_begins_anew_or_is_named(
    pack: gpu.Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pack was put in, and what ran went on with the processor for as long as it was used, without a word."""
    happened: list[str] = []
    monkeypatch.setattr(gpu, "install", lambda *_: happened.append("installed"))
    monkeypatch.setattr(gpu, "remove", lambda *_: happened.append("removed") or True)
    monkeypatch.setattr(daemon, "begin_anew", lambda: happened.append("anew") or False)
    standalone.install([tmp_path])
    assert "at work and goes on as it was" in capsys.readouterr().out
    standalone.remove()
    assert happened == ["installed", "anew", "anew", "removed"]


@pytest.mark.parametrize(
    ("code", "said", "told"),
    [
        (0, "NVIDIA H100\n", "NVIDIA H100"),
        (1, "[PYI-7:ERROR] x\nlibcuda is not here\n", "so the processor computes: libcuda is not here"),
        (1, "", "no reason was given."),
    ],
)
def test_what_the_pack_finds_is_told(code: int, said: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standalone, "frozen", lambda: True)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], code, said, ""))
    assert standalone._seen().endswith(told)


def test_a_refusal_is_a_sentence(pack: gpu.Pack, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="There is no "):
        standalone.install([tmp_path / "nothing"])
    with pytest.raises(Failure, match="pip install --upgrade"):
        standalone.update(tmp_path / "nothing", downgrade=False)
