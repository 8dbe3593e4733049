"""Two layers on an encoder's vector are read as they were written, by the program that they were made for."""

from pathlib import Path

import numpy as np
import pytest
import torch

from restored.ground.errors import InstallationError
from restored.instruction import multilingual
from restored.instruction.sigmoid_network import SigmoidNetwork, read_network, write_network

CLASSES = ("one", "two", "three")


@pytest.fixture
def network() -> SigmoidNetwork:
    numbers = np.random.default_rng(0)
    return SigmoidNetwork(*(numbers.normal(size=shape).astype(np.float32) for shape in ((5, 8), (5,), (3, 5), (3,))))


def test_what_was_written_is_read(network: SigmoidNetwork, tmp_path: Path) -> None:
    write_network(tmp_path / "n.safetensors", network, CLASSES, encoder="of eight numbers", made_from="chance")
    read = read_network(tmp_path / "n.safetensors", "counts", CLASSES, InstallationError)
    vectors = np.random.default_rng(1).normal(size=(4, 8)).astype(np.float32)
    assert read.probabilities(vectors) == pytest.approx(network.probabilities(vectors), abs=2e-3)
    with pytest.raises(InstallationError, match="The file that counts belongs to another version"):
        read_network(tmp_path / "n.safetensors", "counts", CLASSES[::-1], InstallationError)


def test_it_computes_what_torch_does(network: SigmoidNetwork) -> None:
    vectors = np.random.default_rng(2).normal(size=(4, 8)).astype(np.float32)
    first, second = torch.nn.Linear(8, 5), torch.nn.Linear(5, 3)
    for layer, weight, bias in (
        (first, network.first, network.first_bias),
        (second, network.second, network.second_bias),
    ):
        layer.weight.data, layer.bias.data = torch.from_numpy(weight), torch.from_numpy(bias)
    expected = torch.sigmoid(second(torch.nn.functional.gelu(first(torch.from_numpy(vectors)))))
    assert network.probabilities(vectors) == pytest.approx(expected.detach().numpy(), abs=1e-5)


def test_the_one_that_ships_fits_the_program() -> None:
    network = multilingual._network()
    assert network.second.shape[0] == len(multilingual.CLASSES) == len(network.second_bias)
    assert network.first.shape == (network.second.shape[1], 512)
