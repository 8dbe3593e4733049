"""One report of everything a restoration needs: installation, machine, models, daemon, plug-ins. Safe to show to others."""

import getpass
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import psutil

from restored.ground.versions import DISTRIBUTION, version_of

State = Literal["ok", "note", "bad"]

PACKAGES: Final = ("openvino", "safetensors", "tokenizers", "pyzmq", "numpy", "pillow", "imagecodecs")
EXTRAS: Final = ("torch", "sentence-transformers")
"""What a GPU, a processor without OpenVINO or a model with its own text encoder needs; nobody else does."""
LITTLE_MEMORY: Final = 2 << 30
LITTLE_DISK: Final = 1 << 30

_SECRET: Final = re.compile(r"token|password|secret", re.IGNORECASE)
_Any = TypeVar("_Any")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `bad` keeps restorations from working; `note` is worth knowing."""

    about: str
    state: State
    sentence: str
    facts: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def examine(tell: Callable[[str], None] = lambda words: None) -> list[Finding]:
    """Look at everything; what cannot be looked at is a finding too, never an exception. Starts and changes nothing."""
    parts: dict[str, Callable[[], Iterator[Finding]]] = {
        "installation": _installation,
        "machine": _machine,
        "device": _device,
        "models": _models,
        "daemon": _daemon,
        "plug-ins": _plugins,
        "machines": _studio,
    }
    findings: list[Finding] = []
    for about, look in parts.items():
        tell(f"Looking at: {about}")
        try:
            findings += look()
        except Exception as error:  # what cannot be looked at is a finding, too
            findings.append(Finding(about, "bad", f"{error} ({type(error).__name__})"))
    return findings


def redacted(value: _Any) -> _Any:
    """The same without the user's name, home folder, host name and secrets, all the way down."""
    if isinstance(value, dict):
        return {key: "…" if _SECRET.search(str(key)) and inner else redacted(inner) for key, inner in value.items()}  # type: ignore[return-value]
    if isinstance(value, list | tuple):
        return [redacted(inner) for inner in value]  # type: ignore[return-value]
    if not isinstance(value, str):
        return value
    text = value.replace(str(Path.home()), "~") if len(str(Path.home())) > 1 else value
    for word in _private_words():
        text = re.sub(rf"\b{re.escape(word)}\b", "…", text)
    return text  # type: ignore[return-value]


def _private_words() -> list[str]:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = ""
    # a user called "root" or "user" gives nothing away, and the word stands in many paths
    return [word for word in (user, platform.node()) if len(word) > 2 and word not in ("root", "user", "localhost")]


def _installation() -> Iterator[Finding]:
    facts = {"python": platform.python_version(), "executable": sys.executable, **{name: version_of(name) for name in PACKAGES}}
    facts |= {name: found for name in EXTRAS if (found := version_of(name))}
    missing = [name for name, found in facts.items() if found is None and name != "openvino"]
    own = version_of(DISTRIBUTION) or "a checkout"
    if missing:
        yield Finding("installation", "bad", f"restored {own} lacks {', '.join(missing)}. Install it again.", facts)
    else:
        yield Finding("installation", "ok", f"restored {own}", facts)


def _studio() -> Iterator[Finding]:
    """Nothing where no machine is paired. Neither names nor addresses: they are of somebody's network."""
    from restored.studio.book import Guests, Listening, Machines

    machines, guests, listening = Machines(), Guests(), Listening().where() is not None
    strong, served = len(machines.entries()), len(guests.entries())
    if not (strong or served or listening):
        return
    facts = {"restore for this one": strong, "asked": machines.use, "restored for": served, "listening": listening}
    if served and not listening:
        yield Finding("machines", "note", "Other machines may ask this one, but “restored serve --listen” does not run.", facts)
    else:
        yield Finding("machines", "ok", "“restored remote test” says whether those that are paired answer.", facts)


def _machine() -> Iterator[Finding]:
    memory, disk = psutil.virtual_memory(), shutil.disk_usage(tempfile.gettempdir())
    facts = {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": psutil.cpu_count(logical=False),
        "threads": psutil.cpu_count(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "memory": f"{memory.available / 2**30:.1f} of {memory.total / 2**30:.1f} GiB free",
        "disk": f"{disk.free / 2**30:.1f} GiB free for temporary files",
    }
    if memory.available < LITTLE_MEMORY:
        yield Finding("machine", "note", "There is little free memory: large pictures will be slow, or refused.", facts)
    elif disk.free < LITTLE_DISK:
        yield Finding("machine", "note", "The disk for temporary files is nearly full.", facts)
    else:
        yield Finding("machine", "ok", f"{facts['processor']}, {facts['memory']}", facts)


def _device() -> Iterator[Finding]:
    from restored.engine import device_line

    facts: dict[str, Any] = {}
    torch = None
    if find_spec("torch") is not None:
        try:
            torch = import_module("torch")
        except Exception as error:  # a pack with a damaged file raises whatever that file does
            facts |= {"torch": f"{error} ({type(error).__name__})"}
            words = "PyTorch does not load, so the processor computes. Install it, or the GPU pack, again."
            yield Finding("device", "bad", words, facts)
            return
        facts |= {"torch": torch.__version__, "built for CUDA": torch.version.cuda or "no"}
    if torch is not None and torch.cuda.is_available():
        free, total = torch.cuda.mem_get_info()
        facts |= {"GPU": torch.cuda.get_device_name(), "GPU memory": f"{free / 2**30:.1f} of {total / 2**30:.1f} GiB free"}
    yield Finding("device", "ok", device_line(), facts)


def _models() -> Iterator[Finding]:
    from restored.models.base import ModelError
    from restored.models.bundle import load_bundle
    from restored.models.installed import list_bundles

    found = list_bundles()
    if not found:
        yield Finding("models", "bad", "No model is installed. Install restored again, or import one: restored models import")
    for name, folder in found.items():
        try:
            bundle = load_bundle(name)
            facts = {"family": bundle.manifest.family, "sha256": bundle.fingerprint, "folder": str(folder)}
            yield Finding("models", "ok", f"{name}: every file is as it was made", facts)
        except ModelError as error:
            yield Finding("models", "bad", str(error))


def _daemon() -> Iterator[Finding]:
    from restored_client.session import Session
    from restored_client.wire.errors import ClientError

    try:
        with Session.open(client="restored doctor", start=False) as session:
            hello, facts = session.hello, session.status()
    except ClientError as error:
        if error.code == "unreachable":
            yield Finding("daemon", "ok", "not running; it starts when it is needed")
        else:
            yield Finding("daemon", "bad", error.sentence, {"code": error.code, "detail": error.detail})
        return
    kept = facts.get("kept", {})
    facts = {
        **{name: facts[name] for name in ("pid", "build", "state", "log") if name in facts},
        "models in memory": ", ".join(facts.get("loaded", ())) or "none",
        "memory": f"{facts.get('memory', 0) / 2**20:.0f} MiB",
        "up for": f"{facts.get('uptime', 0):.0f} s",
        "work": ", ".join(job["kind"] for job in facts.get("jobs", ())) or "none",
        "clients": ", ".join(facts.get("clients", ())) or "none",
        "results kept": f"{kept.get('results', 0)}, {kept.get('bytes', 0) / 2**20:.0f} MiB",
    }
    where = f", computing on {hello['device']}" if hello.get("device") else ""
    yield Finding("daemon", "ok", f"running, version {hello.get('version')}{where}", facts)


def _plugins() -> Iterator[Finding]:
    from restored import hosts

    names: tuple[hosts.Host, ...] = ("gimp", "krita")
    places = [place for host in names for place in hosts.find(host)]
    if not places:
        yield Finding("plug-ins", "note", "No GIMP 3 and no Krita was found for this user. The command line works without them.")
    for place in places:
        there = hosts.status(place)
        good = there.installed and there.current and there.enabled
        hint = "" if there.installed else f"; install it: restored plugins install {place.host}"
        facts = {"folder": str(place.folder)} | ({"note": place.note} if place.note else {})
        yield Finding("plug-ins", "ok" if good else "note", f"{place.title}: {there.sentence()}{hint}", facts)


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
