"""What people do with the installed program, beyond a first restoration: every task, several languages, another machine."""

import json
import os
import shutil
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from bare import HOME, Bare
from judging import Checks
from packs import packs
from plans import plans
from small_files import write_png

PHOTO: Final = "/downloads/lake-damaged.jpg"
SIZE: Final = (720, 480)
ENDINGS: Final = {
    b"\x89PNG": ".png", b"\xff\xd8": ".jpg", b"WEBP": ".webp", b"II": ".tif", b"MM": ".tif", b"BM": ".bmp", b"jP  ": ".jp2",
    b"ftypavif": ".avif", b"ftypheic": ".heic", b"v/1\x01": ".exr",
}  # fmt: skip
"""What a file is by what stands at its beginning, or 4 or 8 bytes behind it; else JPEG XL."""
ROOT: Final = Path(__file__).resolve().parents[1]
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
at() { export RESTORED_CONFIG_DIR="$HOME/$1/config" RESTORED_RUNTIME_DIR="$HOME/$1/run" RESTORED_LOG_DIR="$HOME/$1/log"; }
tries=0
wait_for() { until "$@" >/dev/null 2>&1 || [ $tries -gt 900 ]; do sleep 0.2; tries=$((tries + 1)); done; }
mkdir -p "$HOME/strong" "$HOME/weak"
at strong
"$0" serve --listen 127.0.0.1:7645 >"$HOME/strong/said" 2>&1 &
served=$!
wait_for "$0" daemon status
"$0" pair >"$HOME/strong/shown" 2>&1 &
pairing=$!
wait_for test -s "$HOME/strong/shown"
at weak
"$0" pair 127.0.0.1:7645 --code "$(sed -n 's/^The code is  *//p' "$HOME/strong/shown")" --name strong &&
    "$0" remote use always && "$0" run "$1" "remove the noise" -o "$HOME/weak/there.png" --json
"$0" daemon stop
cat "$HOME/strong/said" "$HOME/strong/shown" >&2
kill "$served" "$pairing"
wait
rm -rf "$HOME/strong" "$HOME/weak"
"""
"""Two machines with folders of their own on this one's loopback: served, paired by the code, a picture restored over there."""

WATCHING: Final = """
mkdir "$HOME/hot"
cp "$1" "$HOME/hot/first.jpg"
"$0" batch "$HOME/hot" "make it brighter" -o "$HOME/done" --watch >"$HOME/hot.said" 2>&1 &
watching=$!
tries=0
wait_for() {
    until [ -f "$1" ] || [ $tries -gt 900 ] || ! kill -0 $watching 2>/dev/null; do sleep 0.2; tries=$((tries + 1)); done
}
wait_for "$HOME/done/first.jpg"
cp "$1" "$HOME/hot/later.jpg"
wait_for "$HOME/done/later.jpg"
ls "$HOME/done"
kill $watching 2>/dev/null
wait
cat "$HOME/hot.said" >&2
rm -rf "$HOME/hot" "$HOME/done" "$HOME/hot.said"
"""
"""A photograph comes into a watched folder, and its result lies in the other."""


def uses(check: Checks, bare: Bare, program: str) -> None:
    """Through a running or started daemon, by the command."""
    for sentence, tasks in WORDS.items():
        plan = json.loads(bare.run(program, "explain", sentence, "--json").stdout)
        check(
            f"“{sentence}”", [step["task"] for step in plan["steps"]] == tasks, ", ".join(step["task"] for step in plan["steps"])
        )
    plans(check, bare, program)

    bare.run(program, "run", PHOTO, "remove the noise", "--quality", "best", "-o", f"{HOME}/pictures/best.png")
    bare.run(program, "run", PHOTO, "remove the noise", "-o", f"{HOME}/pictures/usual.png")
    check("the best quality is another result", _bytes(bare, "best.png") != _bytes(bare, "usual.png"))
    filling(check, bare, program)
    formats(check, bare, program)
    signatures(check, bare, program)
    packs(check, bare, program)
    watched = bare.run("sh", "-c", WATCHING, program, PHOTO, check=False)
    check("a folder is watched", "later.jpg" in watched.stdout, watched.stderr.strip()[-300:])
    said = bare.run("sh", "-c", PAIRING, program, PHOTO, check=False)
    answers = [json.loads(line) for line in said.stdout.splitlines() if line.startswith("{")]
    device = answers[0]["device"] if answers else said.stderr[-500:]
    check("two machines paired, one restores for the other", bool(answers) and " in strong" in device, device)


def signatures(check: Checks, bare: Bare, program: str) -> None:
    """A model from elsewhere: asked about, installed unasked when a trusted key signed it, refused when it was changed since."""
    from restored.models.signature import SIGNATURE, new_key, sign

    folder = bare.root / HOME.lstrip("/") / "theirs"
    shutil.copytree(ROOT / "backend/restored/bundles/infill", folder)
    manifest = folder / "bundle.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text("utf-8")), "name": "theirs"}), "utf-8")
    public, secret = new_key()
    (folder / SIGNATURE).write_text(sign(manifest.read_bytes(), secret, "theirs"), "utf-8")

    def install() -> tuple[int, str]:
        done = bare.run(program, "models", "import", f"{HOME}/theirs", check=False)
        return done.returncode, done.stderr

    unknown = install()
    bare.run(program, "models", "trust", public.line(), "--name", "them", "--yes")
    trusted = install()
    bare.run("rm", "-rf", f"{HOME}/.local/share/restored/bundles/theirs")
    manifest.write_text(manifest.read_text("utf-8") + " ", "utf-8")
    tampered = install()
    good = unknown[0] == 1 and "not said you trust" in unknown[1] and trusted[0] == 0 and tampered[0] == 1
    check(
        "signed models: asked, trusted, tampered with", good and "not what was signed" in tampered[1], tampered[1].strip()[-200:]
    )
    shutil.rmtree(folder)


def formats(check: Checks, bare: Bare, program: str) -> None:
    """What the siege damages, undamaged, of every kind; JPEG XL and a camera's raw file. OpenEXR is turned away in a sentence."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests/siege")]
    import imagecodecs
    import numpy as np
    from pictures import seeds  # pyright: ignore[reportMissingImports]
    from tests.backend.io.test_more_formats import dng

    folder = bare.root / HOME.lstrip("/") / "kinds"
    bare.run("mkdir", f"{HOME}/kinds")
    dng(folder / "raw.dng", np.full((64, 96), 20_000, np.uint16))
    wanted = 1
    for number, content in enumerate([*seeds(), imagecodecs.jpegxl_encode(np.full((24, 31, 3), 90, np.uint8))]):
        ending = next((ending for start, ending in ENDINGS.items() if bytes(content[:12]).find(start) in (0, 4, 8)), ".jxl")
        (folder / f"{number}{ending}").write_bytes(content)
        wanted += ending != ".exr"
    done = bare.run(program, "batch", f"{HOME}/kinds", "make it brighter", "-o", f"{HOME}/kinds/out", check=False)
    out = folder / "out"
    made = [path for path in out.iterdir() if path.suffix in ENDINGS.values()] if out.is_dir() else []
    check(
        "every kind of picture is read",
        len(made) == wanted,
        f"{len(made)} of {wanted}{'' if len(made) == wanted else done.stderr}",
    )
    shutil.rmtree(folder)


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
    (bare.root / HOME.lstrip("/") / "hole.png").unlink()
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
