"""The stubs by which the adapters are type-checked say what the real hosts have."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hostkit import ROOT, inroot_command, need_tree

STUBS = ROOT / "plugins" / "typings"
MADE = {"gimp": sorted((STUBS / "gi" / "repository").glob("[A-Z]*.pyi")), "krita": [STUBS / "krita" / "__init__.pyi"]}


@pytest.mark.hosts
@pytest.mark.parametrize("host", ["gimp", "krita"])
def test_what_is_kept_is_what_the_host_says(box: Path, host: str) -> None:
    """Each class, function and constant; what an adapter has stopped using may still stand there."""
    need_tree("trixie")
    shutil.copytree(ROOT / "plugins" / host, box / "adapter")
    kept = {path: path.read_text("utf-8") for path in MADE[host]}
    names = sorted(set(re.findall(r"[A-Za-z_]\w*", "\n".join(kept.values()))))
    (box / "adapter" / "names.py").write_text("".join(f"any.{name}\n" for name in names if name not in _KEYWORDS), "utf-8")
    command = inroot_command("trixie", "python3", "-W", "ignore", "-", host, str(box / "adapter"), str(box / "stubs"))
    subprocess.run(command, input=(ROOT / "tools" / "typings.py").read_bytes(), check=True, timeout=120)
    for path, text in kept.items():
        fresh = (box / "stubs" / path.relative_to(STUBS)).read_text("utf-8")
        assert not _said(text) - _said(fresh), f"{path.name} is not what the host says: run make typings"


_KEYWORDS = {"None", "and", "as", "class", "def", "from", "import", "in", "is", "or"}


def _said(stub: str) -> set[tuple[str, str]]:
    """(class, line) of everything that a stub says. Of constructors only that they are there: they name the properties in use."""
    said, within = set(), ""
    for line in stub.splitlines():
        if line.startswith("class "):
            within = line
        elif line and not line.startswith((" ", '"')):
            within = ""
        text = line.strip()
        if text and not text.startswith(("from ", "import ")):
            said.add((within, "__init__" if text.startswith("def __init__(self, *args: Any") else text))
    return said
