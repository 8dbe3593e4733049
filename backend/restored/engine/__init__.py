"""Pixels to pixels: depth and alpha, tiles, devices and runtimes. Light to import; torch comes with the first job."""

from typing import TYPE_CHECKING, Any

from restored.engine.machine.devices import DEVICES, device_line
from restored.engine.picture.pixels import DEPTHS
from restored.ground.errors import Cancelled, EngineError, PixelError

if TYPE_CHECKING:
    from restored.engine.picture.residual import Residual
    from restored.engine.work.job import EngineResult, Preview, run

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
        from restored.engine.work import job

        return getattr(job, name)
    if name == "Residual":
        from restored.engine.picture.residual import Residual

        return Residual
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def opened() -> list[str]:
    """Names of the models that are open now."""
    import sys

    store = sys.modules.get("restored.engine.machine.store")
    return store.opened() if store else []


def unload() -> None:
    """Close every model and give its memory back, on the device and in main memory. The next job opens them anew."""
    import sys

    store = sys.modules.get("restored.engine.machine.store")
    if store is None:
        return
    from restored.engine.machine import devices
    from restored.engine.machine.memory import release

    devices.unload()
    store.unload()
    release()
