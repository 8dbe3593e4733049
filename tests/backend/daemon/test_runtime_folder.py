"""The daemon's folder: its lock, its socket and its connection file, and what else may lie there."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from restored.daemon import runtime_folder
from restored.daemon.runtime_folder import AlreadyRunning, RuntimeFolder
from restored_client import Pixels
from restored_client.locking import try_lock

LAYER = Pixels(2, 2, 3, "u8", bytes(12))


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_its_files_are_the_users_alone(daemon, folder) -> None:
    connection = daemon.connection()
    socket = Path(connection.endpoint.removeprefix("ipc://"))
    assert stat.S_IMODE(daemon.file.stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "run").stat().st_mode) == 0o700
    assert socket.parent == folder / "run"
    private = [*(folder / "run").iterdir(), *(folder / "log").iterdir()]
    assert len(private) == 4
    assert [path for path in private if path.stat().st_mode & 0o077] == []


def test_a_deleted_connection_file_comes_back(daemon) -> None:
    daemon.connection()
    daemon.file.unlink()
    assert daemon.connection().pid == daemon.process.pid


def test_without_its_socket_it_ends(daemon) -> None:
    Path(daemon.connection().endpoint.removeprefix("ipc://")).unlink()
    assert daemon.process.wait(60) == 0


def test_a_path_too_long_for_a_socket(launch, folder, monkeypatch) -> None:
    deep = folder / ("deep" * 25)
    monkeypatch.setenv("RESTORED_RUNTIME_DIR", str(deep))
    daemon = launch(environment={"RESTORED_RUNTIME_DIR": str(deep)})
    with daemon.session() as session:
        assert session.restore(LAYER, instruction="x").changed
    assert daemon.connection().endpoint.startswith("tcp://127.0.0.1:")


def test_a_disk_without_sockets(launch) -> None:
    code = """
import sys
from restored.daemon import main, runtime_folder
real = runtime_folder.RuntimeFolder.endpoint
runtime_folder.RuntimeFolder.endpoint = lambda self, tcp: real(self, tcp) if tcp else "ipc:///proc/none.sock"
sys.exit(main())
"""
    daemon = launch("--engine", "echo", program=["-c", code])
    with daemon.session() as session:
        assert session.restore(LAYER, instruction="x").changed
    assert daemon.connection().endpoint.startswith("tcp://127.0.0.1:")


def test_another_program_s_socket_in_the_folder_stays(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("RESTORED_RUNTIME_DIR", str(tmp_path))
    for name in ("4711.sock", ".connection-1234", "connection.json", "postgres.sock"):
        (tmp_path / name).touch()
    folder = RuntimeFolder()
    folder.enter()
    folder.leave()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "postgres.sock"]


def test_a_folder_that_cannot_be_made(launch, folder) -> None:
    (folder / "file").touch()
    run = folder / "file" / "run"
    daemon = launch(environment={"RESTORED_RUNTIME_DIR": str(run)})
    assert daemon.process.wait(60) == 1
    said = daemon.process.stderr.read().decode()
    assert said == f"The restoration daemon cannot use its folder “{run}”: Not a directory.\n"


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can make another user's link")
@pytest.mark.parametrize("what", ["link", "folder"])
def test_another_users_link_does_not_lead_the_daemon_into_somebodys_folder(folder, what) -> None:
    """In a world-writable place anybody can put a link where the runtime folder will be looked for."""
    precious = folder / "documents"
    precious.mkdir(mode=0o755)
    for name in ("mine.sock", ".connection-notes", "letter.txt"):
        (precious / name).write_text("precious")
    run = folder / "run"
    if what == "link":
        run.symlink_to(precious)
        os.lchown(run, 65534, 65534)
    else:
        precious.rename(run)
        os.chown(run, 65534, 65534)
    places = {"RESTORED_RUNTIME_DIR": str(run), "RESTORED_LOG_DIR": str(folder / "log")}
    program = [sys.executable, "-m", "restored.daemon", "--engine", "echo"]
    done = subprocess.run(program, env={**os.environ, **places}, capture_output=True, text=True)
    assert done.returncode == 1
    assert "belongs to another user" in done.stderr
    assert sorted(path.name for path in run.iterdir()) == [".connection-notes", "letter.txt", "mine.sock"]
    assert run.stat().st_mode & 0o777 == 0o755


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can make another user's files")
@pytest.mark.parametrize("what", ["link", "pipe", "locked"])
def test_what_others_left_in_the_place_of_the_lock_keeps_no_daemon_from_starting(folder, monkeypatch, what) -> None:
    """In a folder that once was open to everybody: a link to somebody's file, a pipe, a file that its owner holds locked."""
    run = folder / "run"
    run.mkdir(mode=0o777)
    monkeypatch.setenv("RESTORED_RUNTIME_DIR", str(run))
    letter = folder / "letter.txt"
    letter.write_text("precious")
    lock = run / "lock"
    {"link": lambda: lock.symlink_to(letter), "pipe": lambda: os.mkfifo(lock), "locked": lock.touch}[what]()
    os.lchown(lock, 65534, 65534)
    with open(os.open(lock, os.O_RDWR), "r+b", buffering=0) as held:
        assert try_lock(held)
        ours = RuntimeFolder()
        ours.enter()
        status = lock.lstat()
        assert (status.st_uid, stat.S_ISREG(status.st_mode), stat.S_IMODE(run.stat().st_mode)) == (0, True, 0o700)
        monkeypatch.setattr(runtime_folder, "TIME_TO_LEAVE", 0.1)
        with pytest.raises(AlreadyRunning):
            RuntimeFolder().enter()
        ours.leave()
    assert letter.read_text() == "precious"
