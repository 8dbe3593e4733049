"""The adapters type-checked: laid out as they are installed, the client inside Krita's, with the stubs of plugins/typings.

`python tools/adapters.py` ends as pyright does. It works on a copy in build/adapters, because Krita's adapter imports the client
as a package inside its own, where only an installation puts it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = {
    "include": ["gimp", "krita"],
    "exclude": ["**/restored_client"],
    "extraPaths": [".", "gimp", "krita"],
    "stubPath": "typings",
    "venvPath": str(ROOT),
    "venv": ".venv",
    "pythonVersion": "3.11",
    "typeCheckingMode": "standard",
    "reportMissingModuleSource": "none",
    "reportMissingTypeStubs": "none",
}


def lay_out(folder: Path) -> None:
    """Copies of the adapters, the client and the stubs in a fresh folder."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("gimp", "krita", "restored_client", "typings"):
        shutil.copytree(ROOT / "plugins" / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "locale"))
    shutil.copytree(folder / "restored_client", folder / "krita" / "restore_with_instruction" / "restored_client")
    (folder / "pyrightconfig.json").write_text(json.dumps(SETTINGS, indent=1), "utf-8")


if __name__ == "__main__":
    build = ROOT / "build" / "adapters"
    lay_out(build)
    sys.exit(subprocess.run([sys.executable, "-m", "pyright", "--project", str(build)], check=False).returncode)
