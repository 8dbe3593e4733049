"""A small `swift` with random weights, written as a real bundle, and tools to compare layers."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from restored import engine
from restored.engine.engine import shared
from restored.engine.machine import devices
from restored.engine.machine.runtimes import Runtime
from restored.models.base import Model
from restored.models.bundle import Bundle, write_bundle
from restored.models.swift import Swift, SwiftConfig

SMALL = SwiftConfig(widths=(8, 12, 16), encoder=(1, 1), middle=1, decoder=(1, 1), rank=2, context_width=8, grid_channels=4)


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A bundle that changes pictures visibly and whose every part has a say: grid, films, tone and biases are not silent."""
    return _write(tmp_path_factory.mktemp("bundles") / "random", SMALL, 0.05)


@pytest.fixture(scope="session")
def descending(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """One that treats blur coarse to fine: at 1/6, at 1/2 and at full size; gentler, since each scale adds to the last."""
    return _write(tmp_path_factory.mktemp("bundles") / "descending", replace(SMALL, reductions=(6, 2)), 0.02)


def _write(folder: Path, config: SwiftConfig, std: float) -> Bundle:
    torch.manual_seed(7)
    net = Swift(config)
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if name.endswith(("up", "task_bias")) or name.startswith(("reader.tone", "reader.film", "convs.out.weight")):
                parameter.normal_(std=std)
    return write_bundle(folder, net, config.to_dict(), licence="MIT", training_data="random numbers", version="0")


@pytest.fixture(autouse=True, scope="package")
def _exact() -> Iterator[None]:
    """Everything here computes in float32: bfloat16 rounds a network of random weights by several steps of 255, and on a machine
    that has it the measurement decides, for a network as small as these now so and now so."""
    all_runtimes = devices._cpu_runtimes

    def float32_only(model: Model) -> Iterator[Runtime]:
        return (runtime for runtime in all_runtimes(model) if runtime.precision == "float32")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(devices, "_cpu_runtimes", float32_only)
        patch.setattr(shared(), "devices", devices.Devices())
        yield
        engine.unload()


@pytest.fixture(scope="session")
def picture() -> Callable[..., np.ndarray]:
    """`picture(height, width, channels, dtype, seed)`: see `_picture`."""
    return _picture


def _picture(height: int, width: int, channels: int, dtype: object = np.uint8, seed: int = 0) -> np.ndarray:
    """A picture of soft shapes with noise on it, in any depth; alpha 1 everywhere."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / 40.0
    soft = 0.5 + 0.3 * np.sin(x + y * 0.7)[..., None] * np.array([1.0, 0.6, -0.5, 0.0])[:channels]
    picture = np.clip(soft + rng.normal(0, 0.08, (height, width, channels)), 0, 1)
    if channels in (2, 4):
        picture[..., -1] = 1.0
    kind = np.dtype(dtype)  # type: ignore[call-overload]
    return picture.astype(kind) if kind.kind == "f" else np.rint(picture * float(np.iinfo(kind).max)).astype(kind)
