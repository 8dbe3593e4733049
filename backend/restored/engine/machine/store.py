"""Models that are open: each bundle is read and checked once, and its model kept until `unload`."""

import threading
from pathlib import Path

from restored.models.base import Model
from restored.models.bundle import Bundle, load_bundle
from restored.models.installed import default_bundle

_lock = threading.RLock()
_bundles: dict[str, Bundle] = {}
_models: dict[tuple[str, str], Model] = {}


def bundle(wanted: Bundle | str | Path | None = None) -> Bundle:
    """The bundle itself, or the one of this name or path; None is the default model. Raises ModelError."""
    if isinstance(wanted, Bundle):
        return wanted
    name = default_bundle() if wanted is None else str(wanted)
    with _lock:
        if name not in _bundles:
            _bundles[name] = load_bundle(name)
        return _bundles[name]


def model(bundle: Bundle, device: str) -> Model:
    """The bundle's model for a device ("auto", "cpu", …); kept for the next job."""
    with _lock:
        key = bundle.fingerprint, device
        if key not in _models:
            _models[key] = bundle.opened()
        return _models[key]


def opened() -> list[str]:
    """Names of the bundles that are open."""
    with _lock:
        return [bundle.name for bundle in _bundles.values()]


def unload() -> None:
    """Close every model and give its memory back."""
    with _lock:
        _bundles.clear()
        _models.clear()
