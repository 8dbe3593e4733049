"""Type what is wrong with a photograph; get it back restored. This module is the whole public Python API.

    import restored
    result = restored.restore(image, "remove the rain and brighten it")
    result.image, result.plan, result.changed, result.device

Importing it loads no model, no numpy and no torch: that happens with the first call. Every error that it raises on purpose is a
RestoredError, whose message is a sentence for a photographer.
"""

from typing import TYPE_CHECKING, Any

from .ground.errors import (
    Cancelled,
    EngineError,
    FileError,
    InstallationError,
    MemoryShort,
    ModelError,
    PixelError,
    PlanError,
    RestoredError,
)
from .ground.tasks import LABELS, TASKS, Task
from .instruction.plan import Plan, Step
from .offline import keep_dependencies_quiet

if TYPE_CHECKING:
    from .api import Restoration, explain, restore
    from .engine import Preview, Residual
    from .models.bundle import Bundle, list_bundles, load_bundle

    __version__: str

keep_dependencies_quiet()  # before anything of ours can import a package that asks home

__all__ = [
    "LABELS",
    "TASKS",
    "Bundle",
    "Cancelled",
    "EngineError",
    "FileError",
    "InstallationError",
    "MemoryShort",
    "ModelError",
    "PixelError",
    "Plan",
    "PlanError",
    "Preview",
    "Residual",
    "Restoration",
    "RestoredError",
    "Step",
    "Task",
    "__version__",
    "explain",
    "list_bundles",
    "load_bundle",
    "restore",
]

_LATER = {
    "Bundle": "restored.models.bundle",
    "Preview": "restored.engine",
    "Residual": "restored.engine",
    "Restoration": "restored.api",
    "explain": "restored.api",
    "list_bundles": "restored.models.bundle",
    "load_bundle": "restored.models.bundle",
    "restore": "restored.api",
}
"""Names that bring numpy or torch with them, and where they live. The daemon imports this package before it listens."""


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from .ground.versions import version

        return version()
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LATER[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
