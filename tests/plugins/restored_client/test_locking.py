"""Programs that change the same file wait for each other, and for nobody for ever."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from restored_client import locking
from restored_client.desk.history import History, Presets


def test_two_hosts_at_the_same_time_lose_no_preset_and_no_instruction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "PATIENCE", 600.0)

    def keep(number: int) -> None:
        Presets(tmp_path / "presets.json").save(f"preset {number}", {"instruction": "remove the noise"})
        History(tmp_path / "history.json").add(f"instruction {number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep, range(40)))
    assert len(Presets(tmp_path / "presets.json").all()) == 40
    assert len(History(tmp_path / "history.json").list()) == 40


def test_who_stands_still_keeps_nobody_from_working(tmp_path: Path) -> None:
    with locking.alone(tmp_path) as first, locking.alone(tmp_path, 0.0) as second:
        assert (first, second) == (True, False)
    with locking.alone(tmp_path, 0.0) as after:
        assert after


def test_a_folder_that_is_not_there_is_made_and_one_that_cannot_be_is_said(tmp_path: Path) -> None:
    with locking.alone(tmp_path / "new") as held:
        assert held
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError), locking.alone(tmp_path / "file"):
        pass
