"""As a photographer gets it: `restored plugins install gimp`, then GIMP finds the plug-in and the plug-in starts the engine."""

import json
import os
import subprocess
from pathlib import Path

import outside
import pytest
from hostkit import inroot_command, need_tree, parse

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]

VERSIONS = {"trixie": "3.0", "sid": "3.2"}
INSIDE = Path(__file__).with_name("inside.py")

LOOK = "tell(there=Gimp.get_pdb().procedure_exists(PROCEDURE))"

RESTORE = """
tell(there=Gimp.get_pdb().procedure_exists(PROCEDURE))
image, layer = picture(64, 48)
write(layer, "R'G'B' u8", os.urandom(64 * 48 * 3))
before = native(layer)
status, result, error = call(image, instruction="remove the noise", output="replace")
tell(status=status, error=error, changed=native(layer) != before, model=(recipe(layer) or {}).get("model"))
"""


class Home:
    """A home folder with a GIMP that was started in it; nothing tells GIMP or the command where plug-ins lie."""

    def __init__(self, suite: str, folder: Path) -> None:
        self.suite, self.folder = suite, folder
        self.runtime = folder / "run"
        self.runtime.mkdir(mode=0o700)
        self.profile = folder / ".config" / "GIMP" / VERSIONS[suite]

    def gimp(self, code: str) -> list[dict]:
        """Run code in GIMP as it is installed; what it told."""
        body = "\n".join("    " + line for line in code.strip("\n").splitlines())
        script = self.folder / "batch.py"
        script.write_text(f"{INSIDE.read_text()}\ndef test():\n{body}\nmain(test)\n")
        options = ["--no-interface", "--batch-interpreter=python-fu-eval", "-b", f"exec(open({str(script)!r}).read())", "--quit"]
        env = {"RWI_BOX": str(self.folder), "RESTORED_RUNTIME_DIR": str(self.runtime)}
        done = subprocess.run(
            inroot_command(self.suite, "gimp-console-3", *options, env=env),
            env={**os.environ, "IN_HOME": str(self.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=800,
            check=False,
        )
        told = parse(done.stdout)
        assert told, done.stdout
        assert told[-1] == {"end": True}, done.stdout
        return told[:-1]

    def restored(self, *words: str, program: Path) -> dict:
        """Run `restored plugins …` for this home; what it says about the one place it should find."""
        hidden = ("XDG_", "GIMP3_DIRECTORY")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        environment |= {"HOME": str(self.folder), "RESTORED_EXECUTABLE": str(program), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            [str(outside.RESTORED), "plugins", *words, "gimp", "--json"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=800,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        (place,) = json.loads(done.stdout)["places"]
        return place


def test_install_restore_uninstall(gimp, box, monkeypatch):
    need_tree(gimp.suite)
    home, program = Home(gimp.suite, box), outside.program(box)
    assert home.gimp(LOOK) == [{"there": False}]
    assert home.profile.is_dir(), "GIMP's first start should have made its profile"

    before = home.restored("status", program=program)
    assert (before["installed"], before["state"]) == (False, "not installed")
    placed = home.restored("install", program=program)
    assert placed["folder"] == str(home.profile / "plug-ins")
    assert placed["title"] == f"GIMP {VERSIONS[gimp.suite]} (native)"
    assert (placed["installed"], placed["current"], placed["enabled"]) == (True, True, True)
    assert placed["executable"] == str(program)
    assert home.restored("status", program=program) == placed

    try:
        # no daemon runs: the plug-in starts the program that the command recorded, with the real engine
        told = home.gimp(RESTORE)
    finally:
        stopped = outside.stop(home.runtime, monkeypatch)
    assert told[0] == {"there": True}
    assert told[1] == {"status": "success", "error": "", "changed": True, "model": "swift"}
    assert stopped, "the plug-in should have left its daemon running"

    gone = home.restored("uninstall", program=program)
    assert gone["installed"] is False
    assert home.restored("status", program=program)["state"] == "not installed"
    assert not list((home.profile / "plug-ins").glob("*restore*"))
    assert home.gimp(LOOK) == [{"there": False}]
