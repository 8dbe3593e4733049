"""Which device and runtime computes, found by measuring, and the line that tells the user which and why."""

import importlib
import importlib.util
import os
import platform
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from restored.allocator import keep_pages
from restored.ground.cores import cores
from restored.ground.errors import EngineError
from restored.ground.limits import DEVICES
from restored.models.registry import GET_TORCH

if TYPE_CHECKING:
    from types import ModuleType

    from restored.engine.machine.runtimes import Runtime
    from restored.engine.machine.runtimes.openvino_runtime import OpenVinoRuntime
    from restored.models.base import Model

PROBE_SIDE: Final = 128
PROBE_RUNS: Final = 2
"""A small tile on one thread: on a busy machine a runtime's larger probe took longer than the job it was to speed up."""

TOLERANCE: Final = 1.5 / 255
"""How far a faster runtime may be from float32 anywhere in the probe tile."""

WORTH: Final = 0.9
"""A coarser precision is chosen where it takes at most this share of float32's time: noise must not decide a tie."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A runtime and the line that says why it was chosen."""

    runtime: "Runtime"
    line: str


class Devices:
    """An engine's choices: what was measured, and what is used for which model."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._choices: dict[tuple[str, str], Choice] = {}
        self._measured: dict[str, list[Measured]] = {}
        self._last: str | None = None

    def choose(self, model: "Model", identity: str, device: str = "auto") -> Choice:
        """The fastest way to run a model: a GPU when there is one, else the runtime that a short measurement found faster.

        device: "auto", or one of DEVICES to insist on. Raises EngineError with a sentence when that device is not there.
        """
        with self._lock:
            if (identity, device) not in self._choices:
                self._choices[identity, device] = self._choose(model, identity, device)
            choice = self._choices[identity, device]
            self._last = choice.line
            return choice

    def line(self) -> str:
        """One line for the user: what computes and why. Before the first job it names the machine only; never slow."""
        return self._last if self._last is not None else machine_line()

    def unload(self) -> None:
        """Free everything that runtimes hold; what was measured is remembered."""
        for choice in list(self._choices.values()):
            choice.runtime.unload()

    def _choose(self, model: "Model", identity: str, device: str) -> Choice:
        if device not in DEVICES:
            raise EngineError(f"The device “{device}” is not known; choose one of {', '.join(DEVICES)}.")
        cuda, mps = _gpus(asked=device in ("cuda", "mps"))
        if device in ("cuda", "mps") and not _torch_installed():
            raise EngineError(f"A GPU computes with PyTorch, which is not installed. {GET_TORCH}")
        if device == "cuda" and not cuda:
            raise EngineError("No CUDA GPU can be used on this machine. Choose the device “auto” or “cpu”.")
        if device == "mps" and not mps:
            raise EngineError("No Apple GPU can be used on this machine. Choose the device “auto” or “cpu”.")
        if cuda and device in ("auto", "cuda"):
            return _on_cuda()
        if mps and device in ("auto", "mps"):
            return Choice(_torch_runtime("mps", False), "Apple GPU: PyTorch in float32.")
        reason = "as asked" if device == "cpu" and (cuda or mps) else _no_gpu()
        return self.on_cpu(model, identity, reason)

    def on_cpu(self, model: "Model", identity: str, reason: str) -> Choice:
        """The fastest runtime of this CPU. reason: why the CPU, for the device line."""
        keep_pages()
        if identity not in self._measured:
            self._measured[identity] = _measure(model, identity)
        best, *others = self._measured[identity]
        line = f"{_cpu()}: {best.runtime.name} in {best.runtime.precision}"
        if others:
            times = others[0].seconds / best.seconds
            line += f", {times:.1f} times as fast here as {others[0].runtime.name} in {others[0].runtime.precision}"
        return Choice(best.runtime, f"{line}; {reason}.")


def exact_on_cpu(model: "Model") -> "Runtime":
    """The CPU's float32 runtime: nothing is measured, and every machine gets the same."""
    keep_pages()
    return next(_cpu_runtimes(model))


def machine_line() -> str:
    """What could compute here, before anything was measured."""
    gpu = "an NVIDIA GPU" if _nvidia_driver() else ""
    return f"{gpu or _cpu()} (how to compute is measured with the first picture)"


def _on_cuda() -> Choice:
    import torch

    name = torch.cuda.get_device_name()
    free, total = (value / 2**30 for value in torch.cuda.mem_get_info())
    bf16 = torch.cuda.is_bf16_supported()
    precision = "bfloat16" if bf16 else "float32, because this GPU has no bfloat16"
    return Choice(_torch_runtime("cuda", bf16), f"{name}, {free:.1f} of {total:.1f} GiB free: PyTorch in {precision}.")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a runtime made of the probe tile, and how long it took."""

    runtime: "Runtime"
    seconds: float
    tile: np.ndarray


def _measure(model: "Model", identity: str) -> list[Measured]:
    """The runtimes whose numbers are right, the best first: float32, the measure of the others, unless one is clearly faster."""
    exact, *others = (_probe(runtime, model, identity) for runtime in _cpu_runtimes(model))
    agree = [other for other in others if np.abs(other.tile - exact.tile).max() <= TOLERANCE]
    return sorted([exact, *agree], key=lambda measured: measured.seconds * (WORTH if measured is exact else 1.0))


def _probe(runtime: "Runtime", model: "Model", identity: str) -> Measured:
    """One small tile of soft shapes and noise, the best of a few runs."""
    from restored.engine.machine.runtimes import Setup
    from restored.engine.picture.source import LayerSource
    from restored.engine.work.tiles import lay_tiles
    from restored.instruction.plan import Plan
    from restored.models.base import WHOLE, Request

    rows, columns = np.mgrid[:PROBE_SIDE, :PROBE_SIDE] / 20.0
    soft = 0.5 + 0.3 * np.sin(rows + columns)[..., None] + np.random.default_rng(0).normal(0, 0.05, (PROBE_SIDE, PROBE_SIDE, 3))
    source = LayerSource(np.asarray(soft, np.float32))
    tiling = lay_tiles(PROBE_SIDE, PROBE_SIDE, side=PROBE_SIDE, stride=model.stride, halo=0)
    plan = Plan.of(model.tasks[0] if model.tasks else "denoise")
    request = Request(plan, np.full(256, 1 / 16, np.float32), np.full((1, 3, 64, 64), 0.5, np.float32))
    kernel = runtime.prepare(Setup(model, identity, request, source, tiling, streams=1, threads=1))
    tile = source.read(next(iter(tiling)).outer)
    tile = np.concatenate([tile, np.ones((1, model.planes - 3, *tile.shape[2:]), np.float32)], axis=1)
    restored = kernel(tile, WHOLE)
    return Measured(runtime, min(_timed(lambda: kernel(tile, WHOLE)) for _ in range(PROBE_RUNS)), restored)


def _timed(work: Callable[[], object]) -> float:
    """Processor seconds, not those on the wall: these also count what other programs took."""
    start = time.process_time()
    work()
    return time.process_time() - start


def _cpu_runtimes(model: "Model") -> Iterator["Runtime"]:
    """OpenVINO for models that have a graph: it was the faster wherever both were measured, and spares the loading of torch."""
    openvino = _openvino_runtime(False) if model.has_graph else None
    if openvino is None:
        yield _torch_runtime("cpu", False)
        if _has_bf16():
            yield _torch_runtime("cpu", True)
        return
    yield openvino
    best = _openvino_runtime(None)
    if best is not None and best.precision != openvino.precision:
        yield best


@cache
def _torch_runtime(device: str, bf16: bool) -> "Runtime":
    from restored.engine.machine.runtimes.torch_runtime import TorchRuntime

    return TorchRuntime(device, bf16=bf16)


@cache
def _openvino_runtime(bf16: bool | None) -> "OpenVinoRuntime | None":
    try:
        from restored.engine.machine.runtimes.openvino_runtime import OpenVinoRuntime
    except ImportError:
        return None
    return OpenVinoRuntime(bf16=bf16)


@cache
def _has_bf16() -> bool:
    """True when the CPU multiplies bfloat16 itself; emulated it is slower than float32."""
    try:
        return any("avx512_bf16" in line for line in Path("/proc/cpuinfo").read_text().splitlines()[:40])
    except OSError:
        return False


def _gpus(*, asked: bool) -> tuple[bool, bool]:
    """Whether torch can use a CUDA GPU, and an Apple one. It is only loaded where there may be one, or when one was asked for."""
    if not asked and not _may_have_gpu():
        return False, False
    torch = _torch()
    return (False, False) if torch is None else (torch.cuda.is_available(), torch.backends.mps.is_available())


def _torch() -> "ModuleType | None":
    """PyTorch, or None where it is not installed or does not load: then the processor computes, and the line says why."""
    if not _torch_installed():
        return None
    try:
        return importlib.import_module("torch")
    except Exception:  # a pack with a damaged file raises whatever that file does
        return None


def _torch_installed() -> bool:
    return importlib.util.find_spec("torch") is not None


def _may_have_gpu() -> bool:
    """Whether there is any trace of a GPU that torch could use: NVIDIA's driver (also inside WSL), AMD's, or a Mac."""
    return _nvidia_driver() or sys.platform == "darwin" or any(map(os.path.exists, ("/dev/dxg", "/dev/kfd")))


def _no_gpu() -> str:
    if not _nvidia_driver():
        return "no GPU was found"
    if not _torch_installed():
        return "there is an NVIDIA GPU, but what computes on it (PyTorch) is not installed"
    torch = _torch()
    if torch is None:
        return "there is an NVIDIA GPU, but what computes on it (PyTorch) does not load: install it, or the GPU pack, again"
    if torch.version.cuda is None:
        return "there is an NVIDIA GPU, but this PyTorch was built without CUDA"
    return "there is an NVIDIA driver, but PyTorch cannot use the GPU"


def _nvidia_driver() -> bool:
    return Path("/proc/driver/nvidia/version").exists() or (
        os.name == "nt" and (Path(os.environ.get("SYSTEMROOT", "C:/Windows")) / "System32/nvcuda.dll").exists()
    )


@cache
def _cpu() -> str:
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), name)
    except OSError:
        pass
    count = cores()
    return f"{name}, {count} core{'s' if count > 1 else ''}"
