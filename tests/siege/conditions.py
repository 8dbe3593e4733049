"""What a machine may come to: disks that fill up or can only be read, and two builds of the program side by side."""

import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import psutil
from campaign import PATIENCE, Campaign, Fault, crowded
from daemons import LAYER, Daemon, until
from groups import NoGroups, limited
from pictures import seeds

from restored_client import ClientError, Session

ENDINGS = {b"\x89P": ".png", b"\xff\xd8": ".jpg", b"II": ".tif", b"MM": ".tif"}
"""What a file is, by its first two bytes; else it is a WebP."""


def photographs(folder: Path) -> list[str]:
    """A few small pictures of several kinds in a new folder; their names."""
    folder.mkdir()
    for number, content in enumerate(seeds()[:8]):
        (folder / f"{number}{ENDINGS.get(content[:2], '.webp')}").write_bytes(content)
    return sorted(path.name for path in folder.iterdir())


DISK = """
mount --make-rprivate / 2>/dev/null
mount -t tmpfs -o size={size}k none {disk} || exit 70
{closed}
{batch} -o {out} >{said}.1 2>&1; echo "first $?"
find {disk} -name '*.part'
mount -o remount,rw,size=64m none {disk} || exit 71
{batch} -o {out} >{said}.2 2>&1; echo "second $?"
cp -a {disk} {kept}
"""


class Disks(Campaign):
    """A batch onto a disk that fills up, or can only be read: a sentence, no half file, and whole the next time."""

    name, about, whole, share = "disks", "batches onto a full or read-only disk, and again with room", 60, 1.0
    limit = 120.0

    @classmethod
    def least(cls) -> int:
        return 2

    def begin(self) -> None:
        self.daemon = Daemon()
        self.wanted = photographs(self.daemon.folder / "photos")
        tried = subprocess.run(self._apart("mount -t tmpfs none /mnt"), capture_output=True, text=True, check=False)
        self.can = tried.returncode == 0
        if not self.can:
            self.done["notes"]["not tried, this machine mounts nothing"] = tried.stderr.strip()

    @staticmethod
    def _apart(script: str) -> list[str]:
        return ["unshare", "--mount", "--propagation", "unchanged", "sh", "-c", script]

    def case(self, chance: random.Random, number: int) -> None:
        if not self.can:
            return
        folder = self.daemon.folder / f"disk-{number}"
        disk, said, kept = folder / "disk", folder / "said", folder / "kept"
        disk.mkdir(parents=True)
        batch = [sys.executable, "-m", "restored.cli", "batch", str(self.daemon.folder / "photos"), "brighten it"]
        closed = chance.random() < 0.3
        script = DISK.format(
            size=4 * chance.randrange(1, 24), disk=disk, out=disk / "out", said=said, kept=kept, batch=shlex.join(batch),
            closed=f"mount -o remount,ro none {disk}" if closed else "",
        )  # fmt: skip
        patience = 10 * PATIENCE if crowded() else 100
        done = subprocess.run(self._apart(script), capture_output=True, text=True, timeout=patience, check=False)
        first, second = (Path(f"{said}.{run}").read_text("utf-8", "replace") for run in (1, 2))
        if ".part" in done.stdout or "Traceback" in first + second:
            raise Fault(f"{done.stdout}{first}{second}")
        if "second 0" not in done.stdout:
            raise Fault(f"with room again the batch does not end well: {second}")
        if closed and ("first 0" in done.stdout or "read" not in first):
            raise Fault(f"no sentence about a read-only disk: {first}")
        if not closed and "first 0" not in done.stdout and "full" not in first:
            raise Fault(f"no sentence about a full disk: {first}")
        from restored.io import read_picture

        for name in self.wanted:
            read_picture(kept / "out" / name)
        self.done["notes"]["filled up"] = self.done["notes"].get("filled up", 0) + ("first 0" not in done.stdout)

    def end(self) -> None:
        self.daemon.end()


BUILD = """
import sys
import restored.ground.build
restored.ground.build.build_id = lambda: {name!r}
from restored.daemon import main
sys.exit(main(["--engine", "echo"]))
"""


class Builds(Campaign):
    """Clients of two builds, each wanting its own daemon, at once: everybody is served, nobody's job is lost, one daemon runs."""

    name, about, whole, share = "builds", "clients of two builds at once, each replacing the other's idle daemon", 100, 1.0
    limit = 120.0

    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sg-"))
        os.environ["RESTORED_RUNTIME_DIR"] = str(self.folder / "run")
        os.environ["RESTORED_LOG_DIR"] = str(self.folder / "log")
        for name in ("one", "two"):
            (self.folder / f"{name}.py").write_text(BUILD.format(name=name), "utf-8")

    def case(self, chance: random.Random, number: int) -> None:
        wrong: list[str] = []
        drawn = [(chance.choice(("one", "two")), chance.randrange(1, 5), chance.random() * 0.1) for _ in range(3)]

        def client(name: str, jobs: int, pause: float) -> None:
            try:
                for _ in range(jobs):
                    executable = [sys.executable, str(self.folder / f"{name}.py")]
                    with Session.open(client=f"siege {name}", executable=executable, build=name) as session:
                        answer = session.restore(LAYER, instruction=f"sleep {pause:.3f}")
                        if answer.pixels is None or bytes(answer.pixels.data) != LAYER.data:
                            wrong.append("wrong pixels came back")
            except ClientError as error:
                wrong.append(f"{name}: {error.code}: {error.detail or error}")

        threads = [threading.Thread(target=client, args=each) for each in drawn]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if wrong:
            raise Fault("; ".join(wrong))
        until(lambda: len(self._daemons()) <= 1, "the other build's daemon to end")

    def _daemons(self) -> list[psutil.Process]:
        found = []
        for process in psutil.Process().children():
            with suppress(psutil.Error):
                line = " ".join(process.cmdline())
                if str(self.folder) in line and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def end(self) -> None:
        for process in self._daemons():
            process.terminate()
        until(lambda: not self._daemons(), "the daemons to end")
        left = [path.name for path in (self.folder / "run").iterdir() if path.name != "lock"]
        if left:
            raise Fault(f"the daemons left {left}")


class Groups(Campaign):
    """The engine itself in a control group with little memory, as in a container: a result or a sentence."""

    name, about, whole, share = "groups", "pictures restored in a control group with little memory", 40, 1.0
    limit = 600.0

    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sg-"))

    def case(self, chance: random.Random, number: int) -> None:
        import numpy as np
        from PIL import Image

        most, side = chance.randrange(250, 1000) << 20, chance.choice((200, 1000, 2500, 5000, 9000))
        source, result = self.folder / f"{number}.jpg", self.folder / f"{number}-restored.tif"
        Image.fromarray(np.full((side, side, 3), 90, np.uint8)).save(source)
        words = chance.choice(("remove the noise", "remove the haze", "brighten it", "make it sharp"))
        run = [sys.executable, "-m", "restored.cli", "run", str(source), words, "-o", str(result), "--no-daemon"]
        if chance.random() < 0.3 and side < 5000:
            run += ["--scale", "2"]
        try:
            with limited(most) as joined:
                line = f'echo $$ > "{joined}" && exec {shlex.join(run)}'
                done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=10 * PATIENCE, check=False)
        except NoGroups as reason:
            self.done["notes"]["not tried"] = str(reason)
            return
        what = f"{side} x {side} px in {most >> 20} MB, “{words}”, {run[8:]}: {done.returncode} {done.stderr[-500:]}"
        if done.returncode not in (0, 1) or "Traceback" in done.stderr:
            raise Fault(what)
        if done.returncode and not done.stderr.strip().endswith("."):
            raise Fault(f"no sentence: {what}")
        if result.exists() == bool(done.returncode) or list(self.folder.glob("*.part")):
            raise Fault(f"left {[path.name for path in self.folder.iterdir()]}: {what}")
        said = "restored" if done.returncode == 0 else "refused"
        self.done["notes"][said] = self.done["notes"].get(said, 0) + 1
        result.unlink(missing_ok=True)

    def end(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


CONDITIONS: list[type[Campaign]] = [Disks, Builds, Groups]
