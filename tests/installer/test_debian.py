"""The .deb: its scripts, with small programs in place of dpkg's surroundings, and what is in the file."""

import gzip
import lzma
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import packages
import pytest
from packing import Packing

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is Debian's")

PROGRAM = """#!/bin/sh
echo "$*" >>"$HOME/said"
case "$*" in
    places) echo "cache: $XDG_RUNTIME_DIR/restored"; echo "cache: $HOME/.cache/restored"; echo "yours: $HOME/.config/restored" ;;
esac
"""


class Machine:
    """A system with one person, Ann, whose home has a blank in its name."""

    def __init__(self, folder: Path) -> None:
        self.home, self._bin, self.run_dir = folder / "home of ann", folder / "bin", folder / "run"
        self.home.mkdir()
        self._bin.mkdir()
        self.run_dir.mkdir()
        self.program = folder / "restored"
        self._put(self.program, PROGRAM)
        self._put(self._bin / "getent", f'#!/bin/sh\ncase "$2" in ann|7) echo "ann:x:7:7::{self.home}:/bin/sh" ;; esac\n')
        self._put(self._bin / "id", "#!/bin/sh\necho 7\n")
        self._put(self._bin / "runuser", f'#!/bin/sh\necho "$2" >>"{folder}/became"\nshift 3\nexec "$@"\n')
        self.became = folder / "became"
        self.root, self.debconf = folder / "root", folder / "confmodule"

    @staticmethod
    def _put(path: Path, content: str) -> None:
        path.write_text(content)
        path.chmod(0o755)

    def run(self, name: str, *arguments: str, **environment: str) -> str:
        script = packages.maintainer_script(name, str(self.program)).replace("/run/user", str(self.run_dir))
        script = script.replace("/usr/share/debconf/confmodule", str(self.debconf))
        path = f"{self._bin}:{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", "-c", script, name, *arguments],
            env={"PATH": path, "DPKG_ROOT": str(self.root), **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    @property
    def said(self) -> list[str]:
        said = self.home / "said"
        return said.read_text().splitlines() if said.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("who", [{"SUDO_USER": "ann"}, {"PKEXEC_UID": "7"}, {"PACKAGEKIT_CALLER_UID": "7"}])
def test_removing_takes_what_comes_again_and_names_what_somebody_made(machine: Machine, who: dict[str, str]) -> None:
    gone = [machine.run_dir / "7/restored/lock", machine.home / ".cache/restored/x"]
    stays = [machine.home / ".config/restored/history.json", machine.home / ".cache/other", machine.home / "pictures/a.png"]
    for path in gone + stays:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    told = machine.run("prerm", "remove", **who)
    assert machine.said == ["daemon stop", "plugins uninstall", "places"]
    assert not any(path.parent.exists() for path in gone)
    assert all(path.exists() for path in stays)
    assert f"stay in {machine.home}/.config/restored" in told
    assert set(machine.became.read_text().split()) == {"ann"}, "nothing in a home is done as root"


DEBCONF = """
db_input() { echo "$2" >>"$HOME/asked"; }
db_go() { :; }
db_get() { RET=ANSWER; }
db_purge() { :; }
"""


@pytest.mark.parametrize("answer", ["true", "false", None])
def test_a_purge_asks_whether_what_somebody_made_goes_too(machine: Machine, answer: str | None) -> None:
    """None: there is nobody to ask with (no debconf), and it stays."""
    mine = machine.home / ".config/restored"
    mine.mkdir(parents=True)
    (mine / "history.json").touch()
    machine.run("prerm", "remove", SUDO_USER="ann")
    machine.run("postrm", "remove", HOME=str(machine.home))
    assert (machine.root / "var/lib/restored/yours").read_text() == f"ann:{mine}\n"
    if answer:
        machine.debconf.write_text(DEBCONF.replace("ANSWER", answer))
    machine.run("postrm", "purge", HOME=str(machine.home))
    assert mine.exists() == (answer != "true")
    assert not (machine.root / "var/lib/restored").exists()
    assert (machine.home / "asked").exists() == (answer is not None)
    assert set(machine.became.read_text().split()) == {"ann"}


def test_where_nothing_was_made_a_purge_asks_nothing(machine: Machine) -> None:
    machine.debconf.write_text(DEBCONF)
    machine.run("prerm", "remove", SUDO_USER="ann")
    machine.run("postrm", "purge", HOME=str(machine.home))
    assert not (machine.home / "asked").exists()


def test_what_was_noted_for_a_purge_is_forgotten_when_it_is_installed_again(machine: Machine) -> None:
    (machine.home / ".config/restored").mkdir(parents=True)
    machine.run("prerm", "remove", SUDO_USER="ann")
    machine.run("postinst", "configure", "", SUDO_USER="ann")
    assert not (machine.root / "var/lib/restored").exists()


def test_an_upgrade_ends_the_daemon_and_takes_nothing(machine: Machine) -> None:
    cache = machine.home / ".cache/restored"
    cache.mkdir(parents=True)
    machine.run("prerm", "upgrade", "2.0", SUDO_USER="ann")
    assert machine.said == ["daemon stop"]
    assert cache.exists()


@pytest.mark.parametrize("who", [{}, {"SUDO_USER": "root"}, {"PKEXEC_UID": "4711"}])
def test_where_root_itself_does_it_no_home_is_touched(machine: Machine, who: dict[str, str]) -> None:
    assert "each user puts" in machine.run("postinst", "configure", **who)
    machine.run("prerm", "remove", **who)
    assert not machine.became.exists()


def test_installing_puts_the_plug_ins_in(machine: Machine) -> None:
    machine.run("postinst", "configure", "", SUDO_USER="ann")
    machine.run("postinst", "abort-upgrade", SUDO_USER="ann")
    assert machine.said == ["plugins install"]


def test_the_package_is_one_that_its_readers_read(tmp_path: Path) -> None:
    program = tmp_path / "restored"
    program.mkdir()
    (program / "restored").write_text("#!/bin/sh\n")
    (program / "restored").chmod(0o755)
    (program / "link").symlink_to("restored")
    (program / ("long" * 40)).write_text("a name longer than the old format's")
    os.utime(program / "restored", (1.5, 1.5))
    with Packing(program) as packing:
        package = packages.deb(packing, tmp_path, "1.2")
    parts, content, at = {}, package.read_bytes(), 8
    assert content.startswith(b"!<arch>\n")
    while at < len(content):  # ar(5)
        name, size = content[at : at + 16].decode().strip(), int(content[at + 48 : at + 58])
        assert content[at + 58 : at + 60] == b"`\n"
        parts[name] = content[at + 60 : at + 60 + size]
        at += 60 + size + size % 2
    assert list(parts) == ["debian-binary", "control.tar.xz", "data.tar.xz"]
    for name in ("control.tar.xz", "data.tar.xz"):
        (tmp_path / name).write_bytes(lzma.decompress(parts[name]))
        for at in range(0, len(blocks := (tmp_path / name).read_bytes()), 512):
            assert blocks[at + 257 : at + 262] != b"ustar" or blocks[at + 156 : at + 157] in b"05126L", "dpkg knows no other"
    with tarfile.open(tmp_path / "control.tar.xz") as control:
        assert {control.getmember(f"./{name}").mode for name in ("prerm", "postinst", "postrm")} == {0o755}
        assert control.getmember("./templates").isfile()
        fields = control.extractfile("./control")
        assert fields is not None
        assert b"\nVersion: 1.2\n" in fields.read()
    with tarfile.open(tmp_path / "data.tar.xz") as data:
        assert {"./opt/restored/restored", "./usr/bin/restored", "./usr/share/doc/restored/copyright"} <= set(data.getnames())
        assert {f"./usr/share/{place}" for place in packages.COMPLETION.values()} <= set(data.getnames())
        page = data.extractfile("./usr/share/man/man1/restored.1.gz")
        assert page is not None
        assert b".TH RESTORED 1" in gzip.decompress(page.read())
        assert data.getmember("./opt/restored/link").linkname == "restored"
        assert {member.uid for member in data.getmembers()} == {0}
