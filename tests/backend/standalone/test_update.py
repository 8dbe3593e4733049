"""An update is checked, unpacked beside the program and put in by the new version's own script; or nothing changes."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import platformdirs
import pytest

pytest.importorskip("nacl", reason="the standalone program brings it")

from restored.standalone import StandaloneError, program_folder
from restored.standalone import update as updating
from restored.standalone.signature import verify
from restored.standalone.update import back, update

from .test_signature import NUMBER, SEED, encoded, sign

PYTHON = sys.executable
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the script is Linux's")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "home/.local/opt/restored/restored"
    place.parent.mkdir(parents=True)
    place.write_text("1.0")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(place))
    return place


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "update.pub"
    path.write_text(f"untrusted comment: x\n{encoded(b'Ed' + NUMBER + bytes(SEED.verify_key))}\n")
    return path


def download(folder: Path, script: str, name: str = "restored-2.0-linux-x86_64.tar.xz") -> Path:
    (folder / "install.sh").write_text(script)
    with tarfile.open(folder / name, "w:xz") as archive:
        archive.add(folder / "install.sh", "restored-2.0/install.sh")
    sign(folder / name)
    return folder / name


def test_the_new_versions_script_does_it(program: Path, key: Path, tmp_path: Path) -> None:
    file = download(tmp_path, 'echo 2.0 >"$RESTORED_PREFIX/opt/restored/restored"; echo "restored 2.0 is installed. $*"')
    assert update(file, key=key) == "restored 2.0 is installed."
    assert program.read_text() == "2.0\n"
    assert update(file, key=key, downgrade=True).endswith("--downgrade")
    assert [path.name for path in program.parent.parent.iterdir()] == ["restored"], "nothing is left beside it"


def test_what_it_says_when_it_refuses(program: Path, key: Path, tmp_path: Path) -> None:
    file = download(tmp_path, "echo 'Version 3.0 is installed. Nothing was changed.' >&2; exit 1")
    with pytest.raises(StandaloneError, match=r"Version 3\.0 is installed"):
        update(file, key=key)


def test_nothing_is_unpacked_before_the_signature_was_checked(program: Path, key: Path, tmp_path: Path) -> None:
    file = download(tmp_path, "exit 0")
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(StandaloneError, match="not what was signed"):
        update(file, key=key)
    assert program.read_text() == "1.0"


def test_the_version_before_comes_back_by_the_programs_own_script(program: Path, tmp_path: Path) -> None:
    share = program.parent / "share"
    share.mkdir()
    (share / "install.sh").write_text('echo "Back to $1 in $RESTORED_PREFIX, asked by $RESTORED_UPDATER"')
    assert back() == f"Back to --back in {program.parents[2]}, asked by {os.getpid()}"
    (share / "install.sh").write_text("echo There is no version before this one. >&2; exit 1")
    with pytest.raises(StandaloneError, match="no version before"):
        back()


@pytest.mark.parametrize(("system", "ending"), [("win32", "-setup.exe"), ("darwin", ".pkg")])
def test_elsewhere_what_is_started_is_what_was_checked(
    program: Path, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, ending: str
) -> None:
    file = tmp_path / f"restored-2.0{ending}"
    file.write_bytes(b"the installer")
    sign(file)
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    monkeypatch.setattr(updating, "verify", lambda *given: (verify(*given), file.write_bytes(b"another by now"))[0])
    started: list[str] = []

    def start(command: str | list[str | Path], **_: object) -> None:
        started.append(command if isinstance(command, str) else " ".join(map(str, command)))

    monkeypatch.setattr(subprocess, "run", start)
    monkeypatch.setattr(subprocess, "Popen", start)
    for downgrade in (False, True):  # the first one's copy is no hindrance
        file.write_bytes(b"the installer")
        update(file, key=key, downgrade=downgrade)
    (copy,) = (tmp_path / "cache").rglob(f"*{ending}")
    assert copy.read_bytes() == b"the installer"
    wanted = {
        "win32": [f'"{copy}" /S /D={program.parent}', f'"{copy}" /S /DOWNGRADE /D={program.parent}'],
        "darwin": [f"open {copy}"] * 2,
    }
    assert started == wanted[system], "NSIS takes the folder last, and without quotes"


def test_an_archive_that_would_write_elsewhere_is_refused(program: Path, key: Path, tmp_path: Path) -> None:
    file = tmp_path / "restored-2.0-linux-x86_64.tar.xz"
    (tmp_path / "evil").write_text("x")
    with tarfile.open(file, "w:xz") as archive:
        archive.add(tmp_path / "evil", "../../../outside")
    sign(file)
    with pytest.raises(StandaloneError, match="cannot be unpacked"):
        update(file, key=key)
    assert not list(tmp_path.rglob("outside"))


def test_what_is_not_a_download_for_this_system(program: Path, key: Path, tmp_path: Path) -> None:
    (tmp_path / "restored-2.0-windows-setup.exe").write_bytes(b"MZ")
    with pytest.raises(StandaloneError, match=r"ends with \.tar\.xz"):
        update(tmp_path / "restored-2.0-windows-setup.exe", key=key)
    with pytest.raises(StandaloneError, match="no key"):
        update(tmp_path / "x.tar.xz", key=tmp_path / "none")


def test_what_pip_installed_pip_changes(tmp_path: Path) -> None:
    with pytest.raises(StandaloneError, match="pip install"):
        program_folder()


def test_what_the_package_manager_installed_it_updates(monkeypatch: pytest.MonkeyPatch, key: Path, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/restored/restored")
    with pytest.raises(StandaloneError, match=r"\.deb"):
        update(tmp_path / "restored-2.0-linux-x86_64.tar.xz", key=key)


UPDATING = """
import atexit, subprocess, sys
sys.frozen, sys.executable = True, sys.argv[1]
import restored.standalone.update as updating
updating.update.__kwdefaults__["key"] = updating.Path(sys.argv[2])
real, then = subprocess.run, set()

def run(*command, **options):
    done = real(*command, **options)
    then.update(sys.modules)
    return done

updating.subprocess.run = run
atexit.register(lambda: print("late:", *sorted(set(sys.modules) - then)))
sys.argv = ["restored", "update", "--from", sys.argv[3]]
from restored.cli import main
main()
"""


@pytest.mark.slow
def test_nothing_is_read_once_the_files_are_another_versions(program: Path, key: Path, tmp_path: Path) -> None:
    """Modules come out of the program's own file, which the new version's script replaces."""
    file = download(tmp_path, "echo restored 2.0 is installed.")
    command = [PYTHON, "-c", UPDATING, program, key, file]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["restored 2.0 is installed.", "late:"]
