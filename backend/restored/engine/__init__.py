"""Pixels to pixels: depth and alpha, tiles, devices and runtimes. Light to import; torch comes with the first job."""

from typing import TYPE_CHECKING, Any

from restored.ground.errors import Cancelled, EngineError, PixelError

from .devices import DEVICES, device_line
from .pixels import DEPTHS

if TYPE_CHECKING:
    from .job import EngineResult, Preview, run
    from .residual import Residual

__all__ = [
    "DEPTHS",
    "DEVICES",
    "Cancelled",
    "EngineError",
    "EngineResult",
    "PixelError",
    "Preview",
    "Residual",
    "device_line",
    "opened",
    "run",
    "unload",
]

_JOB = ("run", "EngineResult", "Preview")


def __getattr__(name: str) -> Any:
    if name in _JOB:
        from . import job

        return getattr(job, name)
    if name == "Residual":
        from .residual import Residual

        return Residual
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def opened() -> list[str]:
    """Names of the models that are open now."""
    import sys

    store = sys.modules.get("restored.engine.store")
    return store.opened() if store else []


def unload() -> None:
    """Close every model and give its memory back, on the device and in main memory. The next job opens them anew."""
    import sys

    store = sys.modules.get("restored.engine.store")
    if store is None:
        return
    from . import devices
    from .memory import release

    devices.unload()
    store.unload()
    release()
