"""What a problem report needs, as text for the clipboard: versions and what went wrong; no instruction, no path of the user's."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from typing import List

from ..session.launch import INSTALLED
from ..wire.messages import PROTOCOL_VERSION
from ..wire.parsing import parse_json
from .desk import Desk


def report(host: str, desk: Desk) -> str:
    """The report of this host's plug-in. `host`: its name and version, such as "GIMP 3.0.4"."""
    hello = desk.hello
    engine = " ".join(str(hello.get(name, "?")) for name in ("version", "build", "protocol")) if hello else "has not answered"
    lines: List[str] = [
        "Restore with instruction: report",
        f"host: {host}",
        f"plug-in: {_installed()}, protocol {PROTOCOL_VERSION}",
        f"engine (version, build, protocol): {engine}",
        f"device: {desk.device or 'unknown'}",
        f"models: {_names(hello.get('models'))}; usual: {hello.get('default_model', '?')}",
        f"system: {platform.system()} {platform.release()}, {platform.machine()}, Python {platform.python_version()}",
        f"preview: {desk.phase}; waiting for: {desk.waiting or 'nothing'}",
    ]
    if desk.trouble is not None:
        trouble = desk.trouble
        lines += [f"trouble: {trouble.code} ({trouble.about}): {trouble.sentence}", f"detail: {trouble.detail or '-'}"]
    lines.append("More: run “restored doctor” in a terminal.")
    return redacted("\n".join(lines))


def redacted(text: str) -> str:
    """The text without the user's folder and name."""
    home = str(Path.home())
    if len(home) > 1:
        text = text.replace(home, "~")
    for name in {os.environ.get("USER"), os.environ.get("USERNAME"), os.environ.get("LOGNAME")}:
        if name and len(name) > 2 and name != "root":
            text = text.replace(name, "<user>")
    return text


def _installed() -> str:
    try:
        return str(parse_json(INSTALLED.read_text("utf-8"))["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return "from a checkout" if "site-packages" not in str(sys.modules[__name__].__file__) else "of unknown version"


def _names(models: object) -> str:
    if not isinstance(models, list):
        return "unknown"
    names = [str(model.get("name", "?")) if isinstance(model, dict) else str(model) for model in models]
    return ", ".join(names) or "none"
