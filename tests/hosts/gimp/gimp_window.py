"""A GIMP with windows under test: started with a photograph, asked questions through files, driven by keys and mouse."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from hostkit import OUTPUT, PATIENCE, Screen, inroot_command, parse

TITLE = "Restore with instruction"
"""The window's, in English."""

SERVER = """
import time, glob
image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path({photo!r}))
display = Gimp.Display.new(image)
Gimp.displays_flush()
tell(ready=True)
number = 0
names = {{**globals(), **locals()}}
while True:
    path = os.path.join(BOX, "ask-%d.py" % number)
    if not os.path.exists(path):
        time.sleep(0.03)
        if os.getppid() == 1:  # GIMP has gone
            break
        continue
    code = open(path).read()
    if code == "quit":
        break
    try:
        exec(code, names)
    except Exception:
        tell(failed=traceback.format_exc())
    with open(path + ".done", "w"):
        pass
    number += 1
"""


def tasks(event: dict) -> list[str]:
    """The tasks of the plan in one of the window's events, in order."""
    return [task for task, _weight in event["steps"]]


class GuiGimp:
    """GIMP on a screen; `image` is the photograph's."""

    def __init__(self, gimp, box: Path, screen: Screen, photo: Path, **env: str) -> None:
        self.screen, self.box = screen, box
        self.trace = box / "trace"
        self._out = box / "out"
        self._asked = 0
        # what an earlier test chose in the window would be chosen again
        shutil.rmtree(gimp.profile / "plug-in-settings", ignore_errors=True)
        environment = gimp.environment(box, {**screen.env, **env, "RESTORED_TRACE": str(self.trace)})
        code = gimp.script(box, SERVER.format(photo=str(photo)))
        command = inroot_command(
            gimp.suite, "gimp", "--no-splash", "--batch-interpreter=python-fu-eval", "-b", code, env=environment
        )
        with self._out.open("wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        self.wait_for(lambda: {"ready": True} in self.told(), 200, "GIMP did not come up")
        self.main = screen.window("– GIMP$")
        screen.do("windowactivate", "--sync", self.main)
        screen.do("mousemove", "4", "4")

    def told(self) -> list[dict]:
        return parse(self._out.read_text(errors="replace"))

    def ask(self, code: str, timeout: float = 60) -> dict:
        """Run code inside GIMP; the last thing it told."""
        path = self.box / f"ask-{self._asked}.py"
        self._asked += 1
        known = len(self.told())
        part = path.with_suffix(".part")
        part.write_text(code)
        part.rename(path)
        self.wait_for(lambda: Path(f"{path}.done").exists(), timeout, f"no answer to: {code}")
        new = self.told()[known:]
        assert new, code
        assert "failed" not in new[-1], new[-1]
        return new[-1]

    def open_dialog(self, title: str = TITLE, from_the_end: int = 2) -> float:
        """Filters ▸ Restore with instruction…; the seconds from the key until it is on the screen."""
        before = len(self.events("shown"))
        self.screen.do("windowactivate", "--sync", self.main)
        self.key("alt+r")
        # it is the last entry but one in English and German; the last of all when *repeat* is grey, as with several layers
        self.key(*["Up"] * from_the_end)
        self.screen.shoot(OUTPUT / "gimp" / "menu.png")
        began = time.monotonic()
        self.screen.do("key", "Return")
        self.wait_for(lambda: len(self.events("shown")) > before, 90, "the window did not come")
        took = self.events("shown")[-1]["at"] - began
        self.screen.do("windowactivate", "--sync", self.screen.window(f"^{title}$"))
        return took

    def rest(self) -> dict:
        """What the plug-in's window has on show when it has done and drawn all that was typed and clicked, and lies still."""
        former, now = None, self._asked_to_rest()
        while (places := [each[3] for each in now["found"] if each[2]]) != former:
            former, now = places, self._asked_to_rest()
        return now

    def _asked_to_rest(self) -> dict:
        began = time.monotonic()
        os.kill(self.plug_in, signal.SIGUSR1)
        return self.event("rest", lambda event: event["at"] > began)

    def quiet(self) -> dict:
        """The same, and the preview that it waits for is there."""
        deadline = time.monotonic() + 60 * PATIENCE
        while (found := self.rest())["phase"] == "updating":
            assert time.monotonic() < deadline, "the preview does not come"
            time.sleep(0.1)
        return found

    @property
    def plug_in(self) -> int:
        """The process of the window that was opened last."""
        return self.events("shown")[-1]["pid"]

    def opens(self, what: str, *keys: str) -> None:
        """These keys open a "Menu" or a "Popover", which then has the keyboard; or, with "", close it."""
        self.key(*keys)
        self.wait_for(lambda: self.rest()["holds"] == what, 60, f"{keys} should have opened “{what}”")

    def place(self, name: str) -> tuple[int, int, int, int]:
        """Where the control of this name lies in the plug-in's window: x, y, width and height in the screen's pixels."""
        return next(tuple(each[3]) for each in self.rest()["found"] if each[1] == name)

    def click(self, name: str, title: str = TITLE) -> None:
        """Click the control of this name in the plug-in's window."""
        window = self.screen.window(f"^{title}$")
        x, y, width, height = self.place(name)
        self.screen.do("mousemove", "--window", window, str(x + width // 2), str(y + height // 2), "click", "1")

    def drag(self, start: tuple[int, int], end: tuple[int, int], shot: Path | None = None) -> None:
        """Press at one place in the plug-in's window, go to another, let go; at each step it has seen the one before."""
        window = self.screen.window(f"^{TITLE}$")

        def at(x: int, y: int, *more: str) -> None:
            self.screen.do("mousemove", "--window", window, str(x), str(y), *more)
            self._asked_to_rest()

        at(*start)
        at(*start, "mousedown", "1")
        for step in range(1, 9):
            at(*(round(a + (b - a) * step / 8) for a, b in zip(start, end, strict=True)))
        if shot is not None:
            self.screen.shoot(shot)
        at(*end, "mouseup", "1")

    def shoot(self, path: Path) -> Path:
        """A screenshot of everything, with what the plug-in's window shows now."""
        self.rest()
        return self.screen.shoot(path)

    def gone(self, title: str = TITLE, timeout: float = 60) -> bool:
        """Whether the plug-in's window goes, and the plug-in ends, so that GIMP knows what was chosen in it."""
        pid = self.plug_in
        if not self.screen.gone(f"^{title}$", timeout):
            return False
        self.wait_for(lambda: not _runs(pid), timeout, "the plug-in does not end")
        return True

    def later(self, name: str, condition: Callable[[dict], bool], what: Callable[[], object]) -> dict:
        """The first such event after `what()`."""
        known = len(self.events())
        what()
        self.wait_for(lambda: any(self._fits(event, name, condition) for event in self.events()[known:]), 60, f"no {name}")
        return next(event for event in self.events()[known:] if self._fits(event, name, condition))

    @staticmethod
    def _fits(event: dict, name: str, condition: Callable[[dict], bool]) -> bool:
        return event["event"] == name and condition(event)

    def layers(self) -> list[str]:
        return self.ask("tell(layers=[item.get_name() for item in image.get_layers()])")["layers"]

    def events(self, name: str = "") -> list[dict]:
        """What the plug-in's window noted; all of it without a name."""
        if not self.trace.exists():
            return []
        whole, _newline, _begun = self.trace.read_text().rpartition("\n")  # the last line may be half written
        lines = [json.loads(line) for line in whole.splitlines()]
        return [line for line in lines if name in ("", line["event"])]

    def event(self, name: str, condition=lambda event: True, timeout: float = 60) -> dict:
        """The latest event of a name that fits, waited for."""

        def found():
            return [event for event in self.events(name) if condition(event)]

        self.wait_for(found, timeout, f"no {name}; there is {self.trace.read_text() if self.trace.exists() else 'nothing'}")
        return found()[-1]

    def key(self, *names: str) -> None:
        self.screen.do("key", "--delay", "40", *names)

    def type(self, text: str) -> None:
        self.screen.do("type", "--delay", "25", text)

    def wait_for(self, condition, timeout: float, words: str) -> None:
        deadline = time.monotonic() + timeout * PATIENCE
        while not condition():
            assert self.process.poll() is None, f"GIMP ended: {self._out.read_text(errors='replace')}"
            assert time.monotonic() < deadline, f"{words}\n{self._out.read_text(errors='replace')[-3000:]}"
            time.sleep(0.02)

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)


def _runs(pid: int) -> bool:
    """Whether there is this process, and it is no remainder that nobody has asked after."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
