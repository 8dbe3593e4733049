"""What people do with the installed program, beyond a first restoration: every task, several languages, another machine."""

import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from bare import HOME, Bare
from judging import Checks
from small_files import write_png

PHOTO: Final = "/downloads/lake-damaged.jpg"
SIZE: Final = (720, 480)
HOLE: Final = (300, 200, 340, 204)
"""left, top, right, bottom of what is to be filled in PHOTO."""

WORDS: Final = {
    "remove the rain and brighten it, but keep the grain": ["derain", "lowlight"],
    "Entferne das Rauschen und mach es heller": ["denoise", "lowlight"],
    "ノイズを取り除いて": ["denoise"],
    "enlève le flou de la photo": ["deblur"],
    "去除雾霾": ["dehaze"],
    "quita los arañazos": ["inpaint"],
}
"""A sentence, and the tasks that it names."""

PAIRING: Final = """
of() {
    place=$HOME/$1; shift
    RESTORED_CONFIG_DIR=$place/config RESTORED_RUNTIME_DIR=$place/run RESTORED_LOG_DIR=$place/log "$@"
}
tries=0
until_it() { until "$@" >/dev/null 2>&1 || [ $tries -gt 900 ]; do sleep 0.2; tries=$((tries + 1)); done; }
mkdir -p "$HOME/strong" "$HOME/weak"
of strong "$0" serve --listen 127.0.0.1:7645 >"$HOME/strong/said" 2>&1 &
served=$!
until_it of strong "$0" daemon status
of strong "$0" pair >"$HOME/strong/shown" 2>&1 &
until_it test -s "$HOME/strong/shown"
code=$(sed -n 's/^The code is  *//p' "$HOME/strong/shown")
of weak "$0" pair 127.0.0.1:7645 --code "$code" --name strong || cat "$HOME/strong/said" "$HOME/strong/shown"
of weak "$0" remote use always
of weak "$0" run "$1" "remove the noise" -o "$HOME/weak/there.png" --json
of weak "$0" daemon stop
kill "$served"
wait
rm -rf "$HOME/strong" "$HOME/weak"
"""
"""Two machines with folders of their own on this one's loopback: served, paired by the code, a picture restored over there."""


def uses(check: Checks, bare: Bare, program: str) -> None:
    """Through a running or started daemon, by the command."""
    for sentence, tasks in WORDS.items():
        plan = json.loads(bare.run(program, "explain", sentence, "--json").stdout)
        check(
            f"“{sentence}”", [step["task"] for step in plan["steps"]] == tasks, ", ".join(step["task"] for step in plan["steps"])
        )

    bare.run(program, "run", PHOTO, "remove the noise", "--quality", "best", "-o", f"{HOME}/pictures/best.png")
    bare.run(program, "run", PHOTO, "remove the noise", "-o", f"{HOME}/pictures/usual.png")
    check("the best quality is another result", _bytes(bare, "best.png") != _bytes(bare, "usual.png"))
    filling(check, bare, program)
    said = bare.run("sh", "-c", PAIRING, program, PHOTO, check=False)
    check(
        "two machines paired, one restores for the other",
        "strong" in said.stdout.split("Pictures go there")[-1],
        said.stdout[-300:],
    )


def filling(check: Checks, bare: Bare, program: str) -> None:
    """The tenth task: what the mask shows is filled, and nothing else is touched."""
    from restored.io import read_picture

    write_png(bare.root / HOME.lstrip("/") / "hole.png", *SIZE, HOLE)
    whole, filled = f"{HOME}/pictures/whole.png", f"{HOME}/pictures/filled.png"
    bare.run(program, "run", PHOTO, "remove the scratches", "--mask", f"{HOME}/hole.png", "-o", filled)
    bare.run(program, "run", PHOTO, "remove the noise", "--strength", "0", "-o", whole)
    before, after = (read_picture(bare.root / path.lstrip("/")).pixels for path in (whole, filled))
    left, top, right, bottom = HOLE
    changed = (before != after).any(axis=2)
    inside = changed[top:bottom, left:right].copy()
    changed[top:bottom, left:right] = False
    check("a hole is filled, and nothing else is touched", bool(inside.mean() > 0.5) and not changed.any())
    bare.run("rm", f"{HOME}/hole.png")
    proposed = bare.run(program, "run", PHOTO, "remove the scratches", "--propose-mask", f"{HOME}/proposed.png", check=False)
    check("marks are looked for", proposed.returncode == 0, proposed.stderr.strip()[-200:])
    bare.run("rm", "-f", f"{HOME}/proposed.png")


def _bytes(bare: Bare, name: str) -> bytes:
    return (bare.root / HOME.lstrip("/") / "pictures" / name).read_bytes()


def started(check: Checks, bare: Bare, program: str) -> None:
    """A daemon started as a host does it: soon there is the file by which it is found."""
    place = f"{HOME}/started"
    file = bare.root / place.lstrip("/") / "connection.json"

    def wait() -> None:
        while not file.exists():
            if serving.done():
                raise RuntimeError(serving.result().stderr)
            time.sleep(0.005)

    with ThreadPoolExecutor() as pool:
        own = {"RESTORED_RUNTIME_DIR": place, "RESTORED_LOG_DIR": place}
        serving = pool.submit(lambda: bare.run(program, "serve", check=False, **own))
        check.in_time("connection file", 0.5, wait, lambda: processor_time(_pid(file)))
        os.kill(_pid(file), signal.SIGTERM)
    bare.run("rm", "-rf", place)


def _pid(file: Path) -> int:
    return json.loads(file.read_text("utf-8"))["pid"]


def processor_time(pid: int) -> float:
    """Seconds of the processor that a running process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
