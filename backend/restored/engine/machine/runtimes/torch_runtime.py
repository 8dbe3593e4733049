"""torch: CUDA in bfloat16, MPS, and CPUs without OpenVINO."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import torch

from restored.engine.machine.runtimes.base import Kernel, Runtime, Setup
from restored.engine.picture.pixels import Floats
from restored.engine.work.survey import crops
from restored.models.base import Model, Request, Window


class TorchRuntime(Runtime):
    """Runs a model's own `forward` tile by tile, channels last.

    device: "cpu", "cuda" or "mps". bfloat16 is autocast over float32 weights: convolutions and matrix products run in
    bfloat16, the final residual add stays in float32 (a picture rounded to 8 bits of mantissa would show bands).
    """

    name = "PyTorch"

    def __init__(self, device: str, *, bf16: bool) -> None:
        self.device = device
        self.precision = "bfloat16" if bf16 else "float32"

    def largest_side(self, model: Model) -> int:
        # beyond eight halos a halo costs less than memory traffic; a GPU takes what its memory allows
        return max(768, 8 * min(model.halo, 256)) if self.device == "cpu" else 8192

    def prepare(self, work: Setup) -> Kernel:
        model = work.model.as_network().to(self.device)
        with torch.inference_mode():
            conditioned = model.condition(_on(work, self.device))
            if model.survey and len(work.tiling) > 1:
                with self._precision():
                    conditioned.survey([torch.from_numpy(crop).to(self.device) for crop in crops(work.source, model)])
        threads = max(1, work.threads // work.streams) if self.device == "cpu" else None

        def kernel(tile: Floats, window: Window, guess: Floats | None = None) -> Floats:
            with torch.inference_mode(), _threads(threads), self._precision():
                first = None if guess is None else self._placed(guess)
                return conditioned.forward(self._placed(tile), window, first).float().contiguous().cpu().numpy()

        return kernel

    def _placed(self, tile: Floats) -> torch.Tensor:
        return torch.from_numpy(tile).to(self.device).contiguous(memory_format=torch.channels_last)

    def _precision(self) -> contextlib.AbstractContextManager:
        if self.precision == "float32":
            return contextlib.nullcontext()
        return torch.autocast("cuda" if self.device.startswith("cuda") else self.device, torch.bfloat16)

    def bytes_per_pixel(self, model: Model) -> int:
        whole = super().bytes_per_pixel(model)
        return whole if self.precision == "float32" else whole * 2 // 3

    def unload(self) -> None:
        if self.device.startswith("cuda") and torch.cuda.is_initialized():
            torch.cuda.empty_cache()


def _on(work: Setup, device: str) -> Request:
    request = work.request
    embedding = None if request.embedding is None else torch.as_tensor(request.embedding, device=device)
    return replace(request, context=torch.as_tensor(request.context, device=device), embedding=embedding)


@contextlib.contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """Torch's threads for this thread's own operations; put back, because the process may not be ours alone."""
    if count is None:
        yield
        return
    before = torch.get_num_threads()
    if before == count:
        yield
        return
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
