"""Real GIMP with the adapter in a throw-away profile."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from gimp_window import GuiGimp
from hostkit import OUTPUT, ROOT, inroot_command, need_tree, parse
from PIL import Image

from restored_client.session import Session

HERE = Path(__file__).resolve().parent
CONSOLE = "gimp-console-3"
VERSIONS = {"trixie": "3.0.4", "sid": "3.2.6"}
"""GIMP greets whoever it does not know from this version; a window in the way of tests."""


class Gimp:
    """One installed GIMP, and a profile in which the adapter is installed as `restored plugins install` lays it out."""

    def __init__(self, suite: str, folder: Path, rc: str = "") -> None:
        folder.mkdir(exist_ok=True)
        self.suite, self.folder = suite, folder
        self.profile = folder / "profile"
        place = self.profile / "plug-ins" / "restore-with-instruction"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "plugins" / "gimp", place, ignore=ignored)
        shutil.copytree(ROOT / "plugins" / "restored_client", place / "restored_client", ignore=ignored)
        (place / "restore-with-instruction.py").chmod(0o755)
        shutil.copy(HERE / "inside.py", folder / "inside.py")
        # no welcome, no question about saving the session
        # only the plug-ins that the tests need: asking a hundred for their procedures takes longer than the tests
        others = folder / "others"
        others.mkdir()
        for name in ("python-eval", "file-png", "file-jpeg"):
            (others / name).symlink_to(f"/usr/lib/x86_64-linux-gnu/gimp/3.0/plug-ins/{name}")
        (self.profile / "gimprc").write_text(
            f'(plug-in-path "{self.profile}/plug-ins:{others}")\n'
            f'(config-version "{VERSIONS[suite]}")\n(show-welcome-dialog no)\n(check-updates no)\n(save-session-info no)\n{rc}'
        )

    def environment(self, box: Path, env: dict[str, str]) -> dict[str, str]:
        return {"GIMP3_DIRECTORY": str(self.profile), "RWI_BOX": str(box), "XDG_CACHE_HOME": str(self.folder / "cache"), **env}

    def script(self, box: Path, code: str) -> str:
        """A batch argument that runs `code` inside, with everything of inside.py at hand."""
        path = box / "batch.py"
        body = "\n".join("    " + line for line in code.strip("\n").splitlines())
        path.write_text(f"exec(open({str(self.folder / 'inside.py')!r}).read())\ndef test():\n{body}\nmain(test)\n")
        return f"exec(open({str(path)!r}).read())"

    def batch(self, box: Path, code: str, timeout: float = 800, **env: str) -> list[dict]:
        """Run code without a screen; what it told, in order. Fails when it did not reach its end."""
        command = self.command(box, code, **env)
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=timeout, check=False
        )
        told = parse(done.stdout)
        # with windows, GIMP shows each of these in one of its own
        badly = re.findall(r"error for procedure '(?:gimp|gegl|file)-.*\n.*", done.stdout)
        assert not badly, badly
        errors = [fact["error"] for fact in told if "error" in fact and len(fact) == 1]
        assert not errors, errors[0]
        assert told, done.stdout
        assert told[-1] == {"end": True}, done.stdout
        return told[:-1]

    def command(self, box: Path, code: str, **env: str) -> list[str]:
        """The command line of `batch`, for tests that kill it."""
        options = ["--no-interface", "--batch-interpreter=python-fu-eval", "-b", self.script(box, code), "--quit"]
        return inroot_command(self.suite, CONSOLE, *options, env=self.environment(box, env))


@pytest.fixture
def photo(box: Path) -> Path:
    """A dark, noisy picture with something to see in it."""
    y, x = np.mgrid[0:700, 0:1000]
    picture = np.stack([0.3 + 0.2 * np.sin(x / 60), 0.25 + 0.2 * np.cos(y / 45), 0.2 + 0.15 * np.sin((x + y) / 80)], -1)
    picture += np.random.default_rng(1).normal(0, 0.06, picture.shape)
    path = box / "photo.png"
    Image.fromarray((picture.clip(0, 1) * 255).astype("u1")).save(path)
    return path


@pytest.fixture
def window(gimp, box, shared_daemon, screen, photo) -> Iterator[GuiGimp]:
    """GIMP on a screen with the photograph, and no preset or history from before."""
    made = GuiGimp(gimp, box, screen, photo, **{**shared_daemon.env, "RESTORED_CONFIG_DIR": str(box / "config")})
    yield made
    shared_daemon.let_go()
    screen.shoot(OUTPUT / "gimp" / f"{gimp.suite}-last.png")
    if made.trace.exists():
        shutil.copy(made.trace, OUTPUT / "gimp" / f"{gimp.suite}-last.jsonl")
    messages = screen.titles().count("GIMP Message")
    made.close()
    assert not messages, "GIMP opened a window with an error or a message: see the last screenshot"


@pytest.fixture
def status(daemon, monkeypatch):
    """Asks this test's daemon what it is doing."""
    for name, value in daemon.env.items():
        monkeypatch.setenv(name, value)
    with Session.open(client="test", start=False) as session:
        yield session.status


SUITES = [pytest.param("trixie", id="gimp-3.0")]
if os.environ.get("RESTORED_HOSTS_SID"):
    SUITES.append(pytest.param("sid", id="gimp-3.2"))


@pytest.fixture(scope="session", params=SUITES)
def gimp(request: pytest.FixtureRequest) -> Iterator[Gimp]:
    """GIMP 3.0; with RESTORED_HOSTS_SID=1 also GIMP 3.2."""
    need_tree(request.param)
    folder = Path(tempfile.mkdtemp(prefix="rwi-gimp-", dir="/tmp"))
    yield Gimp(request.param, folder)
    shutil.rmtree(folder, ignore_errors=True)
