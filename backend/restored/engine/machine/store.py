"""Models that are open: each bundle is read and checked once, and its model kept until `unload`."""

import threading
from pathlib import Path

from restored.models.base import Model, ModelError
from restored.models.bundle import Bundle, load_bundle
from restored.models.installed import default_bundle, survey
from restored.models.searching import SEARCH, SearchModel


class Store:
    """An engine's open models. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._bundles: dict[str, Bundle] = {}
        self._models: dict[tuple[str, str], Model] = {}
        self._searcher: tuple[SearchModel, str] | None = None

    def bundle(self, wanted: Bundle | str | Path | None = None) -> Bundle:
        """The bundle itself, or the one of this name or path; None is the default model. Raises ModelError."""
        if isinstance(wanted, Bundle):
            return wanted
        name = default_bundle() if wanted is None else str(wanted)
        with self._lock:
            if name not in self._bundles:
                self._bundles[name] = load_bundle(name)
            return self._bundles[name]

    def model(self, bundle: Bundle, device: str) -> Model:
        """The bundle's model for a device ("auto", "cpu", …); kept for the next job."""
        with self._lock:
            key = bundle.fingerprint, device
            if key not in self._models:
                self._models[key] = bundle.opened()
            return self._models[key]

    def put(self, bundle: Bundle, device: str, model: Model) -> None:
        """Use this model for the bundle from now on (to measure one against another)."""
        with self._lock:
            self._models[bundle.fingerprint, device] = model

    def searcher(self) -> tuple[SearchModel, str]:
        """The network that looks for scratches and dust, and the fingerprint of its bundle. Raises ModelError."""
        with self._lock:
            if self._searcher is None:
                name = next((each.name for each in survey() if each.manifest and SEARCH in each.manifest.files), None)
                if name is None:
                    raise ModelError(
                        "What finds scratches and dust is not installed. Install the package again, or mark them yourself."
                    )
                bundle = load_bundle(name)
                self._searcher = SearchModel(bundle.arrays(SEARCH)), f"{bundle.fingerprint}/{SEARCH}"
            return self._searcher

    def opened(self) -> list[str]:
        """Names of the bundles that are open."""
        with self._lock:
            return [bundle.name for bundle in self._bundles.values()]

    def unload(self) -> None:
        """Close every model and give its memory back."""
        with self._lock:
            self._bundles.clear()
            self._models.clear()
            self._searcher = None
