"""Pixels to pixels: depth and alpha, tiles, devices and runtimes. Light to import; the rest comes with the first job.

The functions here are those of this process's shared engine; who wants its own makes an `Engine`.
"""

import sys
from typing import TYPE_CHECKING, Any

from restored.ground.errors import Cancelled, EngineError, PixelError
from restored.ground.limits import DEVICES

from .picture.pixels import DEPTHS

if TYPE_CHECKING:
    import numpy as np

    from restored.instruction.plan import Plan

    from .engine import Engine
    from .picture.residual import Residual
    from .work.job import Job
    from .work.outcome import EngineResult, Preview

__all__ = [
    "DEPTHS",
    "DEVICES",
    "Cancelled",
    "Engine",
    "EngineError",
    "EngineResult",
    "Job",
    "PixelError",
    "Preview",
    "Residual",
    "device_line",
    "opened",
    "run",
    "unload",
]

_LATER = {
    "Engine": "restored.engine.engine",
    "Job": "restored.engine.work.job",
    "EngineResult": "restored.engine.work.outcome",
    "Preview": "restored.engine.work.outcome",
    "Residual": "restored.engine.picture.residual",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LATER[name]), name)


def run(image: "np.ndarray", plan: "Plan", *, progress: Any = None, cancel: Any = None, **job: Any) -> "EngineResult":
    """`Engine.run` of the shared engine; job: the fields of a `Job`."""
    from .engine import shared
    from .work.job import Job

    return shared().run(image, plan, Job(**job), progress=progress, cancel=cancel)


def device_line() -> str:
    """One line for the user: what computes and why. Before the first job it names the machine only; never slow."""
    if _begun():
        from .engine import shared

        return shared().devices.line()
    from .machine.devices import machine_line

    return machine_line()


def opened() -> list[str]:
    """Names of the models that are open now."""
    if not _begun():
        return []
    from .engine import shared

    return shared().store.opened()


def unload() -> None:
    """Close every model of the shared engine and give its memory back. The next job opens them anew."""
    if _begun():
        from .engine import shared

        shared().unload()


def _begun() -> bool:
    """Whether there is a shared engine yet: looking must not make one."""
    module = sys.modules.get("restored.engine.engine")
    return module is not None and module.shared.cache_info().currsize > 0
