"""Which models are installed. A bad one is listed as bad, and keeps nobody from the others."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from restored.instruction.plan import Plan

from . import files
from .base import ModelError
from .manifest import MANIFEST, Manifest, is_name
from .registry import DEFAULT_BUNDLE


@dataclass(frozen=True, slots=True)
class Installed:
    """One installed model: its manifest, or the sentence that says why it cannot be used. Its files were not checked yet."""

    name: str
    folder: Path
    manifest: Manifest | None
    problem: str | None = None
    fingerprint: str = ""
    """The sha256 of its manifest, and so of all its files, as `Bundle` has it."""


def survey() -> list[Installed]:
    """Every installed model, the default first, then those that ship, then the user's; never an exception."""
    found = [_look(name, folder) for name, folder in _folders().items()]
    default = next((each.name for each in found if each.name == DEFAULT_BUNDLE and each.manifest), None)
    default = default or next((each.name for each in found if each.manifest), None)
    return sorted(found, key=lambda each: each.name != default)


def list_bundles() -> dict[str, Path]:
    """Every installed bundle's name and folder; the shipped ones first, and their names cannot be taken over."""
    return _folders()


def default_bundle() -> str:
    """The name of the model used when none is named. Raises ModelError when no model is installed."""
    if DEFAULT_BUNDLE in _folders():
        return DEFAULT_BUNDLE
    usable = next((each.name for each in survey() if each.manifest), None)
    if usable is None:
        raise ModelError("No model is installed. Install the package again, or import one with “restored models import”.")
    return usable


def known_to_default(plan: Plan) -> Plan:
    """The plan as the model that is used when none is named can follow it; as it is when no model is installed."""
    if not plan.for_model:
        return plan
    manifest = next((each.manifest for each in survey()), None)
    return plan if manifest is None else plan.within(manifest.tasks, manifest.name)


def user_bundles() -> Path:
    """Where imported models go: $RESTORED_DATA_DIR/bundles, else the user's data folder."""
    data = os.environ.get("RESTORED_DATA_DIR") or platformdirs.user_data_dir("restored", appauthor=False)
    return Path(data) / "bundles"


def _folders() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for place in (files.SHIPPED, user_bundles()):
        try:
            names = sorted(os.listdir(place))
        except OSError:
            continue
        for name in names:
            if not name.startswith(".") and _may_be_bundle(place / name):
                found.setdefault(name, place / name)
    return found


def _may_be_bundle(folder: Path) -> bool:
    """Whether there is a manifest, or something that keeps us from knowing."""
    try:
        os.lstat(folder / MANIFEST)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _look(name: str, folder: Path) -> Installed:
    try:
        if not is_name(name):
            raise ModelError(f"The folder {folder} cannot be a model: its name is not one. Rename or remove it.")
        content = files.read_manifest(folder)
        manifest = Manifest.from_json(content)
        if manifest.name != name:
            raise ModelError(f"The model in {folder} calls itself “{manifest.name}”. Give its folder that name, or remove it.")
    except ModelError as error:
        return Installed(name, folder, None, str(error))
    return Installed(name, folder, manifest, fingerprint=hashlib.sha256(content).hexdigest())
