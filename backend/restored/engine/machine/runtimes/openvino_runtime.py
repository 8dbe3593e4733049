"""OpenVINO: the fast runtime on x86 CPUs, in bfloat16 where the chip has it. Graphs are built from weights, never traced."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import cache
from typing import Any, Final

import numpy as np
import openvino as ov

from restored.engine.machine.runtimes.base import Kernel, Runtime, Setup
from restored.engine.picture.pixels import Floats
from restored.ground.cores import cores
from restored.models.base import Model, Window

COMPILED: Final = 8
"""Compiled graphs kept: an instruction and a picture size that come back (a slider, a batch) cost nothing again. A step that is
done coarse to fine has one per scale."""


class OpenVinoRuntime(Runtime):
    """Compiles a family's graph for one tile shape and runs it with one thread per tile, several tiles at a time.

    A thread per tile rather than a tile over all threads: when another program takes a core, only that core's tile is late,
    not every layer of every tile.
    """

    name = "OpenVINO"
    device = "cpu"

    def __init__(self, *, bf16: bool | None = None) -> None:
        self.precision = "bfloat16" if (has_bf16() if bf16 is None else bf16) else "float32"
        self._compiled: OrderedDict[Hashable, RequestPool] = OrderedDict()
        self._lock = threading.Lock()

    def largest_side(self, model: Model) -> int:
        return 1536

    def prepare(self, work: Setup) -> Kernel:
        graph = work.model.condition(work.request).graph(work.tiling.shape, guided=work.guided)
        pool = self.compiled((work.identity, graph.key), work, graph.build)

        def kernel(tile: Floats, window: Window, guess: Floats | None = None) -> Floats:
            first = {} if guess is None else {"guess": guess}
            return pool.infer({**graph.fixed, **graph.of_tile(window), **first, "tile": tile})

        return kernel

    def compiled(self, key: Hashable, work: Setup, build: Callable[[], ov.Model]) -> "RequestPool":
        """The graph for `key`, built and compiled unless it still is."""
        streams = work.streams
        threads = work.threads if streams == 1 else max(streams, cores())
        key = (key, streams, threads)
        with self._lock:
            pool = self._compiled.pop(key, None)
            if pool is None:
                while len(self._compiled) >= COMPILED:
                    self._compiled.popitem(last=False)
                options = {
                    "INFERENCE_PRECISION_HINT": "bf16" if self.precision == "bfloat16" else "f32",
                    "NUM_STREAMS": streams,
                    "INFERENCE_NUM_THREADS": threads,
                    # a pinned thread cannot step aside when another program takes its core
                    "ENABLE_CPU_PINNING": False,
                }
                pool = RequestPool(_core().compile_model(build(), "CPU", options))
            self._compiled[key] = pool
            return pool

    def bytes_per_pixel(self, model: Model) -> int:
        whole = super().bytes_per_pixel(model)
        return whole if self.precision == "float32" else whole * 2 // 3

    def unload(self) -> None:
        with self._lock:
            self._compiled.clear()


class RequestPool:
    """A compiled graph and as many inference requests as threads ever used it at once."""

    def __init__(self, compiled: ov.CompiledModel) -> None:
        self._compiled = compiled
        self._idle: list[ov.InferRequest] = []

    def infer(self, inputs: dict[str, np.ndarray]) -> Floats:
        """The graph's only output for these inputs (float32, contiguous). Safe to call from several threads."""
        try:
            request = self._idle.pop()
        except IndexError:
            request = self._compiled.create_infer_request()
        try:
            result: Any = request.infer(inputs, share_inputs=True, share_outputs=False)
            return result[0]
        finally:
            self._idle.append(request)


def has_bf16() -> bool:
    """True when this CPU computes in bfloat16 itself (AVX512-BF16 or AMX)."""
    return "BF16" in _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


@cache
def _core() -> ov.Core:
    return ov.Core()
