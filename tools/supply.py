"""What this program is made of, by commands: `python tools/supply.py bounds | hashes | sbom | licences | audit`.

bounds      pyproject.toml's lower bounds, set to the versions that are pinned and so tested
hashes      requirements.hashed: the pins of requirements.lock with the sha256 of every file that the index has of them
sbom        a CycloneDX 1.5 list of what is installed here, as JSON on stdout
licences    the same for people: package, version, licence
audit       known vulnerabilities of the pins, by pip-audit: needs the network, so it is for hosted CI
"""

import json
import re
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
LOCK: Final = ROOT / "requirements.lock"
HASHED: Final = ROOT / "requirements.hashed"
BUILDS: Final = ("torch",)
"""Packages that come in a build for every kind of device, each with libraries of its own: pinned by version in requirements.lock
only, and what a build needs beyond is pinned by the build."""
HEAD: Final = """# The pins of requirements.lock, torch excepted, with the sha256 of every file that the index has of them.
# Made by `make hashes`; `make venv` installs from here with --require-hashes.
"""


def canonical(name: str) -> str:
    """A package's name as indexes write it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> dict[str, str]:
    """Package -> version, out of a lock with or without hashes; local builds (+cpu) count as their version."""
    found = re.findall(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", text, re.MULTILINE)
    return {canonical(name): version.partition("+")[0] for name, version in found}


def hashes(text: str) -> dict[str, list[str]]:
    """Package -> the sha256 of its files."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if pin := re.match(r"([A-Za-z0-9][\w.-]*)==", line):
            name = canonical(pin[1])
        found.setdefault(name, []).extend(re.findall(r"--hash=sha256:([0-9a-f]{64})", line))
    return found


def hashable() -> dict[str, str]:
    """The pins of requirements.lock that have hashes."""
    return {name: version for name, version in pins(LOCK.read_text("utf-8")).items() if name not in BUILDS}


def write_hashes() -> None:
    """Ask the index (pip's own, by pip-tools) for the hashes of the pins that lack them; the others are kept."""
    wanted = hashable()
    old = HASHED.read_text("utf-8") if HASHED.exists() else ""
    known = {name: hashes(old).get(name, []) for name, version in pins(old).items() if wanted.get(name) == version}
    missing = {name: version for name, version in wanted.items() if not known.get(name)}
    if missing:
        known |= {name: found for name, found in hashes(_asked(missing)).items() if name in missing}
    lines = [HEAD.rstrip()]
    for name in sorted(wanted):
        if not known.get(name):
            sys.exit(f"The index gave no hash for {name}=={wanted[name]}.")
        lines.append(f"{name}=={wanted[name]} \\\n" + " \\\n".join(f"    --hash=sha256:{each}" for each in sorted(known[name])))
    HASHED.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(wanted)} packages, {len(missing)} of them asked for anew")


def write_bounds() -> None:
    """Every `>=` of a pinned package in pyproject.toml becomes the pinned version's first two numbers."""
    pinned = pins(LOCK.read_text("utf-8"))
    path = ROOT / "pyproject.toml"
    head, begin, rest = path.read_text("utf-8").partition("\ndependencies = [")
    wanted, end, tail = rest.partition("[project.scripts]")

    def bounded(found: re.Match[str]) -> str:
        version = pinned.get(canonical(found[2]))
        return found[0] if version is None else f"{found[1]}{'.'.join(version.split('.')[:2])}"

    wanted = re.sub(r'("([A-Za-z0-9_.-]+)(?:\[[^]]*\])?>=)[0-9][0-9A-Za-z.]*', bounded, wanted)
    path.write_text(head + begin + wanted + end + tail, "utf-8")


def _asked(missing: dict[str, str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        tools, wanted, found = Path(folder, "tools"), Path(folder, "wanted.in"), Path(folder, "found.txt")
        subprocess.run([sys.executable, "-m", "venv", tools], check=True)
        python = tools / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "pip-tools"], check=True)
        wanted.write_text("".join(f"{name}=={version}\n" for name, version in missing.items()), "utf-8")
        options = ["--generate-hashes", "--allow-unsafe", "--no-header", "--no-annotate", "--strip-extras", "--quiet"]
        subprocess.run([python, "-m", "piptools", "compile", *options, "--output-file", found, wanted], check=True)
        return found.read_text("utf-8")


def sbom() -> dict[str, Any]:
    """What is installed in this environment, as CycloneDX 1.5."""
    known = hashes(HASHED.read_text("utf-8")) if HASHED.exists() else {}
    components = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            "licenses": [{"license": {"name": licence}}],
            "properties": [{"name": "sha256 of a published file", "value": each} for each in known.get(name, ())],
        }
        for name, version, licence in installed()
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": {"type": "application", "name": "restore-with-instruction", "licenses": [{"license": {"id": "MIT"}}]},
        },
        "components": components,
    }


def installed() -> Iterator[tuple[str, str, str]]:
    """(package, version, licence) of every distribution here, in order."""
    found = {canonical(each.metadata["Name"]): each for each in distributions() if each.metadata["Name"]}
    for name, each in sorted(found.items()):
        yield name, each.version, licence_of(each)


def licence_of(distribution: Distribution) -> str:
    """Its licence in words: the SPDX expression, else the classifiers, else the first line of what it says."""
    metadata: Any = distribution.metadata
    classified = [line.rpartition(" :: ")[2] for line in metadata.get_all("Classifier") or () if line.startswith("License ::")]
    said = (metadata.get("License") or "").strip().splitlines()
    return metadata.get("License-Expression") or ", ".join(classified) or (said[0][:80] if said else "") or "not said"


def main(verb: str) -> None:
    """One of the commands."""
    match verb:
        case "bounds":
            write_bounds()
        case "hashes":
            write_hashes()
        case "sbom":
            print(json.dumps(sbom(), indent=1))
        case "licences":
            for name, version, licence in installed():
                print(f"{name:34} {version:22} {licence}")
        case "audit":
            command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "-r", str(HASHED)]
            sys.exit(subprocess.run(command).returncode)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) == 2 else "")
