"""What is installed is what was tested: pins have hashes, lower bounds are tested versions, licences are known."""

import re
import tomllib
from pathlib import Path

from tests.sources import script

ROOT = Path(__file__).parents[1]
supply = script("tools/supply.py")


def test_every_pin_has_its_hashes() -> None:
    """After a change of requirements.lock: make hashes."""
    hashed = supply.HASHED.read_text("utf-8")
    assert supply.pins(hashed) == supply.hashable()
    hashes = supply.hashes(hashed)
    assert all(hashes[name] for name in supply.pins(hashed))


def test_the_lower_bounds_are_what_is_tested() -> None:
    """An older version may be there, be allowed, and have a hole that the tested one has not. python tools/supply.py bounds"""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pins = supply.pins(supply.LOCK.read_text("utf-8"))
    wanted = [*project["dependencies"], *(each for extra in project["optional-dependencies"].values() for each in extra)]
    for requirement in wanted:
        name, bound = re.match(r"([A-Za-z0-9_.-]+)(?:\[[^]]*\])?(?:>=([^,;\s]+))?", requirement).groups()  # type: ignore[union-attr]
        pinned = pins.get(supply.canonical(name))
        if pinned is None or bound is None:
            continue
        assert pinned.split(".")[: bound.count(".") + 1] == bound.split("."), f"{requirement}, but {pinned} is what is tested"


def test_the_list_of_parts_names_what_is_installed() -> None:
    parts = {part["name"]: part for part in supply.sbom()["components"]}
    assert {"numpy", "pillow", "safetensors", "pyzmq"} <= set(parts)
    assert parts["pillow"]["properties"], "with the hashes of the lock"
    assert all(part["licenses"][0]["license"]["name"] for part in parts.values())


def test_no_licence_that_would_bind_this_program() -> None:
    """What ships may be copied with it: no part that the program imports is under the GPL or AGPL."""

    def binds(licence: str) -> bool:
        """Where there is a choice, one that does not bind is taken (Qt: LGPL or GPL)."""
        return all(re.search(r"(?<!L)(A?GPL|Affero|GNU General)", choice) for choice in licence.split(" OR "))

    bound = {name: licence for name, _, licence in supply.installed() if binds(licence)}
    assert bound == {}, bound


def test_names_and_pins() -> None:
    assert supply.canonical("Ruamel.YAML_x") == "ruamel-yaml-x"
    text = "a==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n# b==2\ntorch==2.13.0+cpu\n"
    assert supply.pins(text) == {"a": "1.0", "torch": "2.13.0"}
    assert supply.hashes(text)["a"] == ["0" * 64]
