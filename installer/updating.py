"""`restored update --from FILE` as people do it: a signed download, and downloads that are not what they say."""

import json
import os
import random
import shutil
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Final

from bare import HOME, USER, Bare
from judging import Checks

PLACE: Final = f"{HOME}/.local/opt/restored"
KEY: Final = f"{PLACE}/_internal/restored/standalone/update.pub"
NEWER: Final = "9.9.9"


def updates(check: Checks, bare: Bare, program: str, download: Path) -> None:
    """What is not signed, changed since, signed by somebody else or older changes nothing; what is newer is swapped in, with the
    daemon running, and can be taken back."""
    from restored.models.signature import new_key, sign

    (public, secret), (_, theirs) = new_key(), new_key()
    key = bare.root / KEY.lstrip("/")
    built = key.read_bytes() if key.exists() else None
    key.parent.mkdir(exist_ok=True)  # a build without a key has nothing else in that folder
    os.chown(key.parent, USER, USER)
    key.write_text(f"untrusted comment: minisign public key\n{public.line()}\n")  # nobody here has the makers' secret
    had = version(bare)
    newer, older = (f"/downloads/{each}.tar.xz" for each in ("newer", "older"))
    _as_versions(download, bare.root / newer.lstrip("/"), bare.root / older.lstrip("/"))
    signature = bare.root / f"{newer}.minisig".lstrip("/")
    content = (bare.root / newer.lstrip("/")).read_bytes()
    good = sign(content, secret, f"restored {NEWER}")

    def refused(words: str, file: str = newer) -> bool:
        done = bare.run(program, "update", "--from", file, check=False)
        return done.returncode == 1 and words in done.stderr and version(bare) == had

    check("an update without a signature is refused", refused("is not beside"))
    signature.write_text(sign(content, theirs, "restored"))
    check("an update by somebody else is refused", refused("not ours"))
    signature.write_text(good.replace(NEWER, "9.9.8"))
    check("an update whose signature was changed is refused", refused("not what was signed"))
    (bare.root / f"{older}.minisig".lstrip("/")).write_text(sign((bare.root / older.lstrip("/")).read_bytes(), secret, "old"))
    check("an older version that is signed is refused", refused("is the older", older))
    signature.write_text(good)
    bare.run(program, "daemon", "start")
    done = bare.run(program, "update", "--from", newer, check=False)
    check(
        "an update that is signed is put in", f"restored {NEWER} is installed; it was {had}." in done.stdout, done.stderr[-300:]
    )
    check(
        "the new version is there",
        version(bare) == NEWER and _beside(bare) == [".restored-before", "restored"],
        f"{_beside(bare)}",
    )
    restored = bare.run(
        program, "run", "/downloads/lake-damaged.jpg", "brighten it", "-o", f"{HOME}/pictures/new.png", check=False
    )
    check("it restores", restored.returncode == 0, restored.stderr[-300:])
    back = bare.run(program, "update", "--back", check=False)
    check("one step back from an update", version(bare) == had, back.stderr.strip()[-300:])
    killed(check, bare, program, newer)
    for name in (newer, older):
        (bare.root / name.lstrip("/")).unlink()
    key.unlink() if built is None else key.write_bytes(built)


def killed(check: Checks, bare: Bare, program: str, newer: str) -> None:
    """An update that is killed at ten moments leaves one of the two versions, which starts; the next try works."""
    had, moments = version(bare), random.Random(1127)
    begun = time.monotonic()
    bare.run(program, "update", "--from", newer)
    takes = time.monotonic() - begun
    bad = []
    for _ in range(10):
        if version(bare) != had:
            bare.run(program, "update", "--back")
        after = takes * moments.uniform(0, 1)
        bare.killed(after, program, "update", "--from", newer)
        started = bare.run(program, "--version", check=False)
        if started.returncode or version(bare) not in (had, NEWER):
            bad.append(f"{after:.1f} s: {started.stderr.strip()[-100:]}")
    check(f"an update killed at ten moments of its {takes:.1f} s leaves a program that starts", not bad, "; ".join(bad))
    if version(bare) != had:
        bare.run(program, "update", "--back")
    done = bare.run(program, "update", "--from", newer, check=False)
    good = version(bare) == NEWER and _beside(bare) == [".restored-before", "restored"]
    check("then it works, and nothing half is left", good, done.stderr[-300:] or ", ".join(_beside(bare)))
    bare.run(program, "update", "--back")


def version(bare: Bare) -> str:
    """Of the installed program, as it is listed."""
    return json.loads((bare.root / PLACE.lstrip("/") / "manifest.json").read_text())["version"]


def _beside(bare: Bare) -> list[str]:
    return sorted(path.name for path in (bare.root / PLACE.lstrip("/")).parent.iterdir())


def _as_versions(download: Path, newer: Path, older: Path) -> None:
    """The download again under other numbers, not packed, as that takes minutes. Of the older only what is looked at first."""
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(download) as archive:
            archive.extractall(folder, filter="tar")
        (top,) = Path(folder).iterdir()
        listed = top / "restored/manifest.json"
        facts = json.loads(listed.read_text())
        for number, target in ((NEWER, newer), ("0.0.1", older)):
            listed.write_text(json.dumps({**facts, "version": number}, indent=1))
            with tarfile.open(target, "w") as archive:
                archive.add(top, f"restored-{number}")
            shutil.rmtree(top / "restored/_internal", ignore_errors=True)
