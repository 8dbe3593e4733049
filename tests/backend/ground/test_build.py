"""What tells one build of the program from another."""

import sys
from pathlib import Path

import pytest

from restored.daemon import settings
from restored.daemon.settings import read_settings
from restored.ground.build import build_id


@pytest.fixture
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "restored"
    program.write_bytes(b"loader")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))
    return program


def test_a_frozen_program_is_known_by_its_content_and_not_by_its_dates(frozen: Path) -> None:
    manifest = frozen.with_name("manifest.json")
    manifest.write_text('{"files": {"a": 1}}')
    first = build_id()
    frozen.touch()
    manifest.write_text('{"files": {"a": 1}}')
    assert build_id() == first
    manifest.write_text('{"files": {"a": 2}}')
    assert build_id() != first


def test_one_without_a_manifest_has_an_id_too(frozen: Path) -> None:
    assert len(build_id()) == 16


@pytest.mark.parametrize("odd", ["abc", "nan", "-1", ""])
def test_an_odd_time_in_the_environment_keeps_no_daemon_from_starting(monkeypatch: pytest.MonkeyPatch, odd: str) -> None:
    monkeypatch.setenv("RESTORED_IDLE_EXIT", odd)
    monkeypatch.setenv("RESTORED_IDLE_UNLOAD", odd)
    assert read_settings([]) == settings.DaemonSettings()


def test_an_odd_time_as_an_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_settings(["--idle-exit", "nan"])
    assert "“nan” is no time" in capsys.readouterr().err


def test_a_daemon_inside_a_sandbox_ends_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RESTORED_IDLE_EXIT", raising=False)
    assert read_settings([]).idle_exit == 4 * 3600
    monkeypatch.setattr(settings, "sandboxed", lambda: True)
    assert read_settings([]).idle_exit == settings.SANDBOXED_EXIT
    assert read_settings(["--idle-exit", "2"]).idle_exit == 2 * 3600
