"""The recipe for macOS and its scripts, with small programs in place of that system's tools: what lies where, who is asked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="they are shell scripts")
MACOS = Path(__file__).resolve().parents[2] / "installer/macos"

TOOLS = {
    "stat": 'echo "$SITTING"',
    "dscl": 'echo "NFSHomeDirectory: $HOME"',
    "sudo": 'case $1 in -u) echo "as $2: $4 $5 $6 $7" >>"$SAID"; shift 2 ;; -v) exit 0 ;; esac; exec "$@"',
    "pkgutil": 'echo "forgotten: $2" >>"$SAID"',
    "id": "echo 501",
    "file": 'if [ "$(head -c 4 "$2")" = MACH ]; then echo "Mach-O 64-bit"; else echo "ASCII text"; fi',
    "codesign": 'echo "$*" >>"$SAID"',
    "pkgbuild": 'cp -R "$2" "$PACKED"; for last; do :; done; echo packed >"$last"',
    "productsign": 'echo "productsign $*" >>"$SAID"',
}
"""What macOS has, as far as the scripts use it."""

PROGRAM = """#!/bin/sh
echo "$*" >>"$SAID"
if [ "$1" = places ]; then
    echo "cache: $HOME/Library/Caches/restored"
    echo "yours: $HOME/Library/Application Support/restored"
fi
"""


class Mac:
    """A home, /usr/local and the tools of a Mac, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.home, self.local, self.said = folder / "Users/ann", folder / "usr/local", folder / "said"
        self._bin = folder / "tools"
        self._scripts = folder / "scripts"
        for path in (self.home, self.local / "bin", self._bin, self._scripts):
            path.mkdir(parents=True)
        for name, body in TOOLS.items():
            (self._bin / name).write_text(f"#!/bin/sh\n{body}\n")
            (self._bin / name).chmod(0o755)

    def run(self, script: Path, *options: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a script of theirs, with this folder's /usr/local in place of the real one; what was said before is forgotten."""
        for each in script.parent.iterdir():
            if each.is_file():
                (self._scripts / each.name).write_text(each.read_text().replace("/usr/local", str(self.local)))
        self.said.write_text("")
        own = {"HOME": str(self.home), "PATH": f"{self._bin}:{os.environ['PATH']}", "SAID": str(self.said), "SITTING": "ann"}
        command = ["sh", self._scripts / script.name, *options]
        return subprocess.run(command, env=own | more, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)

    def asked(self) -> list[str]:
        return self.said.read_text().splitlines()

    def installed(self) -> Path:
        place = self.local / "restored"
        (place / "_internal").mkdir(parents=True)
        (place / "restored").write_text(PROGRAM)
        (place / "restored").chmod(0o755)
        (self.local / "bin/restored").symlink_to(place / "restored")
        for name in ("Caches/restored", "Application Support/restored"):
            (self.home / "Library" / name).mkdir(parents=True)
        return place


@pytest.fixture
def mac(tmp_path: Path) -> Mac:
    return Mac(tmp_path)


def test_what_the_package_holds_and_what_is_signed(mac: Mac, tmp_path: Path) -> None:
    """Only machine code, the program last; the weights of a network beside it are none."""
    program = tmp_path / "program"
    (program / "_internal").mkdir(parents=True)
    for name, text in {
        "restored": "MACH",
        "_internal/with space.so": "MACH",
        "_internal/entry.py": "#!",
        "_internal/w": "x",
    }.items():
        (program / name).write_text(text)
        (program / name).chmod(0o755)
    target, packed = tmp_path / "it.pkg", tmp_path / "packed"
    done = mac.run(MACOS / "build.sh", program, target, "1.0", PACKED=str(packed), APP_IDENTITY="Ann (A1)")
    assert done.returncode == 0, done.stderr
    assert target.read_text() == "packed\n"
    (place,) = packed.rglob("restored/restored")
    assert (place.parent / "share/uninstall.sh").is_file()
    assert (place.parent / "_internal/w").read_text() == "x"
    link = packed / str(mac.local).lstrip("/") / "bin/restored"
    assert os.readlink(link) == str(mac.local / "restored/restored")
    signed = [line for line in mac.asked() if "--sign Ann (A1)" in line]
    assert [line.rpartition("/")[2] for line in signed] == ["with space.so", "restored"]
    assert "--entitlements" in signed[-1]
    assert all("--options runtime" in line for line in signed)


def test_the_old_version_ends_and_goes_before_the_new_one_comes(mac: Mac) -> None:
    place = mac.installed()
    assert mac.run(MACOS / "scripts/preinstall").returncode == 0
    assert mac.asked() == [f"as ann: HOME={mac.home} {place}/restored daemon stop", "daemon stop"]
    assert not place.exists()
    assert mac.run(MACOS / "scripts/preinstall").returncode == 0, "nothing was there"


def test_the_plugins_go_to_whoever_sits_there_and_never_to_root(mac: Mac) -> None:
    mac.installed()
    assert mac.run(MACOS / "scripts/postinstall").returncode == 0
    assert mac.asked()[-1] == "plugins install"
    for nobody in ("root", "loginwindow", "_mbsetupuser", ""):
        assert mac.run(MACOS / "scripts/postinstall", SITTING=nobody).returncode == 0
        assert mac.asked() == []


@pytest.mark.parametrize(("options", "stays"), [((), True), (("--keep",), True), (("--all",), False)])
def test_uninstalled(mac: Mac, options: tuple[str, ...], stays: bool) -> None:
    place = mac.installed()
    done = mac.run(MACOS / "uninstall.sh", *options)
    assert done.returncode == 0, done.stderr
    assert mac.asked() == ["daemon stop", "plugins uninstall", "places", "forgotten: io.github.restore-with-instruction"]
    assert not place.exists()
    assert not (mac.local / "bin/restored").is_symlink()
    assert not (mac.home / "Library/Caches/restored").exists()
    assert (mac.home / "Library/Application Support/restored").exists() is stays
    assert ("Kept: " in done.stdout) is stays
    assert mac.run(MACOS / "uninstall.sh").stderr == "restored is not installed.\n"


def test_uninstalling_as_root_is_refused_as_the_plugins_are_a_persons(mac: Mac, tmp_path: Path) -> None:
    place = mac.installed()
    (tmp_path / "tools/id").write_text("#!/bin/sh\necho 0\n")
    done = mac.run(MACOS / "uninstall.sh")
    assert (done.returncode, place.exists()) == (1, True)
    assert "without sudo" in done.stderr
