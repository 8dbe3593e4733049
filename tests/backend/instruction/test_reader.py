"""The head that runs, in numpy, is the network that was trained."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from restored.instruction import encoding, head
from restored.instruction.arithmetic import erf, gelu, sigmoid
from restored.instruction.head_config import HeadConfig
from restored.instruction.network import Head, Heads
from restored.instruction.reader import HeadsReader


@pytest.mark.slow
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(2, encoding.MAX_TOKENS), size=st.floats(0.01, 20))
@settings(max_examples=25, deadline=None)
def test_reads_as_the_network_does(seed: int, count: int, size: float) -> None:
    rng = np.random.default_rng(seed)
    tokens = (size * rng.standard_normal((count, 768))).astype(np.float32)
    pooled = rng.standard_normal(384).astype(np.float32)
    pooled /= np.linalg.norm(pooled)
    network = head.network()
    with torch.inference_mode():
        expected = network(torch.from_numpy(tokens)[None], torch.ones(1, count, dtype=torch.bool), torch.from_numpy(pooled)[None])
        embedded = network.embed(torch.from_numpy(pooled)[None])[0].numpy()
    for name, got in head.load().head.read(tokens, pooled)._asdict().items():
        assert np.abs(got - getattr(expected, name)[0].numpy()).max() <= 1e-4, name
    assert np.abs(head.load().head.embed(pooled) - embedded).max() <= 1e-6


def test_tensors_of_another_shape_are_refused() -> None:
    network = Heads([Head(HeadConfig(width=32, heads=2, layers=1))])
    tensors = {name: value.numpy() for name, value in network.state_dict().items()}
    with pytest.raises(KeyError):
        HeadsReader(tensors, HeadConfig(width=32, heads=2, layers=2), 1)
    with pytest.raises(KeyError):
        HeadsReader(tensors, HeadConfig(width=32, heads=2, layers=1), 2)


@given(st.lists(st.floats(-60, 60, width=32), min_size=1, max_size=9))
def test_the_functions_are_those_of_torch(values: list[float]) -> None:
    x = np.array(values, np.float32)
    t = torch.from_numpy(x)
    assert np.abs(erf(x) - torch.erf(t).numpy()).max() <= 5e-7
    assert np.abs(gelu(x) - torch.nn.functional.gelu(t).numpy()).max() <= 1e-5
    assert np.abs(sigmoid(x) - torch.sigmoid(t).numpy()).max() <= 1e-6


@pytest.mark.slow
def test_a_sentence_is_understood_without_torch() -> None:
    code = (
        "import sys, restored.instruction as i; plan = i.explain('remove the noise'); i.embed('remove the noise');"
        "print(plan.steps[0].task, *{'torch', 'sentence_transformers', 'transformers', 'openvino'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["denoise"]
