"""install.sh, with a small program in place of the real one: what is there before and after, compared path by path."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is Linux's")
LINUX = Path(__file__).resolve().parents[2] / "installer/linux"

PROGRAM = """#!/bin/sh
case "$*" in
    --version) echo "restored $(cat "$(dirname "$(readlink -f "$0")")/number")"; exit "${BROKEN:-0}" ;;
    "daemon stop") echo stopped >>"$HOME/said" ;;
    "plugins install") mkdir -p "$HOME/.config/GIMP/3.0/plug-ins/ours"; echo installed >>"$HOME/said" ;;
    "plugins uninstall") rm -rf "$HOME/.config/GIMP/3.0/plug-ins/ours"; echo uninstalled >>"$HOME/said" ;;
    exchange*) exec "${PYTHON:-/bin/false}" -c "$EXCHANGE" "$2" "$3" ;;
    places) echo "cache: $HOME/.cache/restored"; echo "yours: $HOME/.config/restored" ;;
esac
"""


class Home:
    """A home folder with a GIMP in it, and downloads of several versions."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home of Ann"
        (self.home / ".config/GIMP/3.0/plug-ins").mkdir(parents=True)
        self._downloads = folder / "downloads"

    def download(self, version: str) -> Path:
        place = self._downloads / version
        if place.is_dir():
            return place / "install.sh"
        program = place / "restored"
        (program / "share").mkdir(parents=True)
        shutil.copy2(LINUX / "install.sh", place)
        (program / "restored").write_text(PROGRAM)
        (program / "restored").chmod(0o755)
        (program / "number").write_text(version)
        (program / "manifest.json").write_text(json.dumps({"version": version, "files": {}}, indent=1))
        for name in ("restored.desktop", "restored.svg", "restored.metainfo.xml", "install.sh"):
            shutil.copy2(LINUX / name, program / "share")
        for name in ("restored.bash", "restored.fish"):
            shutil.copy2(LINUX / "completion" / name, program / "share")
        (program / "share" / "restored.1").write_text(".TH RESTORED 1")
        return place / "install.sh"

    def run(self, script: Path, *options: str, answer: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], **more}
        return subprocess.run(
            ["sh", script, *options], env=environment, input=answer, capture_output=True, text=True, check=False
        )

    def tree(self) -> dict[str, str]:
        found = {}
        for path in sorted(self.home.rglob("*")):
            name = path.relative_to(self.home).as_posix()
            if name != "said":
                found[name] = os.readlink(path) if path.is_symlink() else path.read_text() if path.is_file() else "/"
        return found

    def tree_of_links(self) -> list[tuple[str, int]]:
        """Every path, and which file it is."""
        return [(path.as_posix(), path.lstat().st_ino) for path in sorted(self.home.rglob("*")) if path.name != "said"]

    @property
    def program(self) -> Path:
        return self.home / ".local/opt/restored"

    def version(self) -> str:
        link = self.home / ".local/bin/restored"
        return subprocess.run([link, "--version"], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def ann(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_installed_and_removed_leaves_the_home_as_it_was(ann: Home) -> None:
    before = ann.tree()
    done = ann.run(ann.download("1.0"))
    assert done.returncode == 0, done.stderr
    assert ann.version() == "restored 1.0"
    desktop = (ann.home / ".local/share/applications/restore-with-instruction.desktop").read_text()
    assert f"Exec={ann.program}/restored ask %F" in desktop
    shutil.rmtree(ann.home.parent / "downloads")  # nothing needs the download any more
    gone = ann.run(ann.program / "share/install.sh", "--uninstall", "--all")
    assert gone.returncode == 0, gone.stderr
    assert ann.tree() == before


def test_folders_that_were_there_stay(ann: Home) -> None:
    for name in (".local/bin", ".local/opt", ".local/share/icons"):
        (ann.home / name).mkdir(parents=True)
    before = ann.tree()
    ann.run(ann.download("1.0"))
    ann.run(ann.download("1.1"))
    ann.run(ann.program / "share/install.sh", "--uninstall", "--keep")
    assert ann.tree() == before


def test_upgrade_and_one_step_back(ann: Home) -> None:
    ann.run(ann.download("1.9"))
    done = ann.run(ann.download("1.10"))
    assert "restored 1.10 is installed; it was 1.9." in done.stdout
    assert "stopped" in (ann.home / "said").read_text(), "the daemon of the old version ends"
    assert ann.version() == "restored 1.10"
    back = ann.run(ann.program / "share/install.sh", "--back")
    assert "Back to restored 1.9" in back.stdout
    assert ann.version() == "restored 1.9"
    ann.run(ann.program / "share/install.sh", "--back")
    assert ann.version() == "restored 1.10"


def test_an_older_version_is_refused_unless_asked_for(ann: Home) -> None:
    ann.run(ann.download("2.0"))
    before = ann.tree()
    old = ann.download("1.0")
    done = ann.run(old)
    assert done.returncode == 1
    assert "Nothing was changed" in done.stderr
    assert ann.tree() == before
    assert ann.run(old, "--downgrade").returncode == 0
    assert ann.version() == "restored 1.0"


def test_a_program_that_does_not_start_here_changes_nothing(ann: Home) -> None:
    ann.run(ann.download("1.0"))
    before = ann.tree()
    done = ann.run(ann.download("2.0"), BROKEN="1")
    assert done.returncode == 1
    assert "too old" in done.stderr
    assert ann.tree() == before


def test_an_interrupted_installation_does_not_stand_in_the_way(ann: Home) -> None:
    left = ann.home / ".local/opt/.restored-new/half"
    left.mkdir(parents=True)
    assert ann.run(ann.download("1.0")).returncode == 0
    assert not left.exists()


def test_another_program_of_that_name_is_left_alone(ann: Home) -> None:
    other = ann.home / ".local/bin/restored"
    other.parent.mkdir(parents=True)
    other.write_text("somebody else's")
    done = ann.run(ann.download("1.0"))
    assert "left alone" in done.stdout
    ann.run(ann.program / "share/install.sh", "--uninstall", "--all")
    assert other.read_text() == "somebody else's"


@pytest.mark.parametrize(("option", "kept"), [("--keep", True), ("--all", False)])
def test_settings_stay_unless_they_are_to_go(ann: Home, option: str, kept: bool) -> None:
    ann.run(ann.download("1.0"))
    for name in (".config/restored/history.json", ".cache/restored/lock"):
        (ann.home / name).parent.mkdir(parents=True, exist_ok=True)
        (ann.home / name).write_text("{}")
    done = ann.run(ann.program / "share/install.sh", "--uninstall", option)
    assert (ann.home / ".config/restored").exists() is kept
    assert ("Kept:" in done.stdout) is kept
    assert not (ann.home / ".cache/restored").exists()


def test_what_is_not_installed_cannot_be_removed(ann: Home) -> None:
    done = ann.run(ann.download("1.0"), "--uninstall")
    assert done.returncode == 1
    assert "not installed" in done.stderr


def test_who_is_at_work_keeps_the_version_they_began_with(ann: Home) -> None:
    """A program reads its own files whenever it needs them; only the one that updates may be there."""
    ann.run(ann.download("1.0"))
    ann.run(ann.download("1.1"))
    (ann.program / "restored").unlink()
    shutil.copy2(Path("/bin/sh").resolve(), ann.program / "restored")
    before = ann.tree_of_links()
    batch = subprocess.Popen([ann.program / "restored", "-c", "read line"], stdin=subprocess.PIPE)
    try:
        newer = ann.download("2.0")
        for script, *option in ((newer,), (ann.program / "share/install.sh", "--uninstall")):
            done = ann.run(script, *option)
            assert done.returncode == 1
            assert f"at work (process {batch.pid})" in done.stderr
            assert ann.tree_of_links() == before
        assert ann.run(newer, RESTORED_UPDATER=str(batch.pid)).returncode == 0
    finally:
        batch.communicate(b"\n")
    assert ann.version() == "restored 2.0"


def test_an_installation_that_was_cut_off_between_its_renames_goes_back_or_is_done_again(ann: Home) -> None:
    script = ann.download("2.0")
    for step in ("--back", ""):
        ann.run(ann.download("1.0"), "--downgrade")
        shutil.rmtree(ann.program.with_name(".restored-before"), ignore_errors=True)
        ann.program.rename(ann.program.with_name(".restored-before"))
        assert ann.run(script, *([step] if step else [])).returncode == 0
        assert ann.version() == ("restored 1.0" if step else "restored 2.0")


def test_an_update_that_was_killed_leaves_nothing_for_ever(ann: Home) -> None:
    before = ann.tree()
    ann.run(ann.download("1.0"))
    (ann.program.parent / ".restored-update-x/restored-2.0").mkdir(parents=True)
    ann.run(ann.program / "share/install.sh", "--uninstall", "--all")
    assert ann.tree() == before


EXCHANGE = "import sys, pathlib; from restored.standalone.swapping import exchange; exchange(*map(pathlib.Path, sys.argv[1:]))"
STOPPED = """#!/bin/sh
# one of the commands that the script changes files with: ends the script at the one that was named
count=$(($(cat "$HOME/../count") + 1)); echo $count >"$HOME/../count"
if [ $count = "$AT" ]; then
    case NAME-$DONE in
        rm-half) for last; do :; done; rm -f "$last/manifest.json" ;;
        *-yes) /bin/NAME "$@" ;;
    esac
    kill -9 $PPID; exit 9
fi
exec /bin/NAME "$@"
"""


@pytest.mark.slow
@pytest.mark.parametrize("whole", ["", "yes"], ids=["by renames", "at once"])
@pytest.mark.parametrize("done", ["", "half", "yes"], ids=["before a command", "when half is removed", "after it"])
def test_an_upgrade_that_is_killed_at_any_of_its_commands_can_be_done_again(ann: Home, whole: str, done: str) -> None:
    """What is taken for a version is a whole one at every moment; where two folders can change places at once there is a program
    that starts at every moment, too."""
    tools = ann.home.parent / "tools"
    tools.mkdir()
    for name in ("mv", "cp", "rm", "ln", "mkdir"):
        (tools / name).write_text(STOPPED.replace("NAME", name))
        (tools / name).chmod(0o755)
    path = {"PATH": f"{tools}:{os.environ['PATH']}", "DONE": done}
    path |= {"PYTHON": sys.executable, "EXCHANGE": EXCHANGE} if whole else {}
    newer, count = ann.download("2.0"), ann.home.parent / "count"
    before, without, at = ann.tree(), [], 0
    for at in range(1, 60):
        ann.run(ann.download("1.0"))
        ann.run(ann.download("1.5"))
        count.write_text("0")
        killed = ann.run(newer, AT=str(at), **path)
        if killed.returncode == 0:
            break
        assert killed.returncode == -9, killed.stderr
        versions = [ann.program, ann.program.with_name(".restored-before")]
        assert all((each / "manifest.json").exists() for each in versions if each.exists()), f"killed at command {at}"
        if not ann.program.is_dir():
            without.append(at)
        elif ann.version() == "restored 2.0":
            assert ann.run(ann.program / "share/install.sh", "--back").returncode in (0, 1)
        again = ann.run(newer)
        assert again.returncode == 0, again.stderr
        assert ann.version() == "restored 2.0"
        ann.run(ann.program / "share/install.sh", "--uninstall", "--all")
        assert ann.tree() == before, f"killed at command {at}"
    assert at > 10, "every command was one to be killed at, and there is an end"
    assert len(without) == (0 if whole else 1)
