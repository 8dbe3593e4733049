"""The service with a small network of random weights and without the language model."""

from pathlib import Path

import numpy as np
import pytest
import torch

from restored.instruction import Plan
from restored.models.bundle import write_bundle
from restored.models.swift import Swift, SwiftConfig
from restored.service.local import LocalService
from restored_client import Pixels

SMALL = SwiftConfig(widths=(8, 12, 16), encoder=(1, 1), middle=1, decoder=(1, 1), rank=2, context_width=8, grid_channels=4)
PLAN = {"steps": [{"task": "denoise"}]}


def silent(*said) -> None:
    pass


def never() -> bool:
    return False


def layer(depth: str = "u8", channels: int = 3, seed: int = 0) -> Pixels:
    values = np.random.default_rng(seed).random((20, 30, channels))
    dtype = {"u8": np.uint8, "u16": np.uint16, "u32": np.uint32, "f16": np.float16, "f32": np.float32}[depth]
    array = values.astype(dtype) if depth[0] == "f" else (values * np.iinfo(dtype).max).astype(dtype)
    return Pixels(30, 20, channels, depth, array.tobytes())


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> str:
    """A bundle's folder, as a user may name one."""
    torch.manual_seed(1)
    net = Swift(SMALL)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.02)
    folder: Path = tmp_path_factory.mktemp("bundles") / "random"
    write_bundle(folder, net, SMALL.to_dict(), licence="MIT", training_data="random numbers", version="0")
    return str(folder)


@pytest.fixture
def work(monkeypatch) -> LocalService:
    """The engine, whose understanding of every text but the empty one is: noise."""

    def explain(text: str, context: np.ndarray | None = None, sample: np.ndarray | None = None) -> Plan:
        assert context is None or (context.dtype == np.float32 and context.shape[2] == 3 and max(context.shape) <= 256)
        return Plan.of("denoise") if text else Plan(reason="empty", message="Nothing was asked.")

    monkeypatch.setattr("restored.instruction.explain", explain)
    return LocalService()
