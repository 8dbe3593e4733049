"""Finding the daemon's executable and starting it away from the host's own surroundings."""

import json
import os
import sys

import pytest

from restored_client import ClientError, Session
from restored_client.session import launch
from restored_client.session.paths import runtime_dir


def program(path, body: str = "exit 0"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A home and a PATH in which nothing is installed."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.delenv("RESTORED_EXECUTABLE", raising=False)
    monkeypatch.setattr(launch, "INSTALLED", tmp_path / "installed.json")
    (tmp_path / "home").mkdir()
    return tmp_path


def test_not_installed_says_how_to_install(nowhere, folder) -> None:
    with pytest.raises(ClientError) as raised:
        Session.open(client="test")
    assert raised.value.code == "not_installed"
    assert "restored plugins install" in raised.value.sentence


def test_where_it_is_looked_for_in_order(nowhere, monkeypatch) -> None:
    pipx = program(nowhere / "home/.local/share/pipx/venvs/restore-with-instruction/bin/restored")
    assert launch.find_executable() == [str(pipx)]
    local = program(nowhere / "home/.local/bin/restored")
    assert launch.find_executable() == [str(local)]
    on_path = program(nowhere / "path/restored")
    assert launch.find_executable() == [str(on_path)]
    recorded = program(nowhere / "recorded/restored")
    launch.INSTALLED.write_text(json.dumps({"executable": str(recorded)}))
    assert launch.find_executable() == [str(recorded)]
    named = program(nowhere / "named")
    monkeypatch.setenv("RESTORED_EXECUTABLE", str(named))
    assert launch.find_executable() == [str(named)]


@pytest.mark.parametrize("content", ["", "[]", '{"executable": 5}', '{"executable": "/gone"}', "\x00"])
def test_a_broken_record_is_passed_over(nowhere, content) -> None:
    launch.INSTALLED.write_text(content)
    on_path = program(nowhere / "path/restored")
    assert launch.find_executable() == [str(on_path)]


def test_the_hosts_variables_do_not_reach_the_daemon(monkeypatch, folder) -> None:
    host = {
        "PYTHONHOME": "x",
        "PYTHONPATH": "x",
        "LD_LIBRARY_PATH": "x",
        "LD_PRELOAD": "x",
        "GI_TYPELIB_PATH": "x",
        "QT_PLUGIN_PATH": "x",
        "APPDIR": "x",
        "_PYI_APPLICATION_HOME_DIR": "x",
        "_MEIPASS2": "x",
    }
    own = {"HOME": "/h", "PATH": "/p", "LANG": "de", "XDG_DATA_HOME": "/d", "RESTORED_LOG_DIR": "/l"}
    assert launch.own_environment({**host, **own}) == {**own, "RESTORED_RUNTIME_DIR": str(folder)}


@pytest.mark.slow
def test_a_daemon_that_cannot_start_says_its_last_words(nowhere, folder, monkeypatch) -> None:
    monkeypatch.setenv("RESTORED_EXECUTABLE", str(program(nowhere / "bad", "echo first >&2; echo no space left >&2; exit 3")))
    said: list[str] = []
    with pytest.raises(ClientError) as raised:
        Session.open(client="test", on_status=said.append)
    assert raised.value.code == "start_failed"
    assert raised.value.sentence == "The restoration engine could not start: no space left"
    assert "exit code 3" in raised.value.detail
    assert "first" in raised.value.detail
    assert said == ["Starting the restoration engine…"]


def test_the_loader_of_a_frozen_program_does_not_have_the_last_word(nowhere, folder, monkeypatch) -> None:
    said = "echo OSError: no space left >&2; echo '[PYI-77:ERROR] Failed to execute script entry' >&2; exit 1"
    monkeypatch.setenv("RESTORED_EXECUTABLE", str(program(nowhere / "bad", said)))
    with pytest.raises(ClientError) as raised:
        Session.open(client="test")
    assert raised.value.sentence.endswith("OSError: no space left")
    assert "PYI-77" in raised.value.detail


def test_something_that_cannot_be_run(nowhere, folder) -> None:
    with pytest.raises(ClientError) as raised:
        Session.open(client="test", executable=[str(nowhere / "none")])
    assert raised.value.code == "start_failed"


def test_one_that_never_speaks_is_given_up(nowhere, folder, monkeypatch) -> None:
    monkeypatch.setattr("restored_client.session.greeting.TIME_TO_START", 0.5)
    with pytest.raises(ClientError) as raised:
        Session.open(client="test", executable=[sys.executable, "-c", "import time; time.sleep(5)"])
    assert raised.value.code == "start_failed"


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders are Linux's")
def test_the_runtime_folder_is_one_that_can_be_used(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("RESTORED_RUNTIME_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert runtime_dir() == tmp_path / "restored"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "gone"))
    assert runtime_dir() == tmp_path / "cache" / "restored"


@pytest.mark.skipif(sys.platform != "linux", reason="flatpak is Linux's")
@pytest.mark.parametrize("app", ["org.gimp.GIMP", "org.kde.krita"])
def test_where_a_host_is_a_flatpak_all_meet_in_a_folder_that_it_sees(nowhere, app, monkeypatch) -> None:
    monkeypatch.delenv("RESTORED_RUNTIME_DIR", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(nowhere))
    assert runtime_dir() == nowhere / "restored"
    (nowhere / "home/.var/app" / app).mkdir(parents=True)
    outside = runtime_dir()
    # the sandbox: its runtime and cache folders are its own, the home folder is the user's
    monkeypatch.setattr("restored_client.session.paths.sandboxed", lambda: True)
    monkeypatch.setenv("XDG_CACHE_HOME", str(nowhere / "home/.var/app" / app / "cache"))
    assert outside == runtime_dir() == nowhere / "home/.cache/restored"


@pytest.mark.parametrize("entry", ["", ".", "bin"])
def test_a_program_in_the_folder_that_the_host_works_in_is_not_started(nowhere, tmp_path, monkeypatch, entry) -> None:
    """Pictures come in folders from anybody; so may a program of our name beside them."""
    for folder in (tmp_path, tmp_path / "bin"):
        folder.mkdir(exist_ok=True)
        for name in ("restored", "restored.exe"):
            (folder / name).write_text("#!/bin/sh\n")
            (folder / name).chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join([entry, "/nowhere"]))
    assert launch.find_executable() is None
